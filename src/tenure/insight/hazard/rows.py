"""Who could leave when, month by month: the rows a hazard is learnt from, and what became of them.

A contract with an end is decided at its end; what rolls on can end every month. A row is told by what was
known at the end of a month, of a decision in one of the months after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight import survivors
from tenure.insight.cohorts import MONTH_DAYS, Counts
from tenure.insight.panel import Panel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

FURTHEST = 6  # months ahead of a decision that rows are of


@dataclass(frozen=True)
class Rows:
    """`place` in the panel; `ahead` months until the decision, 1 for within a month; `decided` its day.

    `left` counts only where `is_known`: where the grace after the decision has passed. `rolls`: any month.
    """

    place: Ints
    ahead: Ints
    decided: Floats
    rolls: Flags
    left: Flags
    is_known: Flags

    def taken(self, chosen: Flags | Ints) -> Rows:
        """Some of the rows."""
        return Rows(
            self.place[chosen],
            self.ahead[chosen],
            self.decided[chosen],
            self.rolls[chosen],
            self.left[chosen],
            self.is_known[chosen],
        )


def at_risk(panel: Panel) -> Rows:
    """Every row of a decision within six months; of what rolls on, of the month that follows."""
    rolls = np.isnan(panel.due)
    wait = np.ceil(np.maximum(panel.due - panel.at, 1) / MONTH_DAYS)
    ahead = np.where(rolls, 1, wait)
    decided = np.where(rolls, panel.at + MONTH_DAYS, panel.due)
    place = np.flatnonzero(ahead <= FURTHEST)
    return Rows(
        place=place,
        ahead=ahead[place].astype(np.int64),
        decided=decided[place],
        rolls=rolls[place],
        left=(panel.ends <= decided)[place],
        is_known=(decided <= panel.settled_until)[place],
    )


def watched(rows: Rows, chosen: Ints) -> Ints:
    """Of some rows whose outcome is known, those of the time in which losses are on record: all, unless it
    begins with customers who stayed (see `survivors`)."""
    left, decided = rows.left[chosen], rows.decided[chosen]
    if not left.any():
        return chosen
    since = decided > decided[left].min()
    before, later = (_counts(rows, chosen[which]) for which in (decided < decided[left].min(), since))
    return chosen[since] if survivors.only_stayed(before, later) else chosen


def _counts(rows: Rows, chosen: Ints) -> list[Counts]:
    """Of what has an end, and of what rolls on."""
    rolls, left = rows.rolls[chosen], rows.left[chosen]
    return [Counts(float(which.sum()), int(left[which].sum())) for which in (~rolls, rolls)]
