"""The models that are fitted by likelihood, each as the battery of test_fitters.py asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tenure.insight.likelihood import Estimate, Floats, Likelihood
from tenure.insight.purchases import bgbb, bgnbd, gammagamma, paretonbd
from tenure.insight.purchases.gammagamma import Spending
from tenure.insight.purchases.histories import Histories
from tenure.insight.retention import bdw, sbg
from tenure.insight.retention.cohorts import from_lifetimes


@dataclass(frozen=True)
class Fitter:
    """A model: how customers behave under it, and how it is fitted to columns of them, `count` last.

    `simulate(rng, n)` gives columns of n customers under `truth`. `scaled`: which columns are times, and how
    each parameter moves with their unit (its power); empty where times have no unit.
    """

    name: str
    truth: Mapping[str, float]
    simulate: Callable[[np.random.Generator, int], tuple[Floats, ...]]
    data: Callable[..., Any]
    likelihood: Callable[[Any], Likelihood]
    fit: Callable[[Any], Estimate]
    scaled: tuple[int, ...] = ()
    powers: Mapping[str, int] | None = None

    def of(self, columns: tuple[Floats, ...], count: Floats | None = None) -> Any:
        """What the model is fitted to."""
        return self.data(*columns, count)


def _retained(truth: Mapping[str, float]) -> Callable[[np.random.Generator, int], tuple[Floats, ...]]:
    """Customers who have been there for 4 to 14 renewals, or left at one of them."""

    def simulate(rng: np.random.Generator, n: int) -> tuple[Floats, ...]:
        theta = rng.beta(truth["alpha"], truth["beta"], n)
        seen = rng.integers(4, 15, n)
        # S(t) = (1 − θ)^(t^c) falls below a uniform number at the renewal at which they leave.
        left_at = np.ceil((np.log(rng.random(n)) / np.log1p(-theta)) ** (1 / truth.get("c", 1.0)))
        left = left_at <= seen
        return np.where(left, np.minimum(left_at, seen), seen).astype(float), left.astype(float)

    return simulate


def _bought(rng: np.random.Generator, until: Floats, rate: Floats, gone: Callable[..., Floats]) -> Any:
    """Customers whose purchases come at a rate until they are gone: repeats, last, seen; by the day."""
    n = len(until)
    x, last, time = np.zeros(n), np.zeros(n), np.zeros(n)
    here = np.ones(n, dtype=bool)
    while here.any():
        time = time + rng.exponential(1 / rate)
        here &= (time <= until) & gone(time)
        x, last = np.where(here, x + 1, x), np.where(here, time, last)
    return x, last, until


def _bgnbd(rng: np.random.Generator, n: int) -> Any:
    t = _BGNBD
    leaves, first = rng.beta(t["a"], t["b"], n), np.ones(n, dtype=bool)
    was = np.zeros(n, dtype=bool)

    def gone(time: Floats) -> Any:
        nonlocal was
        stays = ~was | (rng.random(n) >= leaves)
        was = first.copy()
        return stays

    return _bought(rng, rng.uniform(20, 60, n), rng.gamma(t["r"], 1 / t["alpha"], n), gone)


def _paretonbd(rng: np.random.Generator, n: int) -> Any:
    t = _PARETO
    left_at = rng.exponential(1 / rng.gamma(t["s"], 1 / t["beta"], n))
    rate = rng.gamma(t["r"], 1 / t["alpha"], n)
    return _bought(rng, rng.uniform(20, 60, n), rate, lambda time: time <= left_at)


def _bgbb(rng: np.random.Generator, n: int) -> Any:
    t = _BGBB
    buys, leaves = rng.beta(t["alpha"], t["beta"], n), rng.beta(t["gamma"], t["delta"], n)
    seen = rng.integers(5, 13, n).astype(float)
    x, last, here = np.zeros(n), np.zeros(n), np.ones(n, dtype=bool)
    for opportunity in range(1, 13):
        here &= (rng.random(n) >= leaves) & (opportunity <= seen)
        bought = here & (rng.random(n) < buys)
        x, last = x + bought, np.where(bought, opportunity, last)
    return x, last, seen


def _spent(rng: np.random.Generator, n: int) -> tuple[Floats, ...]:
    t = _SPENT
    x = rng.integers(1, 9, n).astype(float)
    scale = rng.gamma(t["q"], 1 / t["gamma"], n)
    return x, rng.gamma(t["p"] * x, 1 / (scale * x))


_SBG = {"alpha": 0.7, "beta": 2.4}
_BDW = {"alpha": 0.5, "beta": 2.0, "c": 1.5}
_BGNBD = {"r": 0.6, "alpha": 5.0, "a": 0.8, "b": 2.5}
_PARETO = {"r": 0.6, "alpha": 8.0, "s": 0.6, "beta": 12.0}
_BGBB = {"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8}
_SPENT = {"p": 6.0, "q": 3.7, "gamma": 15.0}

FITTERS = (
    Fitter("sbg", _SBG, _retained(_SBG), from_lifetimes, sbg.likelihood, sbg.fit),
    Fitter("bdw", _BDW, _retained(_BDW), from_lifetimes, bdw.likelihood, bdw.fit),
    Fitter(
        "bgnbd", _BGNBD, _bgnbd, Histories.of, bgnbd.likelihood, bgnbd.fit, (1, 2),
        {"r": 0, "alpha": 1, "a": 0, "b": 0},
    ),
    Fitter(
        "paretonbd", _PARETO, _paretonbd, Histories.of, paretonbd.likelihood, paretonbd.fit, (1, 2),
        {"r": 0, "alpha": 1, "s": 0, "beta": 1},
    ),
    Fitter("bgbb", _BGBB, _bgbb, Histories.of, bgbb.likelihood, bgbb.fit),
    Fitter(
        "gammagamma", _SPENT, _spent, Spending.of, gammagamma.likelihood, gammagamma.fit, (1,),
        {"p": 0, "q": 0, "gamma": 1},
    ),
)  # fmt: skip


def by_day(fitter: Fitter) -> Fitter:
    """The same with times in whole sevenths, so that many customers are alike."""

    def simulate(rng: np.random.Generator, n: int) -> tuple[Floats, ...]:
        x, last, seen = fitter.simulate(rng, n)
        seen = np.floor(seen * 7) / 7
        last = np.where(x > 0, np.clip(np.ceil(last * 7) / 7, 1 / 7, seen), 0)
        return x, last, seen

    return replace(fitter, simulate=simulate)
