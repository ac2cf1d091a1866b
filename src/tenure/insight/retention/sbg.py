"""The shifted-beta-geometric model: each customer leaves at each renewal with a chance of their own.

Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1):76. The
chances are distributed over customers as Beta(α, β); so those with high ones go first, and retention rises
with age although nobody changes:

    P(T = t) = B(α + 1, β + t − 1) / B(α, β),   S(t) = B(α, β + t) / B(α, β),
    r(t) = S(t) / S(t − 1) = (β + t − 1) / (α + β + t − 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from tenure.insight.likelihood import Estimate, Floats, Likelihood, maximise
from tenure.insight.retention.cohorts import Renewals

NAMES = ("alpha", "beta")


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """α, β: the mean chance to leave at a renewal is α / (α + β), and they differ less the larger α + β is.

    Arrays of parameters give as many models at once, along the first axes.
    """

    alpha: float | Floats
    beta: float | Floats

    def log_survival(self, periods: Floats) -> Floats:
        """ln S(t) after so many periods, at least 0, whole or not."""
        return np.asarray(betaln(self.alpha, self.beta + periods) - betaln(self.alpha, self.beta))


def likelihood(seen: Renewals) -> Likelihood:
    """Σ lost · ln h(t) + kept · ln(1 − h(t)) over ages t, with h(t) = α / (α + β + t − 1)."""
    before, came = seen.age - 1, seen.lost + seen.kept

    def at(values: Floats) -> tuple[float, Floats]:
        alpha, beta = values
        both, stays = alpha + beta + before, beta + before
        value = seen.lost.sum() * np.log(alpha) + seen.kept @ np.log(stays) - came @ np.log(both)
        of_both = float(np.sum(came / both))
        return float(value), np.array([seen.lost.sum() / alpha - of_both, seen.kept @ (1 / stays) - of_both])

    return at


def fit(seen: Renewals) -> Estimate:
    """α and β of the greatest likelihood.

    Raises NotFittable for fewer than two renewals, or if nobody left or nobody stayed. Where customers do not
    differ (every renewal loses the same share) the parameters run off together, which the estimate says.
    """
    seen.require(2)
    leave = seen.lost.sum() / (seen.lost + seen.kept).sum()
    starts = [(leave * both, (1 - leave) * both) for both in (0.5, 2.0, 10.0)]
    return maximise(NAMES, likelihood(seen), starts, seen.size)


def model(found: Estimate) -> ShiftedBetaGeometric:
    """The model of an estimate."""
    return ShiftedBetaGeometric(*found.values.tolist())
