"""How good a proportional-hazards model is: who it puts before whom, and whether hazards are in proportion.

Concordance by Harrell and others (1982), J. Am. Med. Assoc. 247:2543; the test of proportional hazards by
Grambsch and Therneau (1994), Biometrika 81:515, with times as 1 − their product-limit estimate. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from tenure.insight.cox.partial import Floats, Intervals, Maximum
from tenure.metrics.survival import kaplan_meier

MOST_EVENTS = 4_000  # whose pairs are counted; of more, as many at equal distances
_PAIRS = 4_000_000  # at once


@dataclass(frozen=True)
class Test:
    """A χ² statistic, its degrees of freedom, and the probability of one as large by chance."""

    statistic: float
    df: int
    p: float

    @classmethod
    def of(cls, statistic: float, df: int) -> Test:
        """With its probability."""
        return cls(statistic, df, float(chi2.sf(statistic, df)))


def concordance(rows: Intervals, log_risk: Floats) -> float | None:
    """Of the pairs in which one left while the other stayed on, the share in which that one was thought to be
    at higher risk at that time; even risks count half. None where there is no pair.
    """
    events = rows.events
    if len(events) > MOST_EVENTS:
        events = events[np.linspace(0, len(events) - 1, MOST_EVENTS).astype(np.int64)]
    pairs, good = 0.0, 0.0
    block = max(1, _PAIRS // len(rows.stop))
    for at in range(0, len(events), block):
        some = events[at : at + block]
        now = rows.stop[some][:, None]
        others = (rows.start < now) & ((rows.stop > now) | ((rows.stop == now) & ~rows.happened))
        mine = log_risk[some][:, None]
        pairs += float(others.sum())
        good += float((others & (mine > log_risk)).sum()) + 0.5 * float((others & (mine == log_risk)).sum())
    return good / pairs if pairs else None


def proportionality(rows: Intervals, found: Maximum) -> tuple[list[Test], Test]:
    """Of each covariate, and of all: does its effect change with time? A small p speaks against the model."""
    place = rows.at
    many = np.bincount(place)
    expected = np.column_stack([np.bincount(place, column) / many for column in found.at.means.T])
    residuals = rows.covariates[rows.events] - expected[place]
    curve = kaplan_meier(rows.stop, rows.happened)
    time = 1 - curve.survival[np.searchsorted(curve.times, rows.stop[rows.events])]
    time = time - time.mean()
    score, size = residuals.T @ time, float(time @ time)
    deaths = len(place)
    if size <= 0:
        none = Test(0.0, 1, 1.0)
        return [none] * len(score), Test(0.0, len(score), 1.0)
    each = deaths * (found.spread @ score) ** 2 / (np.diag(found.spread) * size)
    together = deaths * float(score @ found.spread @ score) / size
    return [Test.of(float(one), 1) for one in each], Test.of(together, len(score))
