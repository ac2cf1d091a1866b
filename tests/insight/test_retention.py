"""Cohorts as files tell them, and what models of retention say of those who stayed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from tenure.insight.likelihood import NotFittable
from tenure.insight.retention import remaining, sbg
from tenure.insight.retention.bdw import BetaDiscreteWeibull
from tenure.insight.retention.cohorts import cohorts, from_lifetimes, renewals
from tenure.insight.retention.sbg import ShiftedBetaGeometric

POSITIVE = st.floats(0.05, 20)


@settings(max_examples=60)
@given(POSITIVE, POSITIVE, st.integers(0, 30), st.floats(0.01, 0.9))
def test_a_residual_lifetime_is_the_closed_form(alpha: float, beta: float, n: int, d: float) -> None:
    """Fader and Hardie (2010), with the payment of the running period made already."""
    model = ShiftedBetaGeometric(alpha, beta)
    [found] = remaining.residual_lifetime(model, np.array([float(n)]), d)
    stays, both = beta + n, alpha + beta + n
    closed = stays / both / (1 + d) * hyp2f1(1, stays + 1, both + 1, 1 / (1 + d))
    assert found == pytest.approx(closed, rel=1e-6)


@settings(max_examples=60)
@given(POSITIVE, POSITIVE, st.floats(0.3, 3))
def test_who_has_stayed_longer_stays_longer_where_chances_differ(alpha: float, beta: float, c: float) -> None:
    periods = np.arange(1.0, 20)
    survival = remaining.survival(BetaDiscreteWeibull(alpha, beta, c), np.arange(0.0, 20))
    assert survival[0] == pytest.approx(1)
    assert (np.diff(survival) <= 1e-12).all()
    simple = ShiftedBetaGeometric(alpha, beta)
    assert (np.diff(remaining.retention(simple, periods)) >= -1e-12).all()
    assert remaining.retention(simple, periods) == pytest.approx(
        (beta + periods - 1) / (alpha + beta + periods - 1)
    )
    lifetimes = remaining.residual_lifetime(simple, periods, 0.1)
    assert (np.diff(lifetimes) >= -1e-9).all()


def test_survival_for_many_draws_at_once() -> None:
    rng = np.random.default_rng(1)
    alpha, beta, c = rng.uniform(0.5, 2, (3, 7, 1))
    many = BetaDiscreteWeibull(alpha, beta, c).log_survival(np.arange(5.0))
    assert many.shape == (7, 5)
    one = BetaDiscreteWeibull(alpha[3, 0], beta[3, 0], c[3, 0]).log_survival(np.arange(5.0))
    assert many[3] == pytest.approx(one)


def test_a_lifetime_without_discount_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        remaining.residual_lifetime(ShiftedBetaGeometric(1.0, 1.0), np.array([0.0]), 0)


def test_counts_shares_and_percent_are_one_cohort() -> None:
    period = np.array([2.0, 0.0, 1.0, 3.0])
    said = {
        "counts": np.array([468.0, 1000.0, 631.0, 382.0]),
        "percent": np.array([46.8, 100.0, 63.1, 38.2]),
        "shares": np.array([0.468, 1.0, 0.631, 0.382]),
    }
    for name, survivors in said.items():
        [one], shares = cohorts([None] * 4, period, survivors)
        assert one.survivors == pytest.approx([1000, 631, 468, 382]), name
        assert shares == (name != "counts")
    [implied], _ = cohorts([None] * 3, period[[2, 0, 3]], said["percent"][[2, 0, 3]], of=500)
    assert implied.period.tolist() == [0, 1, 2, 3]
    assert implied.survivors == pytest.approx([500, 315.5, 234, 191])


def test_impossible_survivors_are_named() -> None:
    with pytest.raises(NotFittable, match="line 4, survivors: rises from 80 to 90 in period 2 of cohort May"):
        cohorts(["May"] * 3, np.arange(3.0), np.array([100.0, 80, 90]), [2, 3, 4], are_shares=False)
    with pytest.raises(NotFittable, match="line 3, period: 2 follows 0"):
        cohorts([None] * 2, np.array([0.0, 2]), np.array([100.0, 80]), [2, 3])


def test_a_cohort_seen_from_a_later_period_tells_of_those_after_it() -> None:
    there = 50_000 * np.exp(ShiftedBetaGeometric(0.7, 2.0).log_survival(np.arange(9.0)))
    some, _ = cohorts(["a"] * 9 + ["b"] * 6, np.r_[0:9, 3:9] * 1.0, np.r_[there, there[3:]])
    found = sbg.fit(renewals(some))
    assert found.values == pytest.approx([0.7, 2.0], rel=0.01)


def test_cohorts_pooled_are_customers_counted() -> None:
    """Two cohorts of different ages tell the same as their customers one by one."""
    some, _ = cohorts(["a"] * 4 + ["b"] * 3, np.r_[0:4, 0:3] * 1.0, np.array([10.0, 7, 5, 4, 20, 15, 12]))
    left = [1] * 3 + [2] * 2 + [3] * 1 + [3] * 4 + [1] * 5 + [2] * 3 + [2] * 12
    gone = [1] * 6 + [0] * 4 + [1] * 8 + [0] * 12
    pooled, counted = renewals(some), from_lifetimes(np.array(left, float), np.array(gone, float))
    assert pooled.lost.tolist() == counted.lost.tolist()
    assert pooled.kept.tolist() == counted.kept.tolist()
    assert pooled.size == counted.size == 30
