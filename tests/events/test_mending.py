"""Rules mend what was set aside: all of a kind, seen before it is done, kept for what is to come."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.events import actions, drain, jobs, mending, rejected
from tenure.events.mending import Cut, Drop, ParseTime, Rename, RuleProblem, Set
from tenure.events.models import MendingRule, MendingRun, RejectedEvent
from tenure.kit import leases, outbox
from tenure.kit.facts import MendingRequested
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.events.sending import NOW, drain_all, send_events, stored

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab.", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "a.b", "c"]), inner)
    ),
    max_leaves=8,
)
BODY = st.dictionaries(st.sampled_from(["a", "b", "a.b", "c"]), JSON)
FIELD = st.sampled_from(["a", "b", "c", "a.b", "a.b.c", "d.e"])
quickly = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
RULE = st.one_of(
    st.builds(Rename, FIELD, FIELD),
    st.builds(Set, FIELD, JSON),
    st.builds(Drop, FIELD),
    st.builds(ParseTime, FIELD, st.just("%d.%m.%Y")),
    st.builds(Cut, FIELD, st.integers(1, 3)),
)


@quickly
@given(body=BODY, rule=RULE)
def test_a_rule_never_breaks_or_changes_what_it_was_given(body: dict[str, Any], rule: Any) -> None:
    before = copy.deepcopy(body)
    mended = rule.mend(body)
    assert body == before
    assert isinstance(mended, dict)
    assert str(rule)
    assert mending.restored(json.loads(json.dumps(mending.stored(rule)))) == rule


@quickly
@given(body=BODY, rule=st.one_of(st.builds(Set, FIELD, JSON), st.builds(Cut, FIELD, st.integers(1, 3))))
def test_set_and_cut_twice_is_once(body: dict[str, Any], rule: Any) -> None:
    once = rule.mend(body)
    assert rule.mend(once) == once


@quickly
@given(body=BODY, other=st.sampled_from(["x", "y.z"]))
def test_renaming_there_and_back_is_nothing(body: dict[str, Any], other: str) -> None:
    there = Rename("c", other).mend(body)
    back = Rename(other, "c").mend(there)
    assert {name: value for name, value in back.items() if name != "y"} == body


@pytest.mark.parametrize(
    ("text", "body", "gives"),
    [
        ("rename usr to userId", {"usr": "ann"}, {"userId": "ann"}),
        ("rename usr to userId", {"usr": "ann", "userId": "bo"}, {"usr": "ann", "userId": "bo"}),
        ("rename properties.grp to context.groupId", {"properties": {"grp": 1}}, None),
        ("set type to track", {}, {"type": "track"}),
        ("set properties.plan pro", {"properties": {}}, {"properties": {"plan": "pro"}}),
        ("set properties {}", {"properties": [1]}, {"properties": {}}),
        ("drop 'my field'", {"my field": 1, "a": 1}, {"a": 1}),
        ("drop a.b", {"a": "text"}, {"a": "text"}),
        ("parse timestamp as '%d.%m.%Y %H:%M'", {"timestamp": "21.11.2026 10:00"}, None),
        ("parse timestamp as %d.%m.%Y", {"timestamp": "soon"}, {"timestamp": "soon"}),
        ("cut event to 3", {"event": "opened"}, {"event": "ope"}),
    ],
)
def test_rules_as_one_types_them(text: str, body: dict[str, Any], gives: dict[str, Any] | None) -> None:
    if gives is None:
        gives = {
            "rename properties.grp to context.groupId": {"properties": {}, "context": {"groupId": 1}},
            "parse timestamp as '%d.%m.%Y %H:%M'": {"timestamp": "2026-11-21T10:00:00+00:00"},
        }[text]
    assert mending.read(text).mend(body) == gives


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rename",
        "rename a",
        "mend a to b",
        "cut a to b",
        "cut a to 0",
        "parse a as b",
        "drop a..b",
        "set 'a",
    ],
)
def test_a_rule_that_cannot_be_says_what_would_be_right(text: str) -> None:
    with pytest.raises(RuleProblem):
        mending.read(text)


@pytest.mark.parametrize("text", ["no json", "[1]", '"x"', "", "[" * 5_000])
def test_what_is_no_object_is_left_alone(text: str) -> None:
    assert mending.mend_text(text, Set("type", "track")) == text


def nobody(number: int) -> dict[str, Any]:
    return {"type": "track", "usr": f"p{number}", "event": "opened", "messageId": f"m{number}"}


def work() -> None:
    """What the worker does about runs that were asked for."""
    for one in outbox.read("test"):
        if isinstance(one.fact, MendingRequested):
            jobs.run_mending(one.fact.run_id)


def test_all_of_a_kind_go_through_in_the_background_and_the_rest_waits_with_its_new_reason(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MENDED_AT_ONCE", 2)
    nameless = {"type": "track", "usr": "cy"}
    send_events(access, *[nobody(number) for number in range(5)], nameless, {"type": "track", "event": "a"})
    drain_all()
    rule = mending.read("rename usr to userId")
    dana = cast.member(access, "Dana", Role.MANAGER)
    run = rejected.request_mending(dana, "nobody", rule)
    assert (run.total, run.status) == (7, MendingRun.WAITING)
    work()
    run.refresh_from_db()
    assert (run.status, run.tried, run.went_through) == (MendingRun.DONE, 7, 5)
    assert stored(access, "message_id, person_ref") == [(f"m{n}", f"p{n}") for n in range(5)]
    left = access.of(RejectedEvent).filter(replayed_at=None).order_by("pk")
    assert [(one.reason, "usr" in one.body, one.mended) for one in left] == [
        ("no_event", True, '{"sentAt":"2026-11-21T12:00:00+00:00","type":"track","userId":"cy"}'),
        ("nobody", False, ""),
    ]
    again = rejected.request_mending(dana, "no_event", mending.read("set event to opened"))
    work()
    again.refresh_from_db()
    assert again.went_through == 1
    assert len(stored(access)) == 6
    assert access.of(AuditEntry).filter(did="mended events").count() == 2


def test_a_run_that_died_goes_on_and_adds_nothing_twice(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MENDED_AT_ONCE", 2)
    send_events(access, *[nobody(number) for number in range(5)])
    drain_all()
    run = rejected.request_mending(access, "nobody", mending.read("rename usr to userId"))
    calls = iter([None, None])

    def die(*_: Any) -> None:
        if next(calls, "dead") == "dead":
            raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr("tenure.events.jobs.live.publish", die)
        with pytest.raises(OSError, match="power"):
            jobs.run_mending(run.pk)
    jobs.run_mending(run.pk)
    jobs.run_mending(run.pk)
    assert len(stored(access)) == 5
    run.refresh_from_db()
    assert run.went_through == 5


def test_what_would_go_is_seen_before_anything_is_done(access: Access) -> None:
    send_events(access, nobody(1), {"type": "track", "usr": "cy"})
    drain_all()
    waiting = list(access.of(RejectedEvent).order_by("pk"))
    mend = partial(mending.mend_text, one=mending.read("rename usr to userId"))
    left = actions.would_go(access.workspace, waiting, mend)
    assert {number: one.reason.value for number, one in left.items()} == {waiting[1].pk: "no_event"}
    assert stored(access) == []
    assert access.of(RejectedEvent).filter(replayed_at=None).count() == 2


class TestKeptRules:
    def test_it_mends_what_arrives_from_then_on(self, access: Access, neighbour: Access) -> None:
        rejected.request_mending(access, "nobody", mending.read("rename usr to userId"), is_kept=True)
        for one in (access, neighbour):
            send_events(
                one,
                nobody(1),
                nobody(1) | {"messageId": None, "timestamp": (NOW - timedelta(days=1)).isoformat()},
            )
        done = drain_all()
        assert done.rejected == 2  # the neighbour's
        found = stored(access, "person_ref, occurred_at")
        assert found == [("p1", NOW - timedelta(days=1)), ("p1", NOW)]

    def test_what_it_cannot_mend_is_set_aside_as_ever(self, access: Access) -> None:
        rejected.request_mending(access, "nobody", mending.read("rename usr to userId"), is_kept=True)
        send_events(access, {"type": "track", "usr": "ann"}, {"type": "track", "event": "x"})
        drain_all()
        assert [one.reason for one in access.of(RejectedEvent)] == ["nobody", "nobody"]

    def test_a_drain_that_begins_anew_stores_it_once(
        self, access: Access, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rejected.request_mending(access, "nobody", mending.read("rename usr to userId"), is_kept=True)
        send_events(access, nobody(1) | {"messageId": None})

        def forget_nothing(*_: Any) -> None:
            raise OSError("the power went")

        with monkeypatch.context() as patched:
            patched.setattr(drain.intake, "forget", forget_nothing)
            with pytest.raises(OSError, match="power"):
                drain.run_once()
        drain_all()
        assert len(stored(access)) == 1

    def test_it_can_be_stopped_and_is_on_record(self, access: Access) -> None:
        rule = mending.read("set event to something")
        for _ in range(2):
            rejected.request_mending(access, "no_event", rule, is_kept=True)
        kept = MendingRule.objects.get()
        rejected.stop_rule(access, kept.pk)
        assert rejected.kept_rules(access.workspace) == {}
        assert set(access.of(AuditEntry).values_list("did", flat=True)) == {
            "mended events",
            "kept a mending rule",
            "stopped a mending rule",
        }


def test_who_may_only_look_mends_nothing(access: Access) -> None:
    vic = cast.member(access, "Vic", Role.VIEWER)
    with pytest.raises(PermissionDenied):
        rejected.request_mending(vic, "nobody", None)


def test_the_context_of_the_request_is_kept_for_the_replay(access: Access) -> None:
    from tests.events.sending import send

    send(access, {"batch": [{"type": "track", "userId": "ann"}], "context": {"groupId": "acme"}})
    drain_all()
    rejected.request_mending(access, "no_event", mending.read("set event opened"))
    work()
    assert stored(access, "account_ref") == [("acme",)]


def test_a_run_waits_while_somebody_replays_by_hand(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    send_events(access, nobody(1))
    drain_all()
    run = rejected.request_mending(access, "nobody", mending.read("rename usr to userId"))
    lease = f"replay:{access.workspace.id}"
    leases.take(lease, "somebody", 60)
    monkeypatch.setattr(jobs.time, "sleep", lambda _: leases.release(lease, "somebody"))
    jobs.run_mending(run.pk)
    assert len(stored(access)) == 1
