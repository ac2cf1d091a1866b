"""What was set aside can be mended and put through, once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tenure.events import actions, drain
from tenure.events.models import RejectedEvent
from tenure.kit import leases
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.events.sending import NOW, drain_all, send, send_events, stored, track


def set_aside(access: Access, *events: Any) -> list[RejectedEvent]:
    send_events(access, *events)
    drain_all()
    return list(access.of(RejectedEvent).order_by("index"))


def name_it(body: str) -> str:
    """Give a nameless event a name."""
    return json.dumps(json.loads(body) | {"event": "mended"})


def test_a_mended_event_goes_through_as_if_it_had_been_right(access: Access) -> None:
    nameless = {"type": "track", "userId": "ann", "timestamp": (NOW - timedelta(hours=2)).isoformat()}
    [kept] = set_aside(access, nameless)
    done = actions.replay(access, [kept.pk], name_it)
    assert (done.done, done.still_wrong) == (1, {})
    assert stored(access, "event, occurred_at, received_at, source") == [
        ("mended", NOW - timedelta(hours=2), NOW, "replay")
    ]
    kept.refresh_from_db()
    assert kept.replayed_at is not None


def test_what_is_still_wrong_stays_and_the_rest_goes_through(access: Access) -> None:
    nameless, nobody = set_aside(
        access, {"type": "track", "userId": "ann"}, {"type": "track", "event": "opened"}
    )
    done = actions.replay(access, [nameless.pk, nobody.pk], name_it)
    assert done.done == 1
    assert done.still_wrong == {nobody.pk: "there is nobody in it; send userId, anonymousId or groupId"}
    assert [row.pk for row in access.of(RejectedEvent).filter(replayed_at=None)] == [nobody.pk]
    assert actions.replay(access, [nobody.pk], json.dumps(track("bo"))).done == 1
    assert len(stored(access)) == 2


@pytest.mark.parametrize("body", ["no json", "[]", '"x"', '{"type": "track"', ""])
def test_a_mend_that_is_no_event_is_told_so(access: Access, body: str) -> None:
    [kept] = set_aside(access, "words")
    done = actions.replay(access, [kept.pk], body)
    assert (done.done, list(done.still_wrong)) == (0, [kept.pk])
    assert stored(access) == []


def test_twice_put_through_is_stored_once(access: Access) -> None:
    [kept] = set_aside(access, {"type": "track", "userId": "ann"})
    actions.replay(access, [kept.pk], name_it)
    assert actions.replay(access, [kept.pk], name_it).done == 0
    # the end came after the lake and before the mark
    RejectedEvent.objects.update(replayed_at=None)
    assert actions.replay(access, [kept.pk], name_it).done == 1
    assert len(stored(access)) == 1


def test_a_single_call_keeps_its_kind_and_its_clock(access: Access) -> None:
    ahead = NOW + timedelta(hours=5)
    call = {
        "userId": "ann",
        "timestamp": (ahead - timedelta(minutes=1)).isoformat(),
        "sentAt": ahead.isoformat(),
    }
    send(access, call, path="track")
    drain_all()
    kept = access.of(RejectedEvent).get()
    assert actions.replay(access, [kept.pk], name_it).done == 1
    assert stored(access, "kind, occurred_at") == [("track", NOW - timedelta(minutes=1))]


def test_a_whole_request_may_be_put_through(access: Access) -> None:
    send(access, '{"batch": [')
    drain_all()
    kept = access.of(RejectedEvent).get()
    whole = json.dumps({"batch": [track(messageId="m1"), track(messageId="m2")]})
    assert actions.replay(access, [kept.pk], whole).done == 1
    assert stored(access) == [("m1",), ("m2",)]


def test_only_who_may_load_puts_through_and_nobody_a_neighbours(access: Access, neighbour: Access) -> None:
    [kept] = set_aside(access, {"type": "track", "userId": "ann"})
    with pytest.raises(PermissionDenied):
        actions.replay(cast.member(access, "Vic", Role.VIEWER), [kept.pk], name_it)
    assert actions.replay(neighbour, [kept.pk], name_it).done == 0
    assert stored(access) == stored(neighbour) == []


def test_one_replay_at_a_time(access: Access) -> None:
    leases.take(f"replay:{access.workspace.id}", "somebody", 60)
    with pytest.raises(actions.BusyError, match="try again"):
        actions.replay(access, [1])


def test_who_sends_again_what_was_mended_meanwhile_is_noticed(access: Access) -> None:
    [kept] = set_aside(access, {"type": "track", "userId": "ann", "messageId": "m1"})
    actions.replay(access, [kept.pk], name_it)
    send_events(access, track(messageId="m1"))
    drain_all()
    assert stored(access, "message_id, event") == [("m1", "mended")]


def test_a_mended_message_that_was_seen_in_an_attempt_that_came_to_nothing_goes_through(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(batch: drain.Batch) -> drain.Batch:
        raise ValueError("cannot take this")

    with monkeypatch.context() as patched:
        patched.setattr(drain, "STEPS", [*drain.STEPS[:5], trip])
        [kept] = set_aside(access, track(messageId="m1"))
    assert kept.reason == "failed"
    assert actions.replay(access, [kept.pk]).done == 1
    assert stored(access) == [("m1",)]
