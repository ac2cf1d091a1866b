"""How long until something happens, of many of whom some are still waiting: the product-limit estimate. Pure.

Kaplan and Meier (1958), J. Am. Stat. Assoc. 53:457; its variance by Greenwood (1926); intervals on the scale
of log(−log S), which stay between 0 and 1; the median's by Brookmeyer and Crowley (1982), Biometrics 38:29.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z95 = 1.959963984540054  # 95 % of a normal distribution lies within


@dataclass(frozen=True)
class Point:
    """What is known of one time. `survival` is the share for whom it has not happened by then, with its
    interval; None where the data tell nothing. `at_risk`: how many were still waiting and looked at then."""

    time: float
    at_risk: int
    survival: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class Median:
    """By when it has happened for half of them, and the interval of that; None: not within what was seen."""

    value: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class Curve:
    """The share for whom it has not happened, from each of `times` on, at which it happened for some.

    `survival`, its standard `error`, and `lowest` and `highest` of its interval; NaN where there is none.
    `waited`: how long each was looked at, rising.
    """

    times: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    survival: Floats
    error: Floats
    lowest: Floats
    highest: Floats
    waited: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.waited)

    @property
    def last(self) -> float:
        """The longest that anybody was looked at; 0 for nobody."""
        return float(self.waited[-1]) if self.count else 0.0

    @property
    def median(self) -> Median:
        """By when it has happened for half."""
        return Median(*(self._first(one) for one in (self.survival, self.lowest, self.highest)))

    def at(self, time: float) -> Point:
        """What is known of a time; nothing behind the last that anybody was looked at."""
        at_risk = int(self.count - np.searchsorted(self.waited, time, side="left"))
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if time > self.last:
            return Point(time, 0, None, None, None)
        if place < 0:
            return Point(time, at_risk, 1.0, None, None)
        values = (self.survival[place], self.lowest[place], self.highest[place])
        return Point(time, at_risk, *(None if np.isnan(one) else float(one) for one in values))

    def _first(self, shares: Floats) -> float | None:
        """The first time at which a share is down to a half."""
        found = np.flatnonzero(shares <= 0.5 + 1e-12)
        return float(self.times[found[0]]) if len(found) else None


def kaplan_meier(waited: Floats, happened: NDArray[np.bool_], z: float = Z95) -> Curve:
    """The curve of as many as `waited` has times (at least 0, in any unit); whether it `happened` then, or
    they had waited that long when they were last looked at. At the same time, what happens comes first.
    """
    waited = np.asarray(waited, dtype=np.float64)
    if len(waited) != len(happened) or np.isnan(waited).any() or (waited < 0).any():
        raise ValueError("give each a time of at least 0, and whether it happened then")
    times, events = np.unique(waited[happened], return_counts=True)
    ordered = np.sort(waited)
    at_risk = len(ordered) - np.searchsorted(ordered, times, side="left")
    survival: Floats = np.cumprod(1 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        summed = np.cumsum(events / (at_risk * (at_risk - events)))
        spread = np.exp(z * np.sqrt(summed) / -np.log(survival))
        lowest, highest = survival**spread, survival ** (1 / spread)
    over = survival <= 0  # nobody is left: how many might have been is not told
    return Curve(
        times=times,
        at_risk=at_risk.astype(np.int64),
        events=events.astype(np.int64),
        survival=survival,
        error=np.where(over, np.nan, survival * np.sqrt(np.where(over, 0, summed))),
        lowest=np.where(over, np.nan, lowest),
        highest=np.where(over, np.nan, highest),
        waited=ordered,
    )
