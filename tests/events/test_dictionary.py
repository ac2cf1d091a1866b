"""The dictionary says what comes in, how regularly, from how many, with what; and keeps secrets secret."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.events import actions, dictionary, jobs, names, retention, rules
from tenure.events.models import EventName
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast
from tests.events.sending import NOW, drain_all, send_events, track

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def learn(access: Access, *events: dict[str, Any]) -> dict[str, names.Name]:
    send_events(access, *events)
    drain_all()
    jobs.follow_arrivals()
    return {one.event: one for one in names.names(access)}


def test_a_name_is_seen_since_when_how_often_and_by_how_many(access: Access) -> None:
    acme = {"groupId": "acme"}
    found = learn(
        access,
        track("ann", timestamp=ago(400), context=acme),
        track("ann", timestamp=ago(9), context=acme),
        track("bo", timestamp=ago(1), context=acme),
        track("cy", timestamp=ago(1), context={"groupId": "borealis"}),
        {"type": "page", "anonymousId": "b1", "name": "Pricing"},
        {"type": "identify", "userId": "cy", "anonymousId": "b1"},
    )
    opened = found["opened"]
    assert (opened.kind, opened.events, opened.people, opened.accounts) == ("track", 3, 3, 2)
    assert (opened.first_seen, opened.last_seen) == (NOW - timedelta(days=400), NOW - timedelta(days=1))
    assert list(opened.weeks[-3:]) == [0, 1, 2]
    assert found["Pricing"].people == 1
    assert set(found) == {"opened", "Pricing", "identify"}


def test_one_person_of_several_ids_is_one(access: Access) -> None:
    found = learn(
        access,
        track("old"),
        track("ann"),
        {"type": "alias", "previousId": "old", "userId": "ann"},
    )
    assert found["opened"].people == 1


def test_when_it_was_first_seen_outlives_the_raw_events(access: Access) -> None:
    learn(access, track(timestamp=ago(400)), track(timestamp=ago(1)))
    retention.change_policy(access, 7, 2)
    retention.keep_to_policy(access.workspace)
    dictionary.refresh(access.workspace, whole=True)
    assert names.names(access)[0].first_seen == NOW - timedelta(days=400)


def test_what_no_longer_comes_keeps_its_line(access: Access) -> None:
    learn(access, track(timestamp=ago(1), properties={"a": 1}))
    with time_machine.travel(NOW + timedelta(days=300), tick=False):
        dictionary.refresh(access.workspace)
        [one] = names.names(access)
    assert (one.events, one.people, sum(one.weeks)) == (0, 0, 0)
    assert [prop.name for prop in one.properties] == ["a"]


def test_properties_with_types_share_and_examples(access: Access) -> None:
    found = learn(
        access,
        *[
            track(
                who,
                properties={"format": "pdf", "rows": 12, "shared": True, "due": "2026-01-02", "tags": [1]},
            )
            for who in ("ann", "bo")
        ],
        track("cy", properties={"format": "csv", "rows": 1.5, "extra": None}),
        track("cy"),
    )
    found_properties = {one.name: one for one in found["opened"].properties}
    assert found["opened"].looked_at == 4
    assert {name: (one.share, one.types) for name, one in found_properties.items()} == {
        "format": (0.75, ["text"]),
        "rows": (0.75, ["whole number", "number"]),
        "shared": (0.5, ["yes or no"]),
        "due": (0.5, ["date"]),
        "tags": (0.5, ["list"]),
        "extra": (0.25, ["nothing"]),
    }
    assert found_properties["format"].examples == ["pdf"]  # only Cy sent csv
    assert found_properties["rows"].examples == ["12", "1.5"]
    assert found_properties["due"].examples == ["2026-01-02"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "pro"),
        ("api_key", "k"),
        ("accessToken", "abc"),
        ("Customer Name", "Ann"),
        ("comment", "nice"),
        ("IP", "here"),
        ("contact", "ann@acme.example"),
        ("where", "https://acme.example/reset?t=1"),
        ("ref", "+47 22 33 44 55"),
        ("ref", "4111111111111111"),
        ("ref", 4111111111111111),
        ("ref", "9f86d081884c7d659a2f"),
        ("ref", "10.1.2.3"),
        ("ref", "a" * 41),
        ("ref", "\u202egnp.exe"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_never_shown(access: Access, name: str, value: Any) -> None:
    found = learn(access, *[track(who, properties={name: value}) for who in ("ann", "bo", "cy")])
    [one] = found["opened"].properties
    assert one.examples == []
    assert one.hidden


def test_ten_thousand_made_up_names_do_not_flood_it(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "MOST_NAMES", 5)
    found = learn(access, *[track(event=f"viewed {number}") for number in range(50)], track(), track())
    assert len(found) == 5
    assert "opened" in found


def test_a_hostile_event_breaks_nothing(access: Access) -> None:
    odd = {"': DROP": "x", "<b>": "<i>", "": 1, "nul\u0000": "\u0000", "deep": {"a": {"b": [{}]}}}
    found = learn(access, track(event="<script>' OR 1=1 --", properties=odd), track("bo", properties={}))
    assert "<script>' OR 1=1 --" in found
    [bad] = [one for one in found.values() if one.event.startswith("<")]
    assert all(one.name.isprintable() for one in bad.properties)


def test_the_neighbour_sees_nothing_of_it(access: Access, neighbour: Access) -> None:
    found = learn(access, track())
    assert names.names(neighbour) == []
    with pytest.raises(Http404):
        names.name(neighbour, found["opened"].id)
    with pytest.raises(Http404):
        actions.describe(neighbour, found["opened"].id, "mine", is_retired=False)


def test_a_description_stays_when_the_figures_move_and_is_on_record(access: Access) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    found = learn(access, track())
    actions.describe(dana, found["opened"].id, "  A report was\nopened ", is_retired=False)
    again = learn(access, track())["opened"]
    assert (again.description, again.events, again.described_by) == (
        "A report was opened",
        2,
        "dana@example.test",
    )
    assert access.of(AuditEntry).get(did="described event").what == "opened: A report was opened"
    with pytest.raises(PermissionDenied):
        actions.describe(cast.member(access, "Vic", Role.VIEWER), again.id, "x", is_retired=False)


class TestStopped:
    def test_a_daily_event_that_is_silent_is_noticed_until_somebody_says_it_is_meant(
        self, access: Access
    ) -> None:
        found = learn(
            access,
            *[track(timestamp=ago(day)) for day in range(3, 20)],
            track(event="rare", timestamp=ago(60)),
        )
        assert [one.event for one in names.stopped(access)] == ["opened"]
        actions.describe(access, found["opened"].id, "", is_retired=True)
        assert names.stopped(access) == []

    @settings(deadline=None)
    @given(gap=st.integers(1, 10), silence=st.integers(0, 200))
    def test_silence_is_measured_by_its_own_rhythm(self, gap: int, silence: int) -> None:
        last = TODAY - timedelta(days=silence)
        known = rules.rhythm([last - timedelta(days=gap * number) for number in range(9)])
        regular = known.days >= rules.LEAST_DAYS
        assert rules.has_stopped(known, TODAY) == (regular and max(2 * gap, 2) < silence <= rules.RHYTHM_DAYS)

    @settings(deadline=None)
    @given(days=st.sets(st.integers(0, 400), min_size=1, max_size=60), later=st.integers(0, 5))
    def test_what_came_today_has_not_stopped_and_order_does_not_matter(
        self, days: set[int], later: int
    ) -> None:
        dates = [TODAY - timedelta(days=day) for day in days]
        known = rules.rhythm(dates)
        assert known == rules.rhythm(dates[::-1])
        assert not rules.has_stopped(known, known.last_day + timedelta(days=min(later, 2)))
        assert 1 <= known.days <= rules.RHYTHM_DAYS
        assert known.longest_pause < rules.RHYTHM_DAYS

    def test_weekends_are_no_silence(self) -> None:
        friday = date(2026, 11, 20)
        workdays = [
            friday - timedelta(days=n) for n in range(60) if (friday - timedelta(days=n)).weekday() < 5
        ]
        known = rules.rhythm(workdays)
        assert not rules.has_stopped(known, date(2026, 11, 23))
        assert rules.has_stopped(known, date(2026, 11, 27))


@settings(deadline=None)
@given(
    days=st.dictionaries(st.integers(-3, 250), st.integers(1, 9), max_size=40),
)
def test_weeks_hold_every_event_of_the_last_half_year_once(days: dict[int, int]) -> None:
    by_day = {TODAY - timedelta(days=back): events for back, events in days.items()}
    within = sum(events for back, events in days.items() if 0 <= back < 7 * dictionary.WEEKS)
    weeks = dictionary.weekly(by_day, TODAY)
    assert (len(weeks), sum(weeks)) == (dictionary.WEEKS, within)


def test_it_is_the_zone_that_says_what_day_it_is(access: Access) -> None:
    access.workspace.zone = "Pacific/Auckland"
    access.workspace.save()
    learn(access, track(timestamp=datetime(2026, 11, 20, 12, tzinfo=UTC).isoformat()))
    assert EventName.objects.get().last_day == date(2026, 11, 21)
