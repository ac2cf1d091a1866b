"""What was left out is counted by reason and day, once however often it is drained."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from tenure.events import drain, leftout, retention
from tenure.events.leftout import Drop
from tenure.events.models import DroppedEvents
from tenure.workspaces.access import Access
from tests.events.sending import NOW, drain_all, send_events, stored, track

BOT = {"userAgent": "Googlebot/2.1"}


def counted(access: Access) -> dict[tuple[str, date], int]:
    return {(row.reason, row.day): row.count for row in access.of(DroppedEvents)}


def test_bots_and_duplicates_are_counted_by_the_day_they_came(access: Access) -> None:
    access.workspace.zone = "Pacific/Auckland"  # already tomorrow at noon UTC
    access.workspace.save()
    send_events(access, track(messageId="m1"), track(messageId="m1"), track(context=BOT))
    send_events(access, track(messageId="m1"), at=NOW + timedelta(days=1))
    drain_all()
    send_events(access, track(messageId="m1"), track(context=BOT))
    drain_all()
    assert counted(access) == {
        ("duplicate", date(2026, 11, 22)): 2,
        ("duplicate", date(2026, 11, 23)): 1,
        ("bot", date(2026, 11, 22)): 2,
    }
    with time_machine.travel(NOW, tick=False):
        found = leftout.recent(access)
    assert {(one.reason, one.total, one.days[-1]) for one in found} == {
        (Drop.DUPLICATE, 2, 2),
        (Drop.BOT, 2, 2),
    }


def test_a_drain_that_died_and_begins_anew_counts_nothing_twice(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(batch: drain.Batch) -> drain.Batch:
        raise OSError("the power went")

    send_events(access, track(messageId="m1"), track(messageId="m1"), track(context=BOT))
    with monkeypatch.context() as patched:
        patched.setattr(drain, "STEPS", [*drain.STEPS[:-1], die])
        with pytest.raises(OSError, match="power"):
            drain.run_once()
    send_events(access, track(messageId="m1"))
    drain_all()
    assert sorted(counted(access).values()) == [1, 2]
    assert stored(access) == [("m1",)]


def test_the_neighbours_bots_are_theirs(access: Access, neighbour: Access) -> None:
    send_events(neighbour, track(context=BOT))
    drain_all()
    assert leftout.recent(access) == []


def test_the_window_is_the_workspaces_choice(access: Access, neighbour: Access) -> None:
    retention.change_policy(access, 2, None)
    for one in (access, neighbour):
        send_events(one, track(messageId="m1"))
    drain_all()
    for one in (access, neighbour):
        send_events(one, track(messageId="m1"), at=NOW + timedelta(days=4))
    drain_all()
    assert (len(stored(access)), len(stored(neighbour))) == (2, 1)
