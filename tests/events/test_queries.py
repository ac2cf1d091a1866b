"""What pages and commands ask of the events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from tenure.accounts.models import Account, Person
from tenure.accounts.queries import find_account, find_person
from tenure.events import queries
from tenure.events.queries import EventFilter
from tenure.workspaces.access import Access
from tests.events.sending import NOW, drain_all, send_events, track

ACME = {"groupId": "acme"}


@pytest.fixture
def scene(access: Access) -> Access:
    """Ann and Bo of Acme did this and that; somebody unknown looked at a page; Borealis is silent."""
    days_ago = [(NOW - timedelta(days=back)).isoformat() for back in range(20)]
    send_events(
        access,
        track("ann", "exported", messageId="m1", timestamp=days_ago[0], context=ACME),
        track("ann", "opened", messageId="m2", timestamp=days_ago[0], context=ACME),
        track("bo", "opened", messageId="m3", timestamp=days_ago[0], context=ACME),
        track("bo", "opened", messageId="m4", timestamp=days_ago[9], context=ACME),
        {"type": "page", "anonymousId": "b1", "messageId": "m5", "timestamp": days_ago[3]},
        {"type": "group", "userId": "ann", "groupId": "acme", "traits": {"name": "Acme"}, "messageId": "m6"},
        {"type": "group", "userId": "cy", "groupId": "borealis", "traits": {"name": "Borealis"}},
    )
    with time_machine.travel(NOW, tick=False):
        drain_all()
        yield access


def messages(rows: list[queries.EventRow]) -> list[str]:
    return [row.message_id for row in rows if row.message_id.startswith("m")]


def test_the_newest_events_come_first_with_names(scene: Access) -> None:
    rows = queries.recent(scene)
    assert len(rows) == 7
    newest = next(row for row in rows if row.message_id == "m1")
    assert (newest.event, newest.account_name, newest.person_name) == ("exported", "Acme", "ann")
    assert newest.occurred_at == NOW
    assert len(queries.recent(scene, limit=2)) == 2


def test_events_are_found_by_account_person_name_and_days(scene: Access) -> None:
    acme = scene.of(Account).get(name="Acme").pk
    bo = scene.of(Person).get(external_id="bo").pk
    today = date(2026, 11, 21)
    assert messages(queries.find(scene, EventFilter(account_id=acme))) == ["m1", "m2", "m3", "m6", "m4"]
    assert messages(queries.find(scene, EventFilter(person_id=bo))) == ["m3", "m4"]
    assert messages(queries.find(scene, EventFilter(person_ref="b1"))) == ["m5"]
    assert messages(queries.find(scene, EventFilter(name="opened", since=today))) == ["m2", "m3"]
    assert messages(queries.find(scene, EventFilter(until=today - timedelta(days=1)))) == ["m5", "m4"]
    assert queries.count(scene, EventFilter(name="opened")) == 3
    assert queries.count(scene) == 7


def test_use_over_time_has_zeros_but_none_before_anything_was_collected(scene: Access) -> None:
    acme = scene.of(Account).get(name="Acme").pk
    by_day = queries.usage_by_day(scene, acme, days=12)
    assert [one.events for one in by_day] == [None, None, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert by_day[-1].start == date(2026, 11, 21)
    by_week = queries.usage_by_week(scene, acme, weeks=3)
    assert [(one.start.day, one.events, one.people) for one in by_week] == [
        (1, None, None),
        (8, 1, 1),
        (15, 3, 2),
    ]
    assert [one.events for one in queries.usage_by_day(scene, None, days=1)] == [3]


def test_who_never_did_anything_has_no_data(scene: Access) -> None:
    borealis = scene.of(Account).get(name="Borealis").pk
    assert {one.events for one in queries.usage_by_week(scene, borealis)} == {None}


def test_what_was_set_aside_is_listed_until_it_is_put_through(scene: Access) -> None:
    send_events(scene, {"type": "track", "userId": "ann"}, "words")
    drain_all()
    assert [row.reason for row in queries.rejected(scene)] == ["not_an_object", "no_event"]
    assert queries.count_rejected(scene) == {"not_an_object": 1, "no_event": 1}
    assert queries.rejected(scene, replayed=True) == []


def test_accounts_and_people_are_found_by_what_they_are_called(scene: Access) -> None:
    acme = scene.of(Account).get(name="Acme")
    assert find_account(scene, "acme") == find_account(scene, acme.pk) == find_account(scene, "ACME") == acme
    assert find_account(scene, "otherco") is None
    assert find_person(scene, "ann") == scene.of(Person).get(external_id="ann")
    assert find_person(scene, "nobody@acme.example") is None


def test_the_neighbour_sees_nothing(scene: Access, neighbour: Access) -> None:
    acme = scene.of(Account).get(name="Acme").pk
    assert queries.recent(neighbour) == []
    assert {one.events for one in queries.usage_by_week(neighbour, acme)} == {None}
    assert queries.count(neighbour) == 0
    assert find_account(neighbour, acme) is None


def test_a_caller_without_rights_is_refused(scene: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Access, "may", lambda self, right: False)
    for ask in (queries.recent, queries.count, queries.rejected):
        with pytest.raises(PermissionDenied):
            ask(scene)
