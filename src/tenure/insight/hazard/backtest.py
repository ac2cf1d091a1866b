"""Judges a hazard as it would have done: fitted to what was settled by a day, asked what came after. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight import cohorts
from tenure.insight.churn import blending, figures
from tenure.insight.churn.columns import Column
from tenure.insight.churn.figures import Bin, Quality
from tenure.insight.cohorts import Counts, Kind
from tenure.insight.hazard import model
from tenure.insight.hazard.belief import Beliefs
from tenure.insight.hazard.rows import Rows, watched
from tenure.revenue.matching import GRACE

Floats = NDArray[np.float64]

ENOUGH = 30  # losses that were settled before a first origin
STEP = 2  # months from one origin to the next


@dataclass(frozen=True)
class Backtest:
    """Chances told at each origin of what came within the month after it, by each model, and what happened.

    `place` is each row's in the rows asked about; `boosting` is None where trees were not asked for.
    """

    place: NDArray[np.int64]
    left: NDArray[np.bool_]
    hazard: Floats
    boosting: Floats | None
    cohorts: Floats
    origins: int

    def quality(self) -> dict[str, Quality]:
        """The figures of each, by name."""
        told = {"hazard": self.hazard, "boosting": self.boosting, "cohorts": self.cohorts}
        return {name: figures.quality(self.left, one) for name, one in told.items() if one is not None}

    def calibration(self) -> list[Bin]:
        """Of the hazard's chances, in fifths."""
        return figures.calibration(self.left, self.hazard, bins=5)


def run(
    columns: Sequence[Column], rows: Rows, at: Floats, beliefs: Beliefs, with_trees: bool = True
) -> Backtest | None:
    """Roll the origin through `at`, each row's day; None where too little was settled to begin.

    Only rows of decisions within a month whose outcome is known are judged, and learnt from.
    """
    near = np.flatnonzero((rows.ahead == 1) & rows.is_known)
    day, settled = at[near], rows.decided[near] + GRACE
    days = np.unique(day)
    told: list[tuple[NDArray[np.int64], Floats, Floats, Floats]] = []
    for begins, ends in _origins(days):
        learn = watched(rows, near[settled <= begins])
        asked = near[(day >= begins) & (day < ends)]
        if len(asked) and rows.left[learn].sum() >= ENOUGH:
            told.append((asked, *_told(columns, rows, learn, asked, beliefs, with_trees)))
    if not told:
        return None
    place, hazard, boosting, rates = (np.concatenate(parts) for parts in zip(*told, strict=True))
    left = rows.left[place]
    if left.all() or not left.any():
        return None
    return Backtest(place, left, hazard, boosting if with_trees else None, rates, len(told))


def _origins(days: Floats) -> list[tuple[float, float]]:
    starts = days[::STEP]
    return list(zip(starts, [*starts[1:], np.inf], strict=True))


def _told(
    columns: Sequence[Column],
    rows: Rows,
    learn: NDArray[np.int64],
    asked: NDArray[np.int64],
    beliefs: Beliefs,
    with_trees: bool,
) -> tuple[Floats, Floats, Floats]:
    """Of the rows asked about, by the hazard, by boosted trees, and by the share lost of each kind."""
    seen, unseen = [one.taken(learn) for one in columns], [one.taken(asked) for one in columns]
    left = rows.left[learn]
    hazard = figures.expit(model.fit(seen, left, beliefs).log_odds(unseen))
    trees = hazard
    if with_trees:
        blend = blending.fit(seen, left)
        trees = (blend.trees or blend.linear).chance(unseen)
    return hazard, trees, _rates(rows, learn)[rows.rolls[asked].astype(np.int64)]


def _rates(rows: Rows, learn: NDArray[np.int64]) -> Floats:
    """The share lost of contracts with an end, and a month of those that roll on."""
    rolls, left = rows.rolls[learn], rows.left[learn]
    past = {kind: Counts() for kind in Kind}
    past[Kind.YEARLY] = Counts(float((~rolls).sum()), int(left[~rolls].sum()))
    past[Kind.ROLLING] = Counts(float(rolls.sum()), int(left[rolls].sum()))
    found = cohorts.rates(past)
    return np.array([found[Kind.YEARLY].value, found[Kind.ROLLING].value])


def is_better(judged: Backtest) -> bool:
    """Whether the hazard told more than the cohorts' rates, by log loss."""
    quality = judged.quality()
    return quality["hazard"].log_loss < quality["cohorts"].log_loss
