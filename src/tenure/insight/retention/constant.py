"""The geometric model: everybody leaves at each renewal with the same chance θ, whatever their age.

It is what the shifted-beta-geometric becomes where customers do not differ, and what the others are held
against:

    S(t) = (1 − θ)^t,   θ̂ = lost / (lost + kept),   standard error √(θ (1 − θ) / (lost + kept)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenure.insight.likelihood import Estimate, Floats, Likelihood
from tenure.insight.retention.cohorts import Renewals

NAMES = ("theta",)


@dataclass(frozen=True)
class Geometric:
    """θ: the chance to leave at a renewal. Arrays give as many models at once, along the first axes."""

    theta: float | Floats

    def log_survival(self, periods: Floats) -> Floats:
        """ln S(t) after so many periods."""
        return np.asarray(periods * np.log1p(-np.minimum(self.theta, 1 - 1e-12)))


def likelihood(seen: Renewals) -> Likelihood:
    """Lost · ln θ + kept · ln(1 − θ); −∞ outside 0 and 1."""
    lost, kept = float(seen.lost.sum()), float(seen.kept.sum())

    def at(values: Floats) -> tuple[float, Floats]:
        theta = float(values[0])
        if not 0 < theta < 1:
            return -np.inf, np.zeros(1)
        value = lost * np.log(theta) + kept * np.log1p(-theta)
        return float(value), np.array([lost / theta - kept / (1 - theta)])

    return at


def fit(seen: Renewals) -> Estimate:
    """θ of the greatest likelihood. Raises NotFittable if nobody left or nobody stayed."""
    seen.require(1)
    lost, came = float(seen.lost.sum()), float((seen.lost + seen.kept).sum())
    theta = lost / came
    value, _ = likelihood(seen)(np.array([theta]))
    error = float(np.sqrt(theta * (1 - theta) / came))
    spread = np.array([[(error / theta) ** 2]])
    return Estimate({"theta": theta}, {"theta": error}, value, seen.size, spread)
