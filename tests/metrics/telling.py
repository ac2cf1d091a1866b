"""Tells what happened at customers, through the same actions that sources use."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.events import lake
from tenure.events.actions import load_events
from tenure.feedback.actions import ResponseRow, upsert_responses
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.workspaces.access import Access


def today() -> date:
    return clock.today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def customer(access: Access, name: str) -> str:
    """A customer called `name`, known outside by it in lower case; gives its id."""
    return upsert_accounts(access.workspace, [AccountRow(name.lower(), name=name)]).ids[name.lower()]


def used(access: Access, account: str, person: str, *days: date, event: str = "Opened") -> None:
    """Somebody did something in the product, at noon of these days."""
    stream, count = f"test-{account}", len(days)
    table = pa.table(
        {
            "message_id": [new_id() for _ in days],
            "event": [event] * count,
            "occurred_at": pa.array([noon(day) for day in days], pa.timestamp("us", "UTC")),
            "account_ref": [account] * count,
            "person_ref": [person] * count,
        }
    )
    position = lake.position(access.workspace.id, lake.EVENTS, stream) + 1
    load_events(access.workspace, table, stream=stream, position=position, source="test")


def pays(
    access: Access, account: str, amount_minor: int, starts: date, ends: date | None = None, **more: object
) -> None:
    """A contract, monthly in USD unless said otherwise."""
    row = {"currency": "USD", "interval": "month", "subscription_id": f"s-{account}"} | more
    upsert_terms(
        access.workspace,
        [TermRow(account_id=account, amount_minor=amount_minor, starts_on=starts, ends_on=ends, **row)],  # type: ignore[arg-type]
    )


def answered(access: Access, account: str, person: str, score: float, day: date, survey: str = "nps") -> None:
    """An answer to a survey, at noon."""
    upsert_responses(access.workspace, [ResponseRow(survey, account, noon(day), person, score)])
