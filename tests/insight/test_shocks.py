"""How much quarters differ, learnt from what became of what was told."""

from __future__ import annotations

import numpy as np
import pytest

from tenure.insight import shocks


def quarters(deviation: float, number: int, seed: int):
    """Decisions of so many quarters, 200 in each: what was told, who left, and when."""
    rng = np.random.default_rng(seed)
    quarter = np.repeat(np.arange(number), 200)
    log_odds = rng.normal(-2, 1, len(quarter))
    moved = log_odds + rng.normal(0, deviation, number)[quarter]
    left = rng.random(len(quarter)) < 1 / (1 + np.exp(-moved))
    return 1 / (1 + np.exp(-log_odds)), left, quarter


@pytest.mark.parametrize("deviation", [0.15, 0.6])
def test_the_truth_is_found_where_quarters_are_many(deviation: float) -> None:
    assert shocks.deviation(*quarters(deviation, 60, 1)) == pytest.approx(deviation, abs=0.12)


def test_without_quarters_it_is_assumed_and_calm_ones_lower_it() -> None:
    nothing = np.zeros(0)
    assert shocks.deviation(nothing, nothing.astype(bool), nothing.astype(np.int64)) == pytest.approx(
        shocks.ASSUMED, abs=0.01
    )
    few = [shocks.deviation(*quarters(0.0, 8, seed)) for seed in range(4)]
    assert 0 < np.mean(few) < shocks.ASSUMED
