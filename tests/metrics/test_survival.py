"""The product-limit estimate against published figures, against the definition, and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.metrics.survival import Curve, Median, Point, kaplan_meier

# Freireich et al. (1963), Blood 21:699: weeks of remission of 42 children, with 6-MP or without.
# Estimates and Greenwood's errors as in Klein and Moeschberger, Survival Analysis, 2nd ed., section 4.2.
ON_DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def curve(happened: list[int], waiting: list[int]) -> Curve:
    waited = np.array([*happened, *waiting], dtype=np.float64)
    return kaplan_meier(waited, np.arange(len(waited)) < len(happened))


def test_the_drug_keeps_them_well_as_long_as_published() -> None:
    found = curve(ON_DRUG, STILL_WELL)
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.events.tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert found.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert found.error.round(4).tolist() == errors
    assert found.median == Median(23, 13, None)


def test_those_without_it_relapse_as_fast_as_published() -> None:
    found = curve(PLACEBO, [])
    assert found.at(8).survival == pytest.approx(8 / 21)
    assert found.median == Median(8, 4, 11)
    assert found.survival[-1] == 0
    assert np.isnan(found.highest[-1])


def test_a_time_between_two_is_told_as_of_the_one_before() -> None:
    found = curve(ON_DRUG, STILL_WELL)
    point = found.at(12)
    assert point == Point(12, 12, *(pytest.approx(one, abs=5e-4) for one in (0.753, 0.503, 0.889)))
    assert found.at(0).survival == 1
    assert found.at(36) == Point(36, 0, None, None, None)


def test_of_nobody_and_of_nothing_that_happened_nothing_is_made_up() -> None:
    nobody = curve([], [])
    assert (nobody.count, nobody.last, nobody.median) == (0, 0, Median(None, None, None))
    waiting = curve([], [5, 9])
    assert (waiting.at(5).survival, waiting.at(5).at_risk) == (1, 2)
    assert waiting.median == Median(None, None, None)
    with pytest.raises(ValueError, match="at least 0"):
        kaplan_meier(np.array([-1.0]), np.array([True]))


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
def test_it_is_the_product_of_the_shares_that_went_on(rows: list[tuple[int, bool]]) -> None:
    found = curve([time for time, did in rows if did], [time for time, did in rows if not did])
    share = 1.0
    for time in range(14):
        waiting = sum(one >= time for one, _ in rows)
        done = sum(one == time and did for one, did in rows)
        share *= 1 - done / waiting if waiting else 1
        point = found.at(time)
        assert point.at_risk == waiting
        if waiting:
            assert point.survival == pytest.approx(share)
            assert point.lowest is None or point.lowest <= share + 1e-9
            assert point.highest is None or point.highest >= share - 1e-9


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_where_nobody_waits_it_is_the_plain_share(times: list[int]) -> None:
    found = curve(times, [])
    for time in times:
        assert found.at(time).survival == pytest.approx(sum(one > time for one in times) / len(times))


def test_it_is_what_lifelines_finds() -> None:
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(4)
    waited, happened = rng.integers(1, 60, 400).astype(np.float64), rng.random(400) < 0.6
    ours, theirs = kaplan_meier(waited, happened), KaplanMeierFitter().fit(waited, happened)
    assert ours.survival == pytest.approx(theirs.survival_function_at_times(ours.times).to_numpy())
    assert ours.median.value == theirs.median_survival_time_
