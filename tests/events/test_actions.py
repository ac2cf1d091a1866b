"""Loading events by the thousand, as imports and the demo do."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tenure.accounts.models import Account, Person
from tenure.events import actions, views
from tenure.kit import outbox
from tenure.kit.facts import EventsArrived
from tenure.workspaces.access import Access

START = datetime(2026, 10, 30, 12, tzinfo=UTC)


def events(*rows: tuple[str, str | None, str | None], start: datetime = START) -> pa.Table:
    """Message, account, person; one a day from `start`."""
    return pa.table(
        {
            "message_id": [row[0] for row in rows],
            "event": ["opened"] * len(rows),
            "account_ref": pa.array([row[1] for row in rows], pa.string()),
            "person_ref": pa.array([row[2] for row in rows], pa.string()),
            "occurred_at": pa.array(
                [start + timedelta(days=number) for number in range(len(rows))], pa.timestamp("ms", "UTC")
            ),
        }
    )


def load(access: Access, table: pa.Table, position: int = 1, stream: str = "run") -> actions.Loaded:
    return actions.load_events(
        access.workspace, table, stream=stream, position=position, source="import of a file"
    )


def rows(access: Access, sql: str) -> list[tuple[Any, ...]]:
    with views.connect(access.workspace) as connection:
        return connection.execute(sql).fetchall()


def test_events_bring_their_accounts_and_people(access: Access) -> None:
    done = load(access, events(("m1", "acme", "ann"), ("m2", None, "ann"), ("m3", "borealis", None)))
    assert (done.added, done.duplicates, done.first_day) == (3, 0, "2026-10-30")
    assert set(done.account_ids) == set(access.of(Account).values_list("id", flat=True))
    assert access.of(Person).get().account.external_id == "acme"
    found = rows(
        access, "SELECT message_id, month, day, account_id IS NOT NULL, properties FROM events ORDER BY 1"
    )
    assert found == [
        ("m1", "2026-10", date(2026, 10, 30), True, "{}"),
        ("m2", "2026-10", date(2026, 10, 31), True, "{}"),
        ("m3", "2026-11", date(2026, 11, 1), True, "{}"),
    ]


def test_the_same_file_again_adds_nothing(access: Access) -> None:
    table = events(("m1", "acme", "ann"), ("m2", "acme", "ann"), ("m2", "acme", "ann"))
    assert (load(access, table).added, load(access, table, 1, "again").added) == (2, 0)
    more = load(access, events(("m2", "acme", "bo"), ("m9", "acme", "bo")), 2, "again")
    assert (more.added, more.duplicates) == (1, 1)
    assert rows(access, "SELECT count(*), count(DISTINCT message_id) FROM raw_events") == [(3, 3)]


def test_a_batch_replayed_after_a_crash_is_announced_but_not_added_twice(access: Access) -> None:
    table = events(("m1", "acme", "ann"))
    load(access, table)
    replayed = load(access, table)
    assert (replayed.added, replayed.duplicates) == (1, 0)
    assert rows(access, "SELECT count(*) FROM raw_events") == [(1,)]
    arrived = [one.fact for one in outbox.read("test") if isinstance(one.fact, EventsArrived)]
    assert [(one.count, one.first_day) for one in arrived] == [(1, "2026-10-30")] * 2


@pytest.mark.parametrize("missing", ["message_id", "event", "occurred_at"])
def test_what_is_missing_is_named(access: Access, missing: str) -> None:
    with pytest.raises(ValueError, match=f"events need '{missing}'"):
        load(access, events(("m1", "acme", "ann")).drop_columns([missing]))


def test_nothing_to_load_is_no_event(access: Access) -> None:
    assert load(access, events()).added == 0
    assert [one.fact for one in outbox.read("test")] == []


@pytest.mark.slow
def test_a_hundred_thousand_events_load_in_seconds(access: Access) -> None:
    count = 100_000
    occurred = [START + timedelta(seconds=number) for number in range(count)]
    table = pa.table(
        {
            "message_id": [f"m{number}" for number in range(count)],
            "event": [f"feature {number % 40}" for number in range(count)],
            "account_ref": [f"a{number % 300}" for number in range(count)],
            "person_ref": [f"p{number % 5000}" for number in range(count)],
            "occurred_at": pa.array(occurred, pa.timestamp("us", "UTC")),
        }
    )
    began = time.perf_counter()
    assert load(access, table).added == count
    assert load(access, table, 2).duplicates == count
    print(f"two loads of {count:,}: {time.perf_counter() - began:.1f} s")
    assert rows(access, "SELECT sum(events) FROM use_daily") == [(count,)]
