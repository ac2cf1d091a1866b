"""Scores are honest about what is missing, and every change falls into parts that sum to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.health import changes, rules, scoring
from tenure.health import profile as profiles
from tenure.health.profile import ProfileError
from tenure.health.scoring import Basis
from tenure.metrics.definition import Side

PROFILE = profiles.default()
NAMES = [part.metric.name for part in PROFILE.parts]
THRIVING = {
    "seat_use": 1.0,
    "breadth": 1.0,
    "activity_trend": 1.5,
    "days_since_last_activity": 0.0,
    "nps": 100.0,
    "csat": 1.0,
}

some_values = st.fixed_dictionaries(
    {name: st.none() | st.floats(-200, 200, allow_nan=False) for name in NAMES}
)


def test_acme_at_its_best_has_a_hundred() -> None:
    acme = scoring.score_one(PROFILE, THRIVING)
    assert (acme.score, acme.outcomes, acme.experience) == pytest.approx((100, 100, 100))
    assert (acme.band, acme.basis, acme.coverage, acme.weakest) == ("good", Basis.BOTH, 1, None)


def test_success_is_outcomes_and_experience() -> None:
    worn_out = scoring.score_one(PROFILE, THRIVING | {"nps": -100, "csat": 0})
    assert (worn_out.outcomes, worn_out.experience) == pytest.approx((100, 0))
    assert worn_out.score == pytest.approx(60)


def test_missing_data_is_left_out_and_its_weight_shared_within_its_side() -> None:
    silent = scoring.score_one(PROFILE, THRIVING | {"nps": None, "csat": 0.5})
    assert silent.experience == pytest.approx(35)
    assert silent.score == pytest.approx(0.6 * 100 + 0.4 * 35)
    assert silent.coverage == pytest.approx(0.8)


def test_one_side_alone_is_marked_and_never_taken_for_the_other() -> None:
    used = scoring.score_one(PROFILE, {"seat_use": 0.5})
    assert (used.score, used.outcomes, used.experience) == (55, 55, None)
    assert used.basis.says == "outcomes only"
    told = scoring.score_one(PROFILE, {"nps": 0})
    assert (told.score, told.outcomes, told.experience) == (45, None, 45)
    assert told.basis.says == "experience only"


def test_no_data_is_no_score_and_never_zero() -> None:
    unknown = scoring.score_one(PROFILE, {})
    assert (unknown.score, unknown.band, unknown.basis, unknown.coverage) == (None, "", Basis.NONE, 0)
    assert rules.coverage_sentence(unknown).startswith("No data: nothing is known of Seat use, ")


def test_who_left_has_no_score_whatever_they_still_do() -> None:
    dune = scoring.score_one(PROFILE, THRIVING, former=True)
    assert (dune.score, dune.outcomes, dune.band, dune.basis) == (None, None, "", Basis.FORMER)
    assert rules.coverage_sentence(dune).startswith("No longer a customer")


def test_what_pulls_down_most_is_weight_times_what_lacks() -> None:
    borealis = scoring.score_one(PROFILE, THRIVING | {"breadth": 0, "nps": 30})
    assert borealis.weakest is not None
    assert borealis.weakest.part.metric.name == "breadth"  # 0.13 × 100 against 0.2 × 30
    assert borealis.weakest.pulls_down == pytest.approx(100 * 0.6 * 2 / 9)


def test_coverage_reads_as_a_sentence() -> None:
    borealis = scoring.score_one(PROFILE, THRIVING | {"nps": None})
    assert rules.coverage_sentence(borealis) == (
        "Coverage 80\u00a0%: no data for NPS; its weight is shared among the rest."
    )
    cinder = scoring.score_one(PROFILE, THRIVING | {"nps": None, "csat": None})
    assert rules.coverage_sentence(cinder).endswith("Outcomes only: nothing is known of their experience.")


@given(some_values)
def test_a_score_lies_between_its_parts_and_weights_sum_to_one(values: dict[str, float | None]) -> None:
    found = scoring.score_one(PROFILE, values)
    known = [item.points for item in found.items if item.points is not None]
    if found.score is None:
        assert not known
        return
    assert min(known) - 1e-9 <= found.score <= max(known) + 1e-9
    assert sum(item.weight for item in found.items) == pytest.approx(1)
    contributions = [item.weight * (item.points or 0) for item in found.items]
    assert sum(contributions) == pytest.approx(found.score, abs=1e-9)


@given(st.lists(some_values, min_size=1, max_size=5))
def test_many_at_once_are_scored_like_one(rows: list[dict[str, float | None]]) -> None:
    matrix = np.array([[row[name] for name in NAMES] for row in rows], dtype=np.float64)
    many = scoring.score_many(PROFILE, matrix)
    for index, row in enumerate(rows):
        assert scoring.read_row(many, index) == scoring.score_one(PROFILE, row)


@given(some_values, some_values)
def test_the_parts_of_a_change_sum_to_it(
    before: dict[str, float | None], now: dict[str, float | None]
) -> None:
    old, new = scoring.score_one(PROFILE, before), scoring.score_one(PROFILE, now)
    parts, change = changes.decompose(old, new), changes.difference(old, new)
    if change is None:
        assert parts == ()
        return
    assert sum(part.change for part in parts) == pytest.approx(change, abs=1e-9)
    for part in parts:
        if part.appeared or part.vanished:
            assert part.moved == 0  # data that came or went is no movement


def test_a_change_of_one_metric_is_all_its_own() -> None:
    old, new = scoring.score_one(PROFILE, THRIVING), scoring.score_one(PROFILE, THRIVING | {"seat_use": 0.1})
    parts = {part.item.part.metric.name: part for part in changes.decompose(old, new)}
    assert parts["seat_use"].change == pytest.approx(changes.difference(old, new))
    assert all(part.change == pytest.approx(0) for name, part in parts.items() if name != "seat_use")


def test_data_that_appears_is_told_as_such() -> None:
    asked = THRIVING | {"csat": None, "nps": 0.0}
    old, new = (
        scoring.score_one(PROFILE, THRIVING | {"csat": None, "nps": None}),
        scoring.score_one(PROFILE, asked),
    )
    parts = {part.item.part.metric.name: part for part in changes.decompose(old, new)}
    assert rules.because(parts["nps"]) == "has data now and had none before"
    assert parts["nps"].change < 0  # it stands below the rest: so it takes off, though it moved from nothing
    assert rules.because(parts["seat_use"]) == "counts for less now, since others have data"
    back = {part.item.part.metric.name: part for part in changes.decompose(new, old)}
    assert rules.because(back["nps"]).startswith("had data before and has none now")
    assert rules.because(back["csat"]) == ""


def test_bands_begin_at_their_line() -> None:
    bands = [PROFILE.band(score) for score in (100, 70, 69.99, 40, 39.99, 0, None)]
    assert bands == ["good", "good", "fair", "fair", "poor", "poor", ""]


def test_the_shipped_profile_weighs_the_sides_as_it_says() -> None:
    for side, share in ((Side.OUTCOME, 0.6), (Side.EXPERIENCE, 0.4)):
        assert sum(part.weight for part in PROFILE.parts if part.side is side) == pytest.approx(share)


def seats(**changes: Any) -> dict[str, Any]:
    rated = {"metric": "seat_use", "weight": 1, "curve": [[0, 0], [1, 100]]} | changes
    return {
        "outcomes": [{"title": "Use", "measures": [rated]}],
        "experience": [
            {"title": "Said", "measures": [rated | {"metric": "nps", "curve": [[-100, 0], [100, 100]]}]}
        ],
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (seats(metric="karma"), "there is no metric 'karma'; there are .*seat_use"),
        (seats(metric="nps"), "nps: stands in the profile more than once"),
        (seats(weight=0), "seat_use: the weight is 0"),
        (seats(curve=[[0, 0]]), "seat_use: a curve needs two or more pairs"),
        (seats(curve=[[1, 0], [0, 100]]), "seat_use: a curve needs two or more pairs, values rising"),
        (seats(curve=[[0, 0], [1, 120]]), "seat_use: points go from 0 to 100"),
        (seats() | {"weight_of_outcomes": 1}, "weight_of_outcomes: above 0 and below 1"),
        (seats() | {"bands": {"good": 40, "fair": 70}}, "bands: 0 <= fair < good <= 100"),
        (seats() | {"colour": "red"}, "unknown field `colour`"),
    ],
)
def test_a_profile_that_cannot_be_used_says_what_is_wrong(body: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        profiles.read(body)
