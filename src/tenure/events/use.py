"""Reads of one account's use of the product: when, by whom, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenure.accounts.models import Account
from tenure.events import views
from tenure.kit import clock
from tenure.workspaces.access import Access

TOP = 3


@dataclass(frozen=True)
class UseDay:
    """What an account's people did on one day: events, how many people, and the names seen most."""

    day: date
    events: int
    people: int
    names: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Seen:
    """When somebody was last seen using the product, and their events of the last 28 days."""

    person_id: str
    last_on: date
    events: int


@dataclass(frozen=True)
class Cell:
    """How often one person did one thing. No person: somebody nobody knows by name."""

    person_id: str | None
    event: str
    events: int


def days(access: Access, account_id: str) -> list[UseDay]:
    """Every day on which an account's people used the product, newest first."""
    account = access.get(Account, account_id)
    with views.connect(access.workspace, account_ids=[account.pk]) as lake:
        rows = lake.execute(_DAYS, {"account": account.pk}).fetchall()
    return [
        UseDay(day, events, people, tuple((one["event"], one["events"]) for one in names))
        for day, events, people, names in rows
    ]


def people(access: Access, account_id: str) -> dict[str, Seen]:
    """Everybody of an account who was ever seen, by person."""
    account = access.get(Account, account_id)
    asked = {"account": account.pk, "first": clock.today(access.workspace.zone) - timedelta(days=27)}
    with views.connect(access.workspace, account_ids=[account.pk]) as lake:
        rows = lake.execute(_PEOPLE, asked).fetchall()
    return {person_id: Seen(person_id, last_on, events) for person_id, last_on, events in rows}


def cells(access: Access, account_id: str, last_days: int = 28) -> list[Cell]:
    """Who did what in the last days, most first."""
    account = access.get(Account, account_id)
    first = clock.today(access.workspace.zone) - timedelta(days=last_days - 1)
    with views.connect(access.workspace, first, account_ids=[account.pk]) as lake:
        rows = lake.execute(_CELLS, {"account": account.pk, "first": first}).fetchall()
    return [Cell(*row) for row in rows]


_DAYS = f"""
    WITH use AS (FROM use_daily WHERE account_id = $account),
    named AS (SELECT day, event, sum(events)::BIGINT AS events FROM use GROUP BY ALL),
    tops AS (
        SELECT day, list({{event: event, events: events}} ORDER BY events DESC, event)[:{TOP}] AS names
        FROM named GROUP BY day
    ),
    counted AS (
        SELECT day, sum(events)::BIGINT AS events, count(DISTINCT person_id) AS people FROM use GROUP BY day
    )
    SELECT day, events, people, names FROM counted JOIN tops USING (day) ORDER BY day DESC"""  # noqa: S608

_PEOPLE = """
    SELECT person_id, max(day), coalesce(sum(events) FILTER (WHERE day >= $first), 0)::BIGINT
    FROM use_daily WHERE account_id = $account AND person_id IS NOT NULL
    GROUP BY person_id"""

_CELLS = """
    SELECT person_id, event, sum(events)::BIGINT AS events
    FROM use_daily WHERE account_id = $account AND day >= $first
    GROUP BY person_id, event ORDER BY events DESC, event, person_id"""
