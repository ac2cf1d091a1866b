"""The forecast of what is lost: many seeded draws over accounts, with the model's own doubt in them. Pure.

Each draw first takes one state of the model and one shock of the quarter, the same for all accounts (they
share what is wrong about it, and what happens to all), then each account goes or stays. The largest are drawn
one by one, the rest by the normal law of their sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_260_101
_ONE_BY_ONE = 400
_Z80 = 1.2815515655446004  # 80 % of a normal distribution lies within
_EDGE = 1e-6
_AT_ONCE = 500


@dataclass(frozen=True)
class Range:
    """The mean of what is lost, and the middle 80 % of it."""

    expected: float
    low: float
    high: float


def lost(
    p: Floats,
    low: Floats,
    high: Floats,
    amount: Floats,
    shock: float = 0.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Range:
    """Of accounts lost with chance `p` (its 80 % interval `low` to `high`), each with its amount.

    `shock`: the deviation of what a quarter adds to everybody's log-odds.
    """
    expected = float((p * amount).sum())
    may = (p > 0) & (amount > 0)
    if not may.any():
        return Range(expected, expected, expected)
    rng = np.random.default_rng(seed)
    order = np.argsort(-amount[may], kind="stable")
    logit, spread, worth = (values[order] for values in _logits(p[may], low[may], high[may], amount[may]))
    parts = [
        _drawn(rng, logit, spread, worth, shock, min(_AT_ONCE, draws - at))
        for at in range(0, draws, _AT_ONCE)
    ]
    sums = np.concatenate(parts)
    sums *= expected / sums.mean() if sums.mean() > 0 else 1.0
    lowest, highest = np.quantile(sums, [0.1, 0.9])
    return Range(expected, min(float(lowest), expected), max(float(highest), expected))


def _logits(p: Floats, low: Floats, high: Floats, amount: Floats) -> tuple[Floats, Floats, Floats]:
    spread = (_logit(high) - _logit(low)) / (2 * _Z80)
    return _logit(p), np.where(p >= 1, 0.0, spread), amount


def _logit(p: Floats) -> Floats:
    inside = np.clip(p, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)))


def _drawn(
    rng: np.random.Generator, logit: Floats, spread: Floats, worth: Floats, shock: float, draws: int
) -> Floats:
    state = np.stack([rng.standard_normal(draws), shock * rng.standard_normal(draws)])
    found = np.zeros(draws)
    first, rest = slice(0, _ONE_BY_ONE), slice(_ONE_BY_ONE, None)
    p = _chance(logit[first], spread[first], state)
    found += (rng.random(p.shape) < p) @ worth[first]
    noise = rng.standard_normal(draws)
    mean, variance = _moments(logit[rest], spread[rest], worth[rest], state)
    return np.asarray(found + np.maximum(mean + noise * np.sqrt(variance), 0))


def _moments(logit: Floats, spread: Floats, worth: Floats, state: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of what the rest loses in each state; accounts alike in chance are one."""
    if not len(logit):
        return np.zeros(state.shape[1]), np.zeros(state.shape[1])
    kinds, which = np.unique(np.round(np.stack([logit, spread]), 2), axis=1, return_inverse=True)
    p = _chance(kinds[0], kinds[1], state)
    sums = np.bincount(which, worth, minlength=kinds.shape[1])
    squares = np.bincount(which, worth**2, minlength=kinds.shape[1])
    return p @ sums, (p * (1 - p)) @ squares


def _chance(logit: Floats, spread: Floats, state: Floats) -> Floats:
    """Draws × accounts; `state` is of the model, and of the quarter."""
    doubt, shock = state[:, :, None]
    return np.asarray(1 / (1 + np.exp(-(logit + spread * doubt + shock))))
