"""Borealis, told whole: a year of contracts, use that fell away and came back, answers, notes, scores.

Everything goes in through the rooms' own actions, so that pages read what they read in earnest.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import count

import pyarrow as pa

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account
from tenure.events.actions import load_events
from tenure.feedback.actions import ResponseRow, upsert_responses
from tenure.health import actions as health
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.jobs import keep_running
from tenure.warnings import actions as warnings
from tenure.workspaces.access import Access
from tests.warnings.scene import ago

_positions = count(1)


def borealis(access: Access, name: str = "Borealis", *, is_scored: bool = False) -> Account:
    """A customer for 400 days, renewed bigger and then smaller; silent for 20 days in spring; falling now."""
    workspace = access.workspace
    upsert_accounts(workspace, [AccountRow("borealis", name, "borealis.example", segment="Large")])
    people = [
        PersonRow("ann", "ann@borealis.example", "Ann Ames", "borealis", "champion"),
        PersonRow("tor", "tor@borealis.example", "Tor Berg", "borealis", "admin"),
        PersonRow("ida", "", "Ida Moe", "borealis", "sponsor"),
    ]
    upsert_people(workspace, people)
    upsert_terms(workspace, _terms())
    keep_running(workspace)
    use(access, "borealis", "ann", [*range(200, 120, -2)], "Report viewed")
    use(access, "borealis", "tor", [*range(118, 0, -3)], "Audit exported")
    use(access, "borealis", "ann", [*range(100, 40, -1)], "Report viewed")
    answers = [
        ResponseRow("nps", "borealis", noon(30), "ann", 3, "<b>Too slow</b>, and nobody answers"),
        ResponseRow("csat", "borealis", noon(12), "tor", 5, ""),
    ]
    upsert_responses(workspace, answers)
    if is_scored:
        health.backfill(workspace, ago(35))
        health.refresh(workspace)
        warnings.refresh(workspace)
    return Account.objects.get(workspace=workspace, external_id="borealis")


def _terms() -> list[TermRow]:
    seats = [(400, 200, 1_000_00, 10), (200, 100, 1_500_00, 15), (100, -30, 1_200_00, 12)]
    return [
        TermRow("s-1", "borealis", amount, "USD", "month", ago(start), ago(end), "Team", number)
        for start, end, amount, number in seats
    ]


def use(access: Access, account: str, person: str, days: list[int], event: str, times: int = 3) -> None:
    """Product events at noon, so many days ago."""
    at = [noon(day) + timedelta(minutes=minute) for day in days for minute in range(times)]
    if not at:
        return
    table = pa.table(
        {
            "message_id": [f"{person}-{event}-{moment.isoformat()}" for moment in at],
            "event": [event] * len(at),
            "occurred_at": pa.array(at, pa.timestamp("us", "UTC")),
            "account_ref": [account] * len(at),
            "person_ref": [person] * len(at),
        }
    )
    load_events(access.workspace, table, stream="tests", position=next(_positions), source="tests")


def noon(days_ago: int) -> datetime:
    """Noon of a day."""
    return datetime.combine(ago(days_ago), time(12), UTC)
