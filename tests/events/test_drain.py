"""From the intake to the lake: everything that is right gets there once, the rest is kept and explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenure.accounts.models import Account, Person
from tenure.collector import intake
from tenure.events import drain, lake
from tenure.events.drain import Drop
from tenure.events.models import RejectedEvent
from tenure.kit import home, outbox
from tenure.kit.facts import EventsArrived
from tenure.workspaces.access import Access
from tests.events.sending import NOW, drain_all, send, send_events, stored, track, waiting


def test_what_was_sent_is_stored_as_observed(access: Access) -> None:
    send_events(
        access,
        track(
            messageId="m1",
            timestamp=NOW.isoformat(),
            properties={"file": "a.pdf"},
            context={"groupId": "acme"},
        ),
        {"type": "page", "anonymousId": "b1", "name": "Pricing", "messageId": "m2"},
        {"type": "screen", "userId": 7, "messageId": 8},
    )
    done = drain_all()
    assert (done.rows, done.events, done.rejected) == (1, 3, 0)
    assert waiting() == 0
    columns = "message_id, kind, event, account_ref, person_ref, properties, source, month"
    assert stored(access, columns) == [
        ("8", "screen", "screen", None, "7", "{}", "key", "2026-11"),
        ("m1", "track", "opened", "acme", "ann", '{"file": "a.pdf"}', "key", "2026-11"),
        ("m2", "page", "Pricing", None, "anon:b1", "{}", "key", "2026-11"),
    ]
    assert set(access.of(Person).values_list("external_id", flat=True)) == {"ann", "7"}
    assert access.of(Account).get().external_id == "acme"


def test_an_empty_intake_drains_to_nothing(access: Access) -> None:
    assert drain.run_once() == drain.Drained()
    assert stored(access) == []


def test_single_calls_are_what_their_path_says(access: Access) -> None:
    send(access, {"userId": "ann", "event": "opened", "messageId": "m1"}, path="track")
    send(access, {"anonymousId": "b1", "name": "Home", "messageId": "m2"}, path="page")
    drain_all()
    assert stored(access, "message_id, kind, event") == [("m1", "track", "opened"), ("m2", "page", "Home")]


def test_a_message_without_id_gets_one_from_its_place(access: Access) -> None:
    position = send_events(access, track(), track())
    drain_all()
    assert stored(access) == [(f"c0-{position}-0",), (f"c0-{position}-1",)]


WRONG: list[tuple[Any, str, str]] = [
    ("words", "not_an_object", 'an event must be a JSON object like {"type": "track", …}'),
    ({"type": "buy", "userId": "ann"}, "unknown_type", "type: 'buy' is unknown; send one of track, page"),
    ({"userId": "ann"}, "unknown_type", "type: '' is unknown"),
    ({"type": 5, "userId": "ann"}, "wrong_field", "type: expected str, got int"),
    ({"type": "track", "event": "opened"}, "nobody", "send userId, anonymousId or groupId"),
    ({"type": "track", "userId": "ann"}, "no_event", "event: a track call needs the name"),
    ({"type": "track", "userId": "ann", "event": "  "}, "no_event", "event: a track call needs the name"),
    ({"type": "group", "userId": "ann"}, "no_group", "groupId: a group call needs"),
    ({"type": "alias", "userId": "ann"}, "no_previous", "an alias call needs previousId and userId"),
    (track(timestamp="yesterday"), "wrong_time", "timestamp is not an instant; send ISO 8601"),
    (track(timestamp=-5), "wrong_time", "neither seconds nor milliseconds"),
    (track(timestamp="0001-01-01T00:00:00Z"), "wrong_time", "before 1990"),
    (track(properties=[1]), "wrong_field", "properties: expected an object"),
    (track(person=["ann"]), "wrong_field", "userId: expected"),
    (track(person="a" * 300), "wrong_field", "userId: longer than 195 characters"),
    (track(messageId="a" * 300), "wrong_field", "messageId: longer than 200 characters"),
    (track(context={"groupId": []}), "wrong_field", "context.groupId: expected"),
    (track(properties={"blob": "x" * 600_000}), "too_large", "bytes; send at most 524,288"),
]


@pytest.mark.parametrize(
    ("event", "reason", "says"), WRONG, ids=[f"{one[1]}{i}" for i, one in enumerate(WRONG)]
)
def test_a_wrong_event_is_set_aside_alone_and_told_what_would_be_right(
    access: Access, event: Any, reason: str, says: str
) -> None:
    send_events(access, track(messageId="before"), event, track(messageId="behind"))
    done = drain_all()
    assert (done.events, done.rejected) == (2, 1)
    assert stored(access) == [("before",), ("behind",)]
    kept = access.of(RejectedEvent).get()
    assert (kept.reason, kept.index, kept.received_at) == (reason, 1, NOW)
    assert says in kept.says
    assert kept.replayed_at is None


def test_a_request_that_is_no_json_is_kept_whole(access: Access) -> None:
    send(access, '{"batch": [{"type"', '{"batch": []}')
    assert drain_all().rejected == 1
    kept = access.of(RejectedEvent).get()
    assert (kept.reason, kept.body) == ("unreadable", '{"batch": [{"type"')


@pytest.mark.parametrize(
    ("original", "sent", "happened"),
    [
        (NOW - timedelta(minutes=5), NOW, NOW - timedelta(minutes=5)),
        # a laptop whose clock is two hours ahead, then one that is a year behind
        (NOW + timedelta(minutes=115), NOW + timedelta(hours=2), NOW - timedelta(minutes=5)),
        (NOW - timedelta(days=365, minutes=5), NOW - timedelta(days=365), NOW - timedelta(minutes=5)),
        (NOW + timedelta(days=2), NOW, NOW),  # never in the future
        (None, NOW, NOW),
        (NOW - timedelta(days=3), None, NOW - timedelta(days=3)),
        (NOW + timedelta(days=3), None, NOW),
    ],
)
def test_the_senders_clock_is_corrected_by_ours(
    access: Access, original: datetime | None, sent: datetime | None, happened: datetime
) -> None:
    body: dict[str, Any] = {
        "batch": [track(**({"originalTimestamp": original.isoformat()} if original else {}))]
    }
    send(access, body | ({"sentAt": sent.isoformat()} if sent else {}))
    drain_all()
    assert stored(access, "occurred_at") == [(happened,)]


def test_numbers_are_taken_for_seconds_or_milliseconds(access: Access) -> None:
    moment = int(NOW.timestamp()) - 60
    send_events(access, track(timestamp=moment), track(timestamp=moment * 1000))
    drain_all()
    assert stored(access, "DISTINCT occurred_at") == [(NOW - timedelta(minutes=1),)]


def test_bots_are_no_use(access: Access) -> None:
    bot = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    phone = {"userAgent": "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36"}
    send_events(access, track(messageId="bot", context=bot), track(messageId="phone", context=phone))
    send_events(access, track(messageId="monitor"), agent="Pingdom.com_bot_version_1.4")
    send_events(access, track(messageId="server"), agent="analytics-python/2.4 python-requests/2.34")
    done = drain_all()
    assert done.dropped == {Drop.BOT: 2}
    assert stored(access) == [("phone",), ("server",)]


def test_a_message_twice_counts_once_on_whatever_way_it_comes(access: Access) -> None:
    send_events(access, track(messageId="m1"), track(messageId="m1", event="other"))
    send_events(access, track(messageId="m1"), track(messageId="m2"))
    drain_all()
    send_events(access, track(messageId="m2"), stream="c1", at=NOW + timedelta(days=6))
    assert drain_all().dropped == {Drop.DUPLICATE: 1}
    assert stored(access, "message_id, event") == [("m1", "opened"), ("m2", "opened")]


def test_after_the_window_a_message_id_may_come_again(access: Access) -> None:
    send_events(access, track(messageId="m1"))
    drain_all()
    send_events(access, track(messageId="m1"), at=NOW + timedelta(days=9))
    drain_all()
    assert len(stored(access)) == 2


def test_the_neighbour_may_use_the_same_message_ids(access: Access, neighbour: Access) -> None:
    for one in (access, neighbour):
        send_events(one, track(messageId="m1"))
    done = drain_all()
    assert done.stored == {access.workspace.id: 1, neighbour.workspace.id: 1}
    assert stored(access) == stored(neighbour) == [("m1",)]


def test_requests_of_a_workspace_that_is_gone_do_not_hold_up_the_others(
    access: Access, neighbour: Access
) -> None:
    send_events(neighbour, track())
    neighbour.workspace.delete()
    send_events(access, track(messageId="m1"))
    drain_all()
    assert stored(access) == [("m1",)]
    assert waiting() == 0


def test_arrived_events_are_announced_with_their_accounts(access: Access) -> None:
    yesterday = (NOW - timedelta(days=1)).isoformat()
    send_events(access, track(context={"groupId": "acme"}, timestamp=yesterday), track("bo"))
    drain_all()
    acme = access.of(Account).get().pk
    arrived = [one.fact for one in outbox.read("test") if isinstance(one.fact, EventsArrived)]
    assert [(one.account_ids, one.first_day, one.count) for one in arrived] == [((acme,), "2026-11-20", 2)]


def test_identify_and_group_tell_who_is_who(access: Access) -> None:
    send_events(
        access,
        {"type": "page", "anonymousId": "b1", "messageId": "m1"},
        {
            "type": "identify",
            "userId": "ann",
            "anonymousId": "b1",
            "traits": {"email": "Ann@Acme.example", "firstName": "Ann", "lastName": "Ho", "plan": "pro"},
        },
        {
            "type": "group",
            "userId": "ann",
            "groupId": "acme",
            "traits": {"name": "Acme", "website": "https://acme.example", "employees": 40},
        },
        # RudderStack's way
        {
            "type": "identify",
            "userId": "bo",
            "context": {"traits": {"name": "Bo", "company": {"id": "acme"}}},
        },
    )
    drain_all()
    people = {one.external_id: one for one in access.of(Person)}
    acme = access.of(Account).get()
    assert (acme.name, acme.domain, acme.attributes.data) == ("Acme", "acme.example", {"employees": 40})
    assert (people["ann"].email, people["ann"].name) == ("ann@acme.example", "Ann Ho")
    assert people["ann"].attributes == {"plan": "pro"}
    assert people["ann"].account == people["bo"].account == acme
    # what she looked at before she signed in is hers
    assert stored(access, "person_id, account_id", "message_id = 'm1'") == [(people["ann"].pk, acme.pk)]


def test_an_alias_joins_what_two_ids_did(access: Access) -> None:
    send_events(
        access,
        track("old-ann"),
        {"type": "page", "anonymousId": "b1"},
        {"type": "alias", "previousId": "old-ann", "userId": "ann"},
        {"type": "alias", "previousId": "b1", "userId": "ann"},
    )
    drain_all()
    ann = access.of(Person).get(external_id="ann")
    assert stored(access, "DISTINCT person_id") == [(ann.pk,)]


def test_a_request_that_trips_a_step_over_is_set_aside_alone(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(batch: drain.Batch) -> drain.Batch:
        if any(event.message_id == "odd" for event in batch.events):
            raise ValueError("cannot take this")
        return batch

    monkeypatch.setattr(drain, "STEPS", [*drain.STEPS[:4], trip, *drain.STEPS[4:]])
    for message in ("m1", "m2", "odd", "m3"):
        send_events(access, track(messageId=message))
    drain_all()
    assert stored(access) == [("m1",), ("m2",), ("m3",)]
    kept = access.of(RejectedEvent).get()
    assert (kept.reason, "cannot take this" in kept.says) == ("failed", True)


class Crash(Exception):
    """Stands for the end of the process."""


def crashing(step: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    """A step that dies before or after its work."""

    def run(*given: Any) -> Any:
        if not before:
            step(*given)
        raise Crash

    return run


GAPS = [(number, before) for number in range(len(drain.STEPS) + 1) for before in (True, False)]


def drain_until_crash(gap: tuple[int, bool], most_rows: int) -> None:
    """Drain, and die at a gap between the steps; the last gap is around forgetting the rows."""
    number, before = gap
    with pytest.MonkeyPatch.context() as patch:
        if number == len(drain.STEPS):
            patch.setattr(intake, "forget", crashing(intake.forget, before=before))
        else:
            steps = list(drain.STEPS)
            steps[number] = crashing(steps[number], before=before)
            patch.setattr(drain, "STEPS", steps)
        with suppress(Crash):
            drain.run_once(most_rows)


MESSAGE = st.integers(0, 14).map(lambda number: f"m{number}")
REQUEST = st.tuples(st.sampled_from(["c0", "c1"]), st.lists(MESSAGE, min_size=1, max_size=4))
ACT = st.one_of(
    REQUEST.map(lambda request: ("send", request)),
    st.tuples(st.just("crash"), st.tuples(st.sampled_from(GAPS), st.integers(1, 3))),
    st.tuples(st.just("drain"), st.integers(1, 3)),
)


# The lake has the first request, the intake too, and another one behind it.
BEHIND_A_CRASH = [
    ("send", ("c0", ["m1"])),
    ("crash", ((len(drain.STEPS), True), 3)),
    ("send", ("c0", ["m2"])),
    ("drain", 3),
]


@given(acts=st.lists(ACT, max_size=12))
@example(acts=BEHIND_A_CRASH)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_dies_when_every_message_is_stored_exactly_once(
    access: Access, acts: list[tuple[str, Any]]
) -> None:
    forget_everything(access)
    sent: set[str] = set()
    for act, what in acts:
        if act == "send":
            stream, messages = what
            sent.update(messages)
            send_events(access, *(track(messageId=one) for one in messages), "wrong", stream=stream)
        elif act == "crash":
            drain_until_crash(*what)
        else:
            drain.run_once(what)
    drain_all()
    requests = sum(1 for act, _ in acts if act == "send")
    assert Counter(one for (one,) in stored(access)) == Counter(sent)
    assert access.of(RejectedEvent).count() == requests
    assert waiting() == 0


def forget_everything(access: Access) -> None:
    """Each example begins with an empty intake, memory and lake."""
    access.of(RejectedEvent).delete()
    for path in home.home().iterdir():
        if path.name.startswith(("intake.db", "seen.db")):
            path.unlink()
    place = lake.path(access.workspace.id, "events")
    if place.exists():
        place.rename(place.with_name(f"{place.name}-{datetime.now(UTC).timestamp()}"))
