"""The draws of a forecast: their mean, their spread, and that they are the same each time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.renewals.cohort import Tally
from tenure.renewals.draws import lost
from tenure.renewals.figures import Renewals
from tenure.renewals.rules import AT_RISK, CALLS, CHURN, Called
from tenure.renewals.stakes import NAMES, Stakes
from tenure.revenue.quarters import Quarter

chances = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**9)), min_size=1, max_size=20
)


def columns(rows):
    p = np.array([one[0] for one in rows])
    half = np.array([one[1] for one in rows]) / 2
    return (
        p,
        np.maximum(p - half * p, 0),
        np.minimum(p + half * (1 - p), 1),
        np.array([float(r[2]) for r in rows]),
    )


@settings(max_examples=20)
@given(chances)
def test_the_interval_holds_the_mean_and_no_more_than_everything(rows):
    found = lost(*columns(rows), draws=2_000)
    total = sum(one[2] for one in rows)
    assert -1e-6 <= found.low <= found.expected + 1e-6
    assert found.expected <= found.high + 1e-6
    assert found.expected == pytest.approx(sum(one[0] * one[2] for one in rows))
    assert found.expected <= total + 1e-6


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from([None, *CALLS]), st.integers(0, 10**9)),
        max_size=12,
    )
)
def test_the_worst_case_is_not_better_than_the_interval_nor_than_what_is_called(rows):
    quarter = Quarter(2026, 4)
    p, marked, calls, arr = zip(*rows, strict=True) if rows else ((), (), (), ())
    chance = np.array(p, dtype=float)
    stakes = Stakes(
        pa.table({name: ["a"] * len(rows) for name in NAMES.names}, NAMES),
        np.array(arr, dtype=np.int64),
        chance,
        chance / 2,
        (1 + chance) / 2,
        np.zeros(len(rows), dtype=bool),
        np.array(
            [one or call in (AT_RISK, CHURN) for one, call in zip(marked, calls, strict=True)], dtype=bool
        ),
        {row: Called("a", "", call, "", "dana", quarter.first) for row, call in enumerate(calls) if call},
        np.arange(len(rows)),
        lambda _: (),
    )
    told = Renewals(
        quarter=quarter,
        as_of=quarter.first,
        currency="USD",
        due=(),
        added=(),
        losses=(),
        at_stake=stakes,
        rolling=Tally(0, 0),
        last_year={},
        same_quarter=(None, None),
        next_90_days=(),
        opening_arr=0,
        arr_now=0,
        target=0.9,
        model="",
        left_out={},
    )
    assert told.low <= told.expected <= told.high <= told.worst
    assert (told.called or 0) <= told.worst


def test_the_same_seed_gives_the_same_figures_in_any_order():
    rows = [(0.1, 0.3, 100), (0.5, 0.2, 900), (0.9, 0.1, 50)]
    assert lost(*columns(rows)) == lost(*columns(rows))


def test_the_large_sum_of_many_small_has_the_spread_of_the_binomial():
    n, p = 20_000, np.full(20_000, 0.2)
    found = lost(p, p, p, np.ones(n))
    spread = (found.high - found.low) / (2 * 1.2816)
    assert spread == pytest.approx(np.sqrt(n * 0.2 * 0.8), rel=0.05)


def test_doubt_about_the_model_widens_the_interval():
    n, p = 2_000, np.full(2_000, 0.2)
    sure, unsure = lost(p, p, p, np.ones(n)), lost(p, p - 0.05, p + 0.06, np.ones(n))
    assert unsure.high - unsure.low > 3 * (sure.high - sure.low)


def test_what_is_certain_has_no_spread():
    one = np.ones(3)
    found = lost(one, one, one, one * 100)
    assert (found.low, found.expected, found.high) == (300, 300, 300)
    assert lost(one * 0, one * 0, one * 0, one).high == 0


def test_a_shock_that_all_share_widens_the_interval():
    p, worth = np.full(500, 0.1), np.ones(500)
    alone, together = lost(p, p, p, worth), lost(p, p, p, worth, shock=0.4)
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert together.expected == alone.expected


@pytest.mark.parametrize("size", [60, 400])
def test_the_interval_holds_eight_of_ten_quarters_of_companies_with_shocks(size):
    """Customers of very different size, whose chances are known with doubt, in quarters that differ."""
    rng = np.random.default_rng(size)
    held = 0
    for quarter in range(200):
        worth, logit = rng.lognormal(9, 1, size), rng.normal(-2, 1, size)
        shock, doubt = rng.normal(0, 0.35), 0.2 * rng.normal()
        gone = rng.random(size) < 1 / (1 + np.exp(-(logit + shock + doubt)))
        p, low, high = (1 / (1 + np.exp(-(logit + z * 0.2))) for z in (0, -1.2816, 1.2816))
        told = lost(p, low, high, worth, shock=0.35, draws=1_000, seed=quarter)
        held += told.low <= (gone * worth).sum() <= told.high
    assert 0.75 <= held / 200 <= 0.9
