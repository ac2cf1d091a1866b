"""Histories from purchases, and expectations that customers simulated further on meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.insight.purchases import bgbb, bgnbd, gammagamma, paretonbd
from tenure.insight.purchases.histories import Histories, from_purchases

DAYS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=1, max_size=40)


def history(rows: list[tuple[str, int]], until: int, unit: str = "day", whole: bool = False) -> dict:
    start = np.datetime64("2026-01-01")
    days = np.array([start + day for _, day in rows])
    found = from_purchases([who for who, _ in rows], days, None, start + until, unit, whole)
    return {who: (found.repeats[i], found.last[i], found.seen[i]) for i, who in enumerate(found.customers)}


def test_two_purchases_on_a_day_are_one_and_later_ones_are_left_out() -> None:
    rows = [("ann", 0), ("ann", 7), ("ann", 7), ("bo", 3), ("ann", 21), ("cy", 30)]
    assert history(rows, 14, "week") == {"ann": (1, 1, 2), "bo": (0, 0, 11 / 7)}
    assert history(rows, 30, "day")["ann"] == (2, 21, 30)


def test_opportunities_are_whole_units_since_the_first_purchase() -> None:
    rows = [("ann", 0), ("ann", 3), ("ann", 6), ("ann", 8), ("ann", 15), ("bo", 0), ("bo", 20)]
    # Weeks of ann: (0, 7], (7, 14], and (14, 21], which is not over on day 20.
    assert history(rows, 20, "week", whole=True) == {"ann": (2, 2, 2), "bo": (0, 0, 2)}


@settings(max_examples=80)
@given(DAYS, st.integers(0, 45))
def test_histories_are_what_one_counts_by_hand(rows: list[tuple[str, int]], until: int) -> None:
    expected = {}
    for who in {who for who, day in rows if day <= until}:
        days = sorted({day for name, day in rows if name == who and day <= until})
        expected[who] = (len(days) - 1, days[-1] - days[0], until - days[0])
    if expected:
        assert history(rows, until) == expected


def test_the_average_is_of_repeat_purchases_only() -> None:
    days = np.array(["2026-01-01", "2026-01-05", "2026-01-05", "2026-01-09"], dtype="datetime64[D]")
    amounts = np.array([100.0, 10, 20, 50])
    found = from_purchases(["ann"] * 4, days, amounts, np.datetime64("2026-02-01"), "day")
    assert found.average.tolist() == [40]


def test_a_bgnbd_customer_comes_back_as_often_as_expected() -> None:
    """Simulated on: those with one history, afterwards, on average."""
    rng = np.random.default_rng(11)
    model, n = bgnbd.BetaGeometricNBD(1.2, 6.0, 0.9, 2.5), 200_000
    rate, leaves = rng.gamma(1.2, 1 / 6.0, n), rng.beta(0.9, 2.5, n)
    time, x, last, later = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    here = np.ones(n, dtype=bool)
    while here.any():
        time = np.where(here, time + rng.exponential(1 / rate), np.inf)
        early = here & (time <= 20)
        x, last = x + early, np.where(early, time, last)
        later += here & (time > 20) & (time <= 30)
        here &= (time <= 30) & (rng.random(n) >= leaves)
    assert (x + later).mean() == pytest.approx(float(model.expected(np.array(30.0))), rel=0.02)
    some = (x == 2) & (last > 5) & (last < 15)
    expected = model.further(10.0, x[some], last[some], np.full(some.sum(), 20.0)).mean()
    assert later[some].mean() == pytest.approx(expected, rel=0.05)


def test_alive_is_between_and_falls_with_silence() -> None:
    x, n = np.full(20, 3.0), np.full(20, 20.0)
    last = np.arange(3.0, 23).clip(max=20)
    for model in (
        bgnbd.BetaGeometricNBD(0.5, 3.0, 0.8, 2.5),
        paretonbd.ParetoNBD(0.5, 3.0, 0.6, 9.0),
        bgbb.BetaGeometricBetaBinomial(1.2, 0.8, 0.7, 3.0),
    ):
        alive = model.alive(x, last, n)
        assert ((alive > 0) & (alive <= 1)).all()
        assert (np.diff(alive) >= 0).all()
        assert (model.further(5.0, x, last, n) > 0).all()
        assert model.expected(np.array([0.0])) == pytest.approx([0])


def test_formulas_have_no_gap_where_a_parameter_is_one() -> None:
    one = [np.array([value]) for value in (2.0, 5.0, 10.0)]
    times = np.array([4.0])
    for make in (
        lambda at: bgnbd.BetaGeometricNBD(0.5, 3.0, at, 2.5),
        lambda at: paretonbd.ParetoNBD(0.5, 3.0, at, 9.0),
    ):
        beside = [make(at) for at in (1 - 1e-4, 1.0, 1 + 1e-4)]
        for values in (
            [model.expected(times)[0] for model in beside],
            [model.further(4.0, *one)[0] for model in beside],
        ):
            assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=1e-6)


def test_who_has_bought_little_is_thought_average() -> None:
    model = gammagamma.GammaGamma(6.0, 4.0, 15.0)
    assert model.average == pytest.approx(30)
    none, some, many = model.expected(np.array([0.0, 2, 1000]), np.array([np.nan, 60, 60]))
    assert none == pytest.approx(30)
    assert 30 < some < many < 60
    assert gammagamma.GammaGamma(6.0, 0.9, 15.0).average is None
    assert np.isnan(gammagamma.GammaGamma(6.0, 0.9, 15.0).expected(np.zeros(1), np.zeros(1)))[0]


def test_a_sample_weighs_as_all() -> None:
    rng = np.random.default_rng(2)
    many = Histories(rng.integers(1, 9, 30_000) * 1.0, rng.random(30_000), np.ones(30_000), np.ones(30_000))
    sample = many.sample()
    assert sample is not None
    assert len(sample.count) < 5000
    assert Histories.of(np.ones(10), np.ones(10), np.ones(10)).sample() is None
