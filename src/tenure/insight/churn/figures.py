"""How good chances were, against what happened: ranking, accuracy, calibration. Pure.

AUC is the chance that one who left was given more than one who stayed, ties counting half (Mann and Whitney,
1947); Brier (1950) the mean squared error; average precision the area under precision by recall without
interpolation; calibration slope and intercept after Cox (1958): the logistic regression of what happened on
the log-odds given, 1 and 0 where chances are right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.cohorts import wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LEAST = 1e-6  # no chance is nearer to 0 or 1


@dataclass(frozen=True)
class Bin:
    """Rows of like chances: how many, their mean chance, and the share that left with an 80 % interval."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """How chances did. Slope and intercept are None where all were given the same."""

    auc: float
    brier: float
    log_loss: float
    average_precision: float
    top_decile_lift: float
    calibration_slope: float | None
    calibration_intercept: float | None


def quality(left: Flags, chance: Floats) -> Quality:
    """All figures; some must have left and some stayed."""
    slope, intercept = slope_and_intercept(left, chance)
    return Quality(
        auc(left, chance),
        float(np.mean((chance - left) ** 2)),
        log_loss(left, chance),
        average_precision(left, chance),
        lift(left, chance),
        slope,
        intercept,
    )


def logit(chance: Floats) -> Floats:
    """Log-odds, kept finite."""
    kept = np.clip(chance, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)))


def expit(log_odds: Floats) -> Floats:
    """The chance of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def log_loss(left: Flags, chance: Floats) -> float:
    """Mean of −log of the chance given to what happened."""
    return float(np.mean(losses(left, chance)))


def losses(left: Flags, chance: Floats) -> Floats:
    """Of each row −log of the chance given to what happened."""
    kept = np.clip(chance, _LEAST, 1 - _LEAST)
    return np.asarray(-np.where(left, np.log(kept), np.log(1 - kept)))


def auc(left: Flags, chance: Floats) -> float:
    """Area under the ROC curve, from ranks; NaN unless some left and some stayed."""
    gone = int(left.sum())
    stayed = len(left) - gone
    if not gone or not stayed:
        return float("nan")
    _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[left].sum() - gone * (gone + 1) / 2) / (gone * stayed))


def expected_auc(truth: Floats, chance: Floats) -> float:
    """The AUC to be expected of `chance` where each leaves with its true one, free of luck."""
    _, place = np.unique(chance, return_inverse=True)
    leaves, stays = np.bincount(place, weights=truth), np.bincount(place, weights=1 - truth)
    below = np.cumsum(stays) - stays / 2
    same = float(np.sum(truth * (1 - truth)))  # nobody is compared with itself
    return float((np.sum(leaves * below) - same / 2) / (truth.sum() * (1 - truth).sum() - same))


def average_precision(left: Flags, chance: Floats) -> float:
    """Σ (recall gained) × precision, over falling chances; equal ones are taken together."""
    distinct, place = np.unique(-chance, return_inverse=True)
    gone = np.bincount(place, weights=left, minlength=len(distinct)).cumsum()
    seen = np.bincount(place, minlength=len(distinct)).cumsum()
    return float(np.sum(np.diff(gone, prepend=0) * gone / seen) / gone[-1])


def lift(left: Flags, chance: Floats, share: float = 0.1) -> float:
    """How much more often those of the highest tenth of chances left than all; ties in proportion."""
    wanted = max(1, int(np.ceil(share * len(left))))
    limit = np.sort(chance)[-wanted]
    above, at = chance > limit, chance == limit
    found = left[above].sum() + left[at].mean() * (wanted - above.sum())
    return float(found / wanted / left.mean())


def slope_and_intercept(left: Flags | Floats, chance: Floats) -> tuple[float | None, float | None]:
    """Calibration slope and intercept, by Newton's method; `left` may be true chances."""
    x = logit(chance)
    if float(np.ptp(x)) < 1e-9:
        return None, None
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([0.0, 1.0])
    for _ in range(50):
        p = expit(design @ beta)
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (left - p))
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return float(beta[1]), float(beta[0])


def calibration(left: Flags, chance: Floats, bins: int = 10) -> list[Bin]:
    """Rows in tenths by chance, each with what was said and what happened; equal chances stay together."""
    limits = np.unique(np.quantile(chance, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(limits, chance, side="left")
    found = []
    for one in np.unique(place):
        rows = place == one
        share, number = float(left[rows].mean()), int(rows.sum())
        found.append(Bin(number, float(chance[rows].mean()), share, *wilson(share, number)))
    return found
