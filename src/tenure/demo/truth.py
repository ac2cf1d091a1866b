"""The hidden truth about the demo's customers, week by week, and why they leave: what models are judged by.

The truth is the **hazard**, written down in `leave_log_odds`: whether a customer leaves when it may (an
annual contract at its end, a monthly one each month) depends on the share of seats in use, on whether use
is falling, and on friction, and on nothing else. Industry, region and plan look as if they could matter
and do not: they are decoys. So is how much a manager writes: that follows from what a customer pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
WEEKS = 104
DAYS = WEEKS * 7
WANDER, FRICTION = (0.985, 0.16), (0.9, 0.45)  # what is kept from week to week, and the noise
COLLAPSE = 0.005  # a week


@dataclass(frozen=True)
class Latent:
    """What nobody sees directly, per account and week; week 0 is the oldest."""

    use: Floats  # share of seats active in four weeks
    trend: Floats  # that share against four weeks before
    friction: Floats  # how hard we are to deal with, standard normal in most weeks
    leave: Floats  # probability of leaving, where possible


def leave_log_odds(seat_use: Floats, trend: Floats, friction: Floats) -> Floats:
    """Log-odds of leaving at a moment when leaving is possible; arguments as in `Latent`."""
    return np.asarray(-2.6 + 4.5 * (0.55 - seat_use) + 2.2 * (1 - np.clip(trend, 0, 1.5)) + 0.9 * friction)


@dataclass(frozen=True)
class Course:
    """What use and friction follow from, per account, and week by week."""

    level: Floats  # what each is used to, in log-odds of use
    wander: Floats
    since_collapse: Ints  # weeks, 0 before it
    friction: Floats

    @property
    def use(self) -> Floats:
        """The share of seats active in four weeks."""
        return use_of(self.level[:, None], self.wander, self.since_collapse)


def use_of(level: Floats, wander: Floats, since_collapse: Ints) -> Floats:
    """A collapse takes five weeks, and is for good."""
    return np.asarray(1 / (1 + np.exp(-(level + wander - 2.4 * np.clip(since_collapse / 5, 0, 1)))))


def course(rng: np.random.Generator, n: int) -> Course:
    """Use drifts around each customer's own level and now and then collapses; friction comes in spells."""
    level = rng.normal(0.9, 0.8, n)
    wander = _mean_reverting(rng, n, *WANDER)
    collapse = (rng.random((n, WEEKS)) < COLLAPSE).cumsum(axis=1) > 0
    since = np.where(collapse, collapse.cumsum(axis=1), 0)
    return Course(level, wander, since, _mean_reverting(rng, n, *FRICTION))


def draw(rng: np.random.Generator, n: int) -> Latent:
    """The course of a number of customers."""
    return told(course(rng, n))


def told(found: Course) -> Latent:
    """What follows from a course."""
    use = found.use
    before = np.concatenate([np.repeat(use[:, :1], 4, axis=1), use[:, :-4]], axis=1)
    trend = use / before
    leave = 1 / (1 + np.exp(-leave_log_odds(use, trend, found.friction)))
    return Latent(use, trend, found.friction, leave)


def _mean_reverting(rng: np.random.Generator, n: int, keep: float, noise: float) -> Floats:
    """An AR(1) process of `WEEKS` steps for each of `n` customers, started in its steady state."""
    steps = np.empty((n, WEEKS))
    steps[:, 0] = rng.normal(0, noise / np.sqrt(1 - keep**2), n)
    for week in range(1, WEEKS):
        steps[:, week] = keep * steps[:, week - 1] + rng.normal(0, noise, n)
    return steps


def table(ids: Sequence[str], latent: Latent) -> pa.Table:
    """One row per account and week."""
    return pa.table(
        {
            "account_id": np.repeat(ids, WEEKS),
            "week": np.tile(np.arange(WEEKS), len(ids)),
            "seat_use": latent.use.ravel(),
            "trend": latent.trend.ravel(),
            "friction": latent.friction.ravel(),
            "leave_probability": latent.leave.ravel(),
        }
    )
