"""Raw events go when the workspace says so: month by month, on record, and nothing else with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.events import lake, retention
from tenure.events.actions import load_events
from tenure.events.models import EventPolicy, RejectedEvent
from tenure.jobs import refresh
from tenure.metrics import queries as metrics
from tenure.workspaces.access import Access, all_workspaces
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.events.sending import NOW, drain_all, send_events, stored, track


def months_of_use(access: Access, *months: int) -> None:
    """An event on the 3rd of each month, so many months before November 2026."""
    at = [datetime(2026 + (10 - back) // 12, (10 - back) % 12 + 1, 3, tzinfo=UTC) for back in months]
    table = pa.table(
        {
            "message_id": [f"m{back}" for back in months],
            "event": ["opened"] * len(at),
            "occurred_at": pa.array(at, pa.timestamp("us", "UTC")),
            "person_ref": ["ann"] * len(at),
        }
    )
    load_events(access.workspace, table, stream="test", position=1, source="test")


def remove() -> list[retention.Removed]:
    with time_machine.travel(NOW, tick=False):
        done = map(retention.keep_to_policy, all_workspaces())
        return [removed for removed in done if removed]


@settings(deadline=None)
@given(today=st.dates(date(1990, 1, 1), date(2100, 1, 1)), months=st.integers(1, 240))
def test_at_least_so_many_whole_months_are_kept(today: date, months: int) -> None:
    first = retention.first_kept(today, months)
    assert first.day == 1
    assert (today.year - first.year) * 12 + today.month - first.month == months


def test_what_is_older_goes_and_that_is_on_record(access: Access, neighbour: Access) -> None:
    for one in (access, neighbour):
        months_of_use(one, 0, 1, 2, 3, 14)
    retention.change_policy(access, 7, 2)
    assert [(one.before, one.events) for one in remove()] == [(date(2026, 9, 1), 2)]
    assert stored(access) == [("m0",), ("m1",), ("m2",)]
    assert len(stored(neighbour)) == 5
    policy = EventPolicy.objects.get()
    assert (policy.removed_before, policy.removed_events) == (date(2026, 9, 1), 2)
    entry = access.of(AuditEntry).get(who="retention")
    assert entry.what.startswith("2 events and 0 set aside, from before 2026-09-01")
    assert remove() == []
    assert access.of(AuditEntry).filter(who="retention").count() == 1


def test_removed_files_are_gone_from_the_disk(access: Access) -> None:
    months_of_use(access, 0, 14)
    retention.change_policy(access, 7, 1)
    remove()
    folder = lake.path(access.workspace.id, lake.EVENTS)
    assert {one.parent.name for one in folder.rglob("*.parquet")} == {"month=2026-11"}


def test_the_drain_goes_on_where_it_was(access: Access) -> None:
    old = (NOW - timedelta(days=200)).isoformat()
    send_events(access, track(messageId="old", timestamp=old), track(messageId="new"))
    drain_all()
    retention.change_policy(access, 7, 1)
    remove()
    send_events(access, track(messageId="late", timestamp=old), track(messageId="newer"))
    drain_all()
    assert len(stored(access)) == 3
    assert [one.events for one in remove()] == [1]  # what comes late and is old goes too
    assert stored(access) == [("new",), ("newer",)]


def test_events_set_aside_are_raw_events_too(access: Access) -> None:
    send_events(access, {"type": "track", "userId": "ann"}, at=NOW - timedelta(days=200))
    send_events(access, {"type": "track", "userId": "ann"})
    drain_all()
    retention.change_policy(access, 7, 1)
    assert [(one.events, one.rejected) for one in remove()] == [(0, 1)]
    assert access.of(RejectedEvent).get().received_at == NOW


def test_nothing_goes_where_nobody_asked(access: Access) -> None:
    months_of_use(access, 0, 100)
    assert remove() == []
    assert len(stored(access)) == 2


def test_only_owners_change_it_and_only_to_what_makes_sense(access: Access) -> None:
    with pytest.raises(PermissionDenied):
        retention.change_policy(cast.member(access, "Dana", Role.MANAGER), 7, 12)
    for window, months in ((0, None), (91, None), (7, 0), (7, 241)):
        with pytest.raises(ValueError):
            retention.change_policy(access, window, months)
    retention.change_policy(access, 7, 12)
    assert access.of(AuditEntry).get().what == "message ids 7 days, raw events 12 months"


def test_history_that_can_no_longer_be_computed_is_not_written_anew(access: Access) -> None:
    assert refresh.first_computable(access.workspace) == date.min
    months_of_use(access, 0, 14)
    retention.change_policy(access, 7, 2)
    remove()
    access.workspace.refresh_from_db()
    reach = metrics.reach()
    assert reach.days >= 56
    assert reach.ever  # how long nobody has been there is asked of all that is kept
    expected = date(2026, 9, 1) + timedelta(days=reach.days)
    assert refresh.first_computable(access.workspace) == expected
