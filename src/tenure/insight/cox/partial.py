"""The partial likelihood of proportional hazards with Efron's ties and delayed entry, and its maximum. Pure.

Cox (1972), J. R. Stat. Soc. B 34:187; ties by Efron (1977), J. Am. Stat. Assoc. 72:557. Rows are intervals
(start, stop], so that a customer whose covariates change has several, and one who came late is not at risk
before (Andersen and Gill 1982, Ann. Stat. 10:1100). Gradient and Hessian are exact, and take sums over
distinct times and one product of matrices, never a loop over customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tenure.insight.likelihood import NotFittable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_STEPS = 50
_CLOSE = 1e-11  # of the log-likelihood, relative
_FAR = 20.0  # log-hazard per standard deviation, or its error: the covariate tells apart who leaves
_FLAT = 1e-10  # of the largest curvature


@dataclass(frozen=True)
class Intervals:
    """n rows: at risk from after `start` up to `stop`; whether it `happened` then; n × p `covariates`."""

    start: Floats
    stop: Floats
    happened: Flags
    covariates: Floats

    @cached_property
    def times(self) -> Floats:
        """The distinct times at which it happened, rising."""
        return np.unique(self.stop[self.happened])

    @cached_property
    def last(self) -> Ints:
        """The last of `times` at which each row is at risk; −1: none."""
        return np.asarray(np.searchsorted(self.times, self.stop, side="right") - 1)

    @cached_property
    def before(self) -> Ints:
        """The last of `times` before each row is at risk; −1: none."""
        return np.asarray(np.searchsorted(self.times, self.start, side="right") - 1)

    @cached_property
    def events(self) -> Ints:
        """The rows at whose end it happened, by time."""
        rows = np.flatnonzero(self.happened)
        return rows[np.argsort(self.stop[rows], kind="stable")]

    @cached_property
    def at(self) -> Ints:
        """The place in `times` of each of `events`."""
        return self.last[self.events]

    @cached_property
    def share(self) -> Floats:
        """Efron's l / d of each of `events`: how much of those who leave at the same time is gone before."""
        many = np.bincount(self.at, minlength=len(self.times))
        first = np.cumsum(many) - many
        return np.asarray((np.arange(len(self.at)) - first[self.at]) / many[self.at])

    def at_risk(self, values: Floats) -> Floats:
        """Σ of `values` (n, or n × p) over who is at risk, at each of `times`."""
        return self._later(values, self.last) - self._later(values, self.before)

    def of_events(self, values: Floats) -> Floats:
        """Σ of `values` (n, or n × p) over those to whom it happens, at each of `times`."""
        return _binned(values[self.events], self.at, len(self.times))

    def _later(self, values: Floats, place: Ints) -> Floats:
        """Σ of `values` of the rows whose place is that of a time or a later one."""
        there = place >= 0
        sums = _binned(values[there], place[there], len(self.times))
        return np.cumsum(sums[::-1], axis=0)[::-1]


def _binned(values: Floats, place: Ints, size: int) -> Floats:
    if values.ndim == 1:
        return np.bincount(place, values, minlength=size).astype(np.float64)
    return np.column_stack([np.bincount(place, column, minlength=size) for column in values.T])


@dataclass(frozen=True)
class State:
    """What the partial likelihood says of some coefficients. `expected`: of each row, how often it should
    have happened (its cumulative hazard); `means`: per event, of the covariates of who was at risk;
    `increments`: of the baseline's cumulative hazard at each of the times (Efron's), for covariates of 0.
    """

    log_likelihood: float
    gradient: Floats
    information: Floats
    expected: Floats
    means: Floats
    increments: Floats


def state(rows: Intervals, beta: Floats) -> State:
    """Log-likelihood, gradient and observed information (the negative Hessian) at `beta`."""
    x, at, share = rows.covariates, rows.at, rows.share
    log_risk = x @ beta
    top = float(log_risk.max())
    risk = np.exp(log_risk - top)
    weighed = risk[:, None] * x
    sums, tied = rows.at_risk(risk)[at], rows.of_events(risk)[at]
    below = np.maximum(sums - share * tied, 1e-300)
    means = (rows.at_risk(weighed)[at] - share[:, None] * rows.of_events(weighed)[at]) / below[:, None]
    steps = np.bincount(at, 1 / below, minlength=len(rows.times))
    tied_steps = np.bincount(at, share / below, minlength=len(rows.times))
    so_far = np.concatenate([[0.0], np.cumsum(steps)])
    expected = risk * (so_far[rows.last + 1] - so_far[rows.before + 1])
    expected[rows.events] -= risk[rows.events] * tied_steps[at]
    return State(
        float(log_risk[rows.events].sum() - np.log(below).sum() - top * len(at)),
        x[rows.events].sum(axis=0) - means.sum(axis=0),
        x.T @ (x * expected[:, None]) - means.T @ means,
        expected,
        means,
        steps * np.exp(-top),
    )


@dataclass(frozen=True)
class Maximum:
    """The likeliest coefficients of the covariates as they were given, and their covariance.

    `start`: the log-likelihood without covariates.
    """

    beta: Floats
    spread: Floats
    log_likelihood: float
    start: float
    at: State

    @property
    def errors(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.diag(self.spread))


def maximise(rows: Intervals, names: list[str]) -> Maximum:
    """Newton's steps, halved while they do not lead up. Raises NotFittable, naming columns and remedy."""
    if not rows.happened.any():
        raise NotFittable("has nobody who left, so nothing is told of who leaves sooner")
    middle, scale = rows.covariates.mean(axis=0), rows.covariates.std(axis=0)
    scaled = Intervals(rows.start, rows.stop, rows.happened, (rows.covariates - middle) / scale)
    beta = np.zeros(len(names))
    here = first = state(scaled, beta)
    _require_apart(here.information, names)
    for _ in range(_STEPS):
        step: Floats = np.asarray(
            np.linalg.lstsq(here.information, here.gradient, rcond=_FLAT)[0], np.float64
        )
        beta, there = _stepped(scaled, beta, step, here)
        is_close = there.log_likelihood - here.log_likelihood <= _CLOSE * (1 + abs(here.log_likelihood))
        here = there
        if is_close:
            break
    _require_finite(beta, here.information, names)
    spread = np.linalg.inv(here.information) / np.outer(scale, scale)
    return Maximum(beta / scale, spread, here.log_likelihood, first.log_likelihood, state(rows, beta / scale))


def _stepped(rows: Intervals, beta: Floats, step: Floats, here: State) -> tuple[Floats, State]:
    for _ in range(30):
        there = state(rows, beta + step)
        if np.isfinite(there.log_likelihood) and there.log_likelihood >= here.log_likelihood:
            return beta + step, there
        step = step / 2
    return beta, here


def _require_apart(information: Floats, names: list[str]) -> None:
    """Columns that say the same tell nothing of each by itself."""
    sizes, axes = np.linalg.eigh(information)
    if sizes[0] > _FLAT * max(float(sizes[-1]), 1e-300):
        return
    said = [name for name, part in zip(names, axes[:, 0], strict=True) if abs(part) > 0.1]
    raise NotFittable(
        f"has columns that say the same among those at risk ({', '.join(said)}); leave one out with --drop"
    )


def _require_finite(beta: Floats, information: Floats, names: list[str]) -> None:
    """Where the likelihood rises without end, its curvature vanishes, and with it what is known."""
    sizes, axes = np.linalg.eigh(information)
    errors = np.sqrt(axes**2 @ (1 / np.maximum(sizes, 1e-300)))
    far = [name for name, one, error in zip(names, beta, errors, strict=True) if max(abs(one), error) > _FAR]
    if far:
        raise NotFittable(
            f"has columns that tell apart those who left from all others ({', '.join(far)}), so that no "
            "finite coefficient is likeliest; leave them out with --drop, or take more customers"
        )
