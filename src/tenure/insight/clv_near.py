"""How long a customer stays by its own chances of the next time, and later by those of its kind. Pure.

What is known of a customer today tells of its next decisions, and less of each later one: its log-odds of
leaving go over into those of customers as old as it is, by a share a month (landmarking: van Houwelingen
2007, Scand. J. Stat. 34:70, with the effect of what was seen fading). Once nothing of it is left, the cohort
model goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenure.insight.churn.figures import expit, logit
from tenure.insight.clv_survival import DRAWS, PERIOD_DAYS, Ints, per_period
from tenure.insight.cohorts import MONTH_DAYS
from tenure.insight.likelihood import Floats
from tenure.insight.retention import remaining

SLOWEST = 0.97  # a share that lasts longer is not taken on trust: no more than six months ahead are tested
_SEED = 20260102
_GONE = 0.02  # of what was known of a customer, from which on the cohort model has its way


@dataclass(frozen=True)
class Own:
    """Of payers, in their order: log-odds of leaving at a decision within a month, NaN where no hazard says
    any, and their standard error; `fading`, the share that lasts a month.
    """

    near: Floats
    error: Floats
    fading: float

    @property
    def known(self) -> Ints:
        """The places of those of whom any is known."""
        return np.flatnonzero(~np.isnan(self.near))

    def taken(self, places: Ints) -> Own:
        """Of some of them."""
        return Own(self.near[places], self.error[places], self.fading)

    def moved(self, deviations: float) -> Own:
        """All of them off by so many of their standard errors."""
        return Own(self.near + deviations * self.error, self.error, self.fading)


def deviations() -> Floats:
    """Of DRAWS draws, by how many errors what the hazard says is off: for all customers the same."""
    return np.random.default_rng(_SEED).standard_normal(DRAWS)


def ahead(start: Ints, survived: Ints, day: int, clock: str) -> Floats:
    """Months until the next decision, 1 for within a month."""
    days = start + (survived + 1) * PERIOD_DAYS[clock] - day
    return np.maximum(np.ceil(days / MONTH_DAYS), 1.0)


@dataclass(frozen=True)
class Payments:
    """What the payments to come are worth if each is 1: chances to be there, discounted. Customers as rows.

    `near`: of each of the next periods; `later`: of all that follow, together.
    """

    near: Floats
    later: Floats

    @property
    def periods(self) -> Floats:
        """Discounted periods still to be paid."""
        return np.asarray(self.near.sum(axis=1) + self.later)

    def more(self, excess: Floats) -> Floats:
        """By how much more they are worth if each is `1 + excess` of its period; the last one goes on."""
        last = excess[-1] if len(excess) else 0.0
        return np.asarray(self.near @ excess + self.later * last)


def steps_of(fading: float, clock: str) -> int:
    """Decisions until nothing is left of what is known of a customer."""
    months = PERIOD_DAYS[clock] / MONTH_DAYS
    return max(1, int(np.ceil(np.log(_GONE) / np.log(min(fading, SLOWEST)) / months)))


def of_kind(model: remaining.Staying, clock: str, survived: Ints, steps: int, discount: float) -> Payments:
    """By the model of their kind alone, so many periods one by one; `discount` a year's."""
    logs = model.log_survival(survived[:, None] + np.arange(steps + 1.0))
    return _valued(model, clock, survived, np.exp(logs[:, 1:] - logs[:, :1]), discount)


def of_own(
    model: remaining.Staying,
    clock: str,
    survived: Ints,
    wait: Floats,
    own: Own,
    discount: float,
    steps: int = 0,
) -> Payments:
    """By customers' own chances, at least `steps` one by one; `wait` in months until the next decision."""
    months, fading = PERIOD_DAYS[clock] / MONTH_DAYS, min(own.fading, SLOWEST)
    lasting = steps_of(fading, clock)
    step = np.arange(max(steps, lasting))
    age: Floats = np.asarray(survived[:, None] + 1.0 + step, dtype=np.float64)
    kind = logit(1 - remaining.retention(model, age))
    weight = np.where(step < lasting, fading ** (wait[:, None] + months * step - 1), 0.0)
    stays = np.cumprod(1 - expit(kind + weight * (own.near[:, None] - kind)), axis=1)
    return _valued(model, clock, survived, np.asarray(stays), discount)


def _valued(model: remaining.Staying, clock: str, survived: Ints, stays: Floats, discount: float) -> Payments:
    rate, steps = per_period(discount, clock), stays.shape[1]
    worth = (1 + rate) ** -(np.arange(steps) + 1.0)
    reached = stays[:, -1] * worth[-1] if steps else np.ones(len(survived))
    return Payments(stays * worth, reached * remaining.residual_lifetime(model, survived + steps, rate))


def residual(
    model: remaining.Staying, clock: str, survived: Ints, wait: Floats, own: Own, discount: float
) -> Floats:
    """Discounted periods still to be paid, as `remaining.residual_lifetime`, of customers with chances of
    their own; `wait` in months until the next decision, `discount` a year's.
    """
    return of_own(model, clock, survived, wait, own, discount).periods
