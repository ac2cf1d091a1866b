"""How much whole quarters differ from what was expected of them: a shock that all customers share. Pure.

Customers do not leave by independent coins: a price rise, an outage, a bad year moves all of them. The shock
of a quarter adds to everybody's log-odds, and is drawn from a normal distribution around 0 whose deviation is
learnt from how past quarters came out, starting from a half-normal belief (Gelman 2006, Bayesian Analysis
1:515).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BELIEF = 0.35  # the deviation of the half-normal belief in a shock's deviation
_GRID = np.linspace(0.0, 1.2, 49)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
ASSUMED = float(BELIEF * np.sqrt(2 / np.pi))  # its mean, where no quarter is on record
_EDGE = 1e-9


def deviation(chance: Floats, left: NDArray[np.bool_], quarter: NDArray[np.int64]) -> float:
    """The shock's expected deviation, of log-odds, by what was told of decisions and what became of them.

    Each quarter's shock is integrated out (Gauss and Hermite's nodes); `quarter` numbers them as one likes.
    """
    inside = np.clip(chance, _EDGE, 1 - _EDGE)
    log_odds = np.log(inside / (1 - inside))
    total = -(_GRID**2) / (2 * BELIEF**2)
    weights = np.log(_WEIGHTS / _WEIGHTS.sum())
    for one in np.unique(quarter):
        rows = quarter == one
        moved = log_odds[rows][:, None, None] + _GRID[:, None] * _NODES
        told = (np.where(left[rows][:, None, None], moved, 0.0) - np.logaddexp(0, moved)).sum(axis=0)
        total += np.logaddexp.reduce(told + weights, axis=1)
    share = np.exp(total - total.max())
    return float(share @ _GRID / share.sum())
