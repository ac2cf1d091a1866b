"""Reads about events: the newest, those asked for, use over time, what was set aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from django.db.models import Count

from tenure.accounts import queries as accounts
from tenure.events import views
from tenure.events.models import RejectedEvent
from tenure.kit import clock
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

_FEW = 2_000  # accounts whose events are looked for one by one
_COLUMNS = """message_id, kind, event, account_ref, person_ref, account_id, person_id, occurred_at,
    received_at, source, properties"""


@dataclass(frozen=True)
class EventFilter:
    """Which events are asked for; what is left out does not matter. Days are the workspace's, inclusive."""

    account_id: str = ""
    person_ref: str = ""  # as observed, for those nobody knows by name
    person_id: str = ""
    name: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    behind: tuple[datetime, str] | None = None  # when the last event seen happened, and its message id


@dataclass(frozen=True)
class EventRow:
    """An event with whom it means today; instants are UTC, names are empty for the unknown."""

    message_id: str
    kind: str
    event: str
    account_ref: str | None
    person_ref: str | None
    account_id: str | None
    person_id: str | None
    occurred_at: datetime
    received_at: datetime
    source: str
    properties: str  # JSON
    account_name: str = ""
    person_name: str = ""


@dataclass(frozen=True)
class Usage:
    """Product use in a period that begins on `start`; None where nothing was collected yet."""

    start: date
    events: int | None
    people: int | None


def recent(access: Access, limit: int = 50, chosen: EventFilter | None = None) -> list[EventRow]:
    """The events received last, newest first."""
    return _find(access, chosen or EventFilter(), "received_at DESC, occurred_at DESC, message_id", limit)


def find(access: Access, chosen: EventFilter, limit: int = 100) -> list[EventRow]:
    """The events that happened last of those asked for, newest first."""
    return _find(access, chosen, "occurred_at DESC, message_id", limit)


def count(access: Access, chosen: EventFilter | None = None) -> int:
    """How many events there are of those asked for, of every kind, by everybody."""
    chosen = chosen or EventFilter()
    book = _book(access, chosen.account_id)
    where, values = _where(chosen, book)
    with _connect(access, chosen.since, chosen.until, book) as lake:
        [(number,)] = lake.execute(f"SELECT count(*) FROM events WHERE {where}", values).fetchall()  # noqa: S608
    return int(number)


def usage_by_day(access: Access, account_id: str | None = None, days: int = 90) -> list[Usage]:
    """Use of each of the last `days` days, oldest first; of all accounts without an id."""
    today = clock.today(access.workspace.zone)
    return _usage(access, account_id, [today - timedelta(days=back) for back in reversed(range(days))], 1)


def usage_by_week(access: Access, account_id: str | None = None, weeks: int = 26) -> list[Usage]:
    """Use of each of the last `weeks` periods of seven days, oldest first; the last one ends today."""
    today = clock.today(access.workspace.zone)
    ends = [today - timedelta(weeks=back) for back in reversed(range(weeks))]
    return _usage(access, account_id, [end - timedelta(days=6) for end in ends], 7)


def rejected(access: Access, most: int = 100, *, replayed: bool = False) -> list[RejectedEvent]:
    """Events set aside, newest first: those that wait, or those put through since."""
    rows = access.of(RejectedEvent).filter(replayed_at__isnull=not replayed)
    return list(rows.order_by("-rejected_at", "-pk")[:most])


def count_rejected(access: Access) -> Mapping[str, int]:
    """How many events wait to be mended, by reason."""
    waiting = access.of(RejectedEvent).filter(replayed_at=None)
    return dict(waiting.values_list("reason").annotate(number=Count("pk")).order_by("-number", "reason"))


_USAGE = """
    WITH use AS (
        SELECT * FROM use_daily
        WHERE day >= $first AND ($accounts IS NULL OR list_contains($accounts::VARCHAR[], account_id))
    ),
    periods AS (SELECT unnest($starts::DATE[]) AS start)
    SELECT start, coalesce(sum(events), 0)::BIGINT, count(DISTINCT person_id)
    FROM periods LEFT JOIN use ON day >= start AND day < start + $width::INTEGER
    GROUP BY start ORDER BY start"""

_BEGAN = """
    SELECT min(day) FROM use_daily
    WHERE $accounts IS NULL OR list_contains($accounts::VARCHAR[], account_id)"""


def _usage(access: Access, account_id: str | None, starts: Sequence[date], width: int) -> list[Usage]:
    book = _book(access, account_id)
    asked = {"accounts": book, "first": starts[0], "starts": list(starts), "width": width}
    with _connect(access, account_ids=book) as lake:
        [(began,)] = lake.execute(_BEGAN, {"accounts": book}).fetchall()
        rows = lake.execute(_USAGE, asked).fetchall() if began else []
    if began is None:
        return [Usage(start, None, None) for start in starts]
    last_before = began - timedelta(days=width)
    return [Usage(start, *(counted if start > last_before else (None, None))) for start, *counted in rows]


def _connect(
    access: Access,
    first: date | None = None,
    last: date | None = None,
    account_ids: Collection[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    access.require(Right.READ)
    few = account_ids if account_ids is not None and len(account_ids) <= _FEW else None
    return views.connect(access.workspace, first, last, few)


def _book(access: Access, account_id: str | None) -> list[str] | None:
    """The accounts to ask about: one, or all that the caller sees; None for the whole workspace."""
    found = accounts.within(access, [account_id] if account_id else None)
    return None if found is None else list(found)


def _find(access: Access, chosen: EventFilter, order: str, limit: int) -> list[EventRow]:
    book = _book(access, chosen.account_id)
    where, values = _where(chosen, book)
    sql = f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608
    with _connect(access, chosen.since, chosen.until, book) as lake:
        found = lake.sql(sql, params=values).to_arrow_table().to_pylist()
    return _with_names(access, found)


def _with_names(access: Access, found: Sequence[Mapping[str, Any]]) -> list[EventRow]:
    names = accounts.names_of(
        access.workspace.id,
        {row["account_id"] for row in found if row["account_id"]},
        {row["person_id"] for row in found if row["person_id"]},
    )
    return [
        EventRow(
            **row,
            account_name=names.get(row["account_id"], ""),
            person_name=names.get(row["person_id"], ""),
        )
        for row in found
    ]


def _where(chosen: EventFilter, book: list[str] | None) -> tuple[str, dict[str, Any]]:
    """A condition on `events`, and the values it names; of the accounts of `book` only, unless it is None."""
    conditions = {
        "person_ref": "(person_ref = $person_ref OR person_ref = 'anon:' || $person_ref)",
        "person_id": "person_id = $person_id",
        "name": "event = $name",
        "kind": "kind = $kind",
        "since": "day >= $since",
        "until": "day <= $until",
    }
    values = {name: getattr(chosen, name) for name in conditions if getattr(chosen, name)}
    asked = [conditions[name] for name in values]
    if book is not None:
        asked.append("list_contains($book::VARCHAR[], account_id)")
        values["book"] = book
    if chosen.behind:
        values |= {"behind_at": chosen.behind[0], "behind_id": chosen.behind[1]}
        asked.append("occurred_at <= $behind_at AND (occurred_at < $behind_at OR message_id > $behind_id)")
    return " AND ".join(asked) or "true", values


def seen_under(access: Access, account_id: str) -> dict[tuple[str, str], int]:
    """How many events an account has by the id that leads to it: (`account` or `person`, observed id)."""
    with _connect(access, account_ids=_book(access, account_id)) as lake:
        rows = lake.execute(_SEEN_UNDER, {"account": account_id}).fetchall()
    return {(kind, ref): number for kind, ref, number in rows}


_SEEN_UNDER = """
    SELECT if(account_ref IS NULL, 'person', 'account') AS kind, coalesce(account_ref, person_ref), count(*)
    FROM events WHERE account_id = $account GROUP BY ALL"""
