"""Every change of a score falls into parts that sum to it: whatever the profiles, values and overrides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.health import changes, rules, scoring
from tenure.health import profile as profiles
from tenure.health.profile import Profile

NAMES = ["seat_use", "breadth", "activity_trend", "active_people", "nps", "csat", "days_since_last_activity"]


@st.composite
def some_profiles(draw: st.DrawFn) -> Profile:
    """A profile of some of the metrics, on either side, with any weights and curves."""
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    sides: dict[str, list[dict[str, Any]]] = {"outcomes": [], "experience": []}
    for name in chosen:
        values = sorted(draw(st.sets(st.integers(-100, 100), min_size=2, max_size=5)))
        curve = [[value / 10, draw(st.integers(0, 100))] for value in values]
        weight = draw(st.floats(0.01, 100))
        side = draw(st.sampled_from(["outcomes", "experience"]))
        sides[side].append({"metric": name, "weight": weight, "curve": curve})
    body = {side: [{"title": "All", "measures": rated}] if rated else [] for side, rated in sides.items()}
    about = {"weight_of_outcomes": draw(st.floats(0.01, 0.99)), "version": draw(st.integers(1, 3))}
    return profiles.read(body | about)


some_values = st.fixed_dictionaries({name: st.none() | st.floats(-20, 20, allow_nan=False) for name in NAMES})
patient = settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
some_override = st.none() | st.floats(0, 100)


@patient
@given(some_profiles(), some_profiles(), some_values, some_values, some_override, some_override)
def test_measures_profile_and_override_sum_to_the_change(
    old_profile: Profile,
    new_profile: Profile,
    then: dict[str, float | None],
    now: dict[str, float | None],
    given_then: float | None,
    given_now: float | None,
) -> None:
    before = scoring.score_one(old_profile, then, given=given_then)
    after = scoring.score_one(new_profile, now, given=given_now)
    change, told = changes.difference(before, after), changes.story(before, after, then, now)
    if change is None:
        assert told is None
        return
    assert told is not None
    assert told.total == pytest.approx(change, abs=1e-9)
    if given_then is None and given_now is None:
        assert told.override == pytest.approx(0, abs=1e-9)


@patient
@given(some_profiles(), some_values, some_values)
def test_under_one_profile_nothing_is_the_profiles_doing(
    profile: Profile, then: dict[str, float | None], now: dict[str, float | None]
) -> None:
    told = changes.story(scoring.score_one(profile, then), scoring.score_one(profile, now))
    assert told is None or told.profile == ()


@patient
@given(some_profiles(), some_profiles(), some_values)
def test_a_customer_who_did_nothing_moved_by_the_profile_alone(
    old: Profile, new: Profile, values: dict[str, float | None]
) -> None:
    if (old.name, old.version) == (new.name, new.version):
        return
    told = changes.story(scoring.score_one(old, values), scoring.score_one(new, values), values, values)
    assert told is None or all(one.change == pytest.approx(0, abs=1e-9) for one in told.measures)


def body(**changes: Any) -> dict[str, Any]:
    """Seat use and breadth, alike in weight, in version 1."""
    use = {"metric": "seat_use", "weight": 1, "curve": [[0, 0], [1, 100]]} | changes
    rest = {"metric": "breadth", "weight": 1, "curve": [[0, 0], [1, 100]]}
    return {"outcomes": [{"title": "Use", "measures": [use, rest]}]}


def test_a_heavier_weight_is_told_as_such() -> None:
    old, new = profiles.read(body()), profiles.read(body(weight=3) | {"version": 2})
    acme = {"seat_use": 1.0, "breadth": 0.5}
    told = changes.story(scoring.score_one(old, acme), scoring.score_one(new, acme), acme, acme)
    assert told is not None
    assert told.total == pytest.approx(12.5)
    said = {one.item.part.metric.name: rules.because_of_profile(one, old, new) for one in told.profile}
    assert said["seat_use"] == "counts 75\u00a0% instead of 50\u00a0%".replace("75", "45").replace("50", "30")


def test_a_measure_that_came_into_the_profile_and_another_curve_are_told() -> None:
    old = profiles.read(body())
    new = profiles.read(
        body(curve=[[0, 0], [0.5, 100]])
        | {
            "version": 2,
            "experience": [
                {
                    "title": "Said",
                    "measures": [{"metric": "nps", "weight": 1, "curve": [[-100, 0], [100, 100]]}],
                }
            ],
        }
    )
    acme = {"seat_use": 0.5, "breadth": 0.5, "nps": 100.0}
    told = changes.story(scoring.score_one(old, acme), scoring.score_one(new, acme), acme, acme)
    assert told is not None
    said = {one.item.part.metric.name: rules.because_of_profile(one, old, new) for one in told.profile}
    assert said["nps"] == "not in the profile before"
    assert said["seat_use"].endswith("is on another curve")
    assert told.total == pytest.approx(0.6 * 75 + 0.4 * 100 - 50)


def test_where_todays_profile_knew_nothing_then_todays_customer_is_scored_by_the_old_one() -> None:
    old = profiles.read(body())
    new = profiles.read(
        {
            "version": 2,
            "experience": [
                {
                    "title": "Said",
                    "measures": [{"metric": "nps", "weight": 1, "curve": [[-100, 0], [100, 100]]}],
                }
            ],
        }
    )
    then, now = {"seat_use": 1.0, "nps": None}, {"seat_use": 0.5, "nps": 100.0}
    told = changes.story(scoring.score_one(old, then), scoring.score_one(new, now), then, now)
    assert told is not None
    assert sum(one.change for one in told.measures) == pytest.approx(-50)
    assert sum(one.change for one in told.profile) == pytest.approx(50)


def test_an_override_is_a_line_of_its_own() -> None:
    profile = profiles.read(body())
    acme = {"seat_use": 1.0, "breadth": 1.0}
    before = scoring.score_one(profile, acme | {"seat_use": 0.5})
    now = scoring.score_one(profile, acme, given=20)
    told = changes.story(before, now)
    assert told is not None
    assert (sum(one.change for one in told.measures), told.override) == pytest.approx((25, -80))
    assert (now.score, now.computed, now.band) == (20, 100, "poor")
    assert rules.by_hand(before, now) == "now 20 instead of 100"


def test_what_was_set_without_any_data_is_all_the_overrides() -> None:
    profile = profiles.read(body())
    told = changes.story(
        scoring.score_one(profile, {}, given=50), scoring.score_one(profile, {"breadth": 1.0})
    )
    assert told == changes.Story((), (), 50.0)


def test_who_left_is_not_scored_by_hand_either() -> None:
    dune = scoring.score_one(profiles.default(), {"seat_use": 1.0}, former=True, given=80)
    assert (dune.score, dune.given, dune.band) == (None, None, "")
