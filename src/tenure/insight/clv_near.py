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
from tenure.insight.clv_survival import DRAWS, MODELS, PERIOD_DAYS, Force, Ints, per_period
from tenure.insight.cohorts import MONTH_DAYS
from tenure.insight.likelihood import Floats
from tenure.insight.retention import remaining

SLOWEST = 0.97  # a share that lasts longer is not taken on trust: no more than six months ahead are tested
_GONE = 0.02  # of what was known of a customer, from which on the cohort model has its way
_SEED = 20260102
_ROUND = 0.1  # log-odds to which draws are told apart


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


def ahead(start: Ints, survived: Ints, day: int, clock: str) -> Floats:
    """Months until the next decision, 1 for within a month."""
    days = start + (survived + 1) * PERIOD_DAYS[clock] - day
    return np.maximum(np.ceil(days / MONTH_DAYS), 1.0)


def residual(
    model: remaining.Staying, clock: str, survived: Ints, wait: Floats, own: Own, discount: float
) -> Floats:
    """Discounted periods still to be paid, as `remaining.residual_lifetime`, of customers with chances of
    their own; `wait` in months until the next decision, `discount` a year's.
    """
    months = PERIOD_DAYS[clock] / MONTH_DAYS
    fading = min(own.fading, SLOWEST)
    many = max(1, int(np.ceil(np.log(_GONE) / np.log(fading) / months)))
    step = np.arange(many)
    age: Floats = np.asarray(survived[:, None] + 1.0 + step, dtype=np.float64)
    kind = logit(1 - remaining.retention(model, age))
    weight = fading ** (wait[:, None] + months * step - 1)
    stays = np.cumprod(1 - expit(kind + weight * (own.near[:, None] - kind)), axis=1)
    rate = per_period(discount, clock)
    later = remaining.residual_lifetime(model, survived + many, rate)
    worth = (1 + rate) ** -(step + 1.0)
    return np.asarray(stays @ worth + stays[:, -1] * worth[-1] * later)


def drawn(force: Force, survived: Ints, wait: Floats, own: Own, discount: float) -> Floats | None:
    """The same under each of the force's draws of parameters and one of the hazard's, as rows; None where it
    is assumed. Customers alike are reckoned once.
    """
    if force.draws is None:
        return None
    alike = np.stack([survived, wait, np.round(own.near / _ROUND), np.round(own.error / _ROUND)])
    _, first, place = np.unique(alike, axis=1, return_index=True, return_inverse=True)
    some, deviations = own.taken(first), np.random.default_rng(_SEED).standard_normal(DRAWS)
    rows = [
        residual(
            MODELS[force.name].of(*params), force.clock, survived[first], wait[first], some.moved(z), discount
        )
        for params, z in zip(force.draws.tolist(), deviations.tolist(), strict=True)
    ]
    return np.array(rows)[:, place.ravel()]
