"""The beta-discrete-Weibull model: as the shifted-beta-geometric, and each one's chance changes with age.

Fader, Hardie, Liu, Davin and Steenburgh (2018), "How to project customer retention" revisited: the role of
duration dependence, Journal of Interactive Marketing 43:1. A customer with chance θ survives t renewals with
(1 − θ)^(t^c); over customers θ is Beta(α, β):

    S(t) = B(α, β + t^c) / B(α, β),   P(T = t) = S(t − 1) − S(t).

c = 1 is the shifted-beta-geometric; below 1 a customer grows less likely to leave with age, above it more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, psi

from tenure.insight.likelihood import Estimate, Floats, Likelihood, maximise
from tenure.insight.retention import sbg
from tenure.insight.retention.cohorts import Renewals

NAMES = ("alpha", "beta", "c")


@dataclass(frozen=True)
class BetaDiscreteWeibull:
    """α, β as in the shifted-beta-geometric; c: how a customer's own chance changes with age.

    Arrays of parameters give as many models at once, along the first axes.
    """

    alpha: float | Floats
    beta: float | Floats
    c: float | Floats

    def log_survival(self, periods: Floats) -> Floats:
        """ln S(t) after so many periods, at least 0, whole or not."""
        aged = np.asarray(periods, dtype=np.float64) ** self.c
        return np.asarray(betaln(self.alpha, self.beta + aged) - betaln(self.alpha, self.beta))


def likelihood(seen: Renewals) -> Likelihood:
    """Σ lost · ln(1 − q(t)) + kept · ln q(t), with q(t) = S(t) / S(t − 1)."""
    age, before = seen.age, seen.age - 1

    def at(values: Floats) -> tuple[float, Floats]:
        alpha, beta, c = values
        after_value, after_slope = _log_survival(alpha, beta, c, age)
        before_value, before_slope = _log_survival(alpha, beta, c, before)
        stays = np.minimum(after_value - before_value, -1e-300)
        leaves = -np.expm1(stays)
        value = seen.kept @ stays + seen.lost @ np.log(leaves)
        # d ln(1 − q) = −q / (1 − q) · d ln q
        by_stays = seen.kept - seen.lost * np.exp(stays) / leaves
        return float(value), (after_slope - before_slope) @ by_stays

    return at


def _log_survival(alpha: float, beta: float, c: float, age: Floats) -> tuple[Floats, Floats]:
    """ln S at each age, and its slopes by α, β and c as rows."""
    aged = age**c
    value = betaln(alpha, beta + aged) - betaln(alpha, beta)
    both, later = psi(alpha + beta), psi(alpha + beta + aged)
    by_aged = psi(beta + aged) - later
    by_c = by_aged * aged * np.log(np.maximum(age, 1.0))  # at age 0 it stays 0, whatever c
    return value, np.array([both - later, by_aged - psi(beta) + both, by_c])


def fit(seen: Renewals) -> Estimate:
    """α, β and c of the greatest likelihood.

    Raises NotFittable for fewer than three renewals, or if nobody left or nobody stayed.
    """
    seen.require(3)
    simple = sbg.fit(seen).values
    leave = simple[0] / simple.sum()
    starts = [(*simple, 1.0), (simple[0], simple[1], 1.5), (leave * 5, (1 - leave) * 5, 0.6)]
    return maximise(NAMES, likelihood(seen), starts, seen.size)


def model(found: Estimate) -> BetaDiscreteWeibull:
    """The model of an estimate."""
    return BetaDiscreteWeibull(*found.values.tolist())
