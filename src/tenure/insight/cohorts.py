"""How often contracts like this one were lost: a share of comparable decisions, smoothed. Pure.

With few decisions an assumption stands in for those that are missing, and with next to none it stands alone
and is called assumed. Intervals hold 80 % and are of the rate: what is not known about it, not the luck of
one customer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from tenure.kit import words
from tenure.revenue.matching import GRACE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEIGHT = 20  # decisions, or contract-months, that an assumption is worth
_ALONE = 5  # decisions that it is worth while it stands alone: companies differ by as much
ENOUGH = 20  # of them before their own history counts
Z = 1.2816  # 80 % of a normal distribution lies within
MONTH_DAYS = 30.4375


class Kind(StrEnum):
    """How a contract comes to an end; each has a rate of its own."""

    YEARLY = "yearly"
    LONGER = "multi-year"
    ROLLING = "rolling"
    NOTICE = "with notice given"


ASSUMED = {Kind.YEARLY: 0.10, Kind.LONGER: 0.10, Kind.ROLLING: 0.03, Kind.NOTICE: 0.95}
_EARLY_DAYS = 30  # before its end, from which on renewals are assumed to come in evenly
_LATENESS_WEIGHT = 4
_LEAST = 1e-300  # below which a chance is none


@dataclass(frozen=True)
class Counts:
    """Of one kind: `seen` decisions, or contract-months where it rolls on, and how many of them `lost`."""

    seen: float = 0.0
    lost: int = 0


@dataclass(frozen=True)
class Share:
    """A probability with an 80 % interval, in words, and whether it is assumed."""

    value: float
    low: float
    high: float
    says: tuple[str, ...]
    is_assumed: bool = False


def when(since: date | None) -> str:
    """`of the last two years`, or since the first loss on record."""
    return f"since the first loss on record ({since:%-d %B %Y})" if since else "of the last two years"


def rates(past: Mapping[Kind, Counts], since: date | None = None) -> dict[Kind, Share]:
    """Of each kind the share lost; of what rolls on, lost a month. `since`: where `past` is of less time.

    Contracts of several years lean on all that have an end, since there are never many of them.
    """
    both = (past[Kind.YEARLY], past[Kind.LONGER])
    every = Counts(sum(one.seen for one in both), sum(one.lost for one in both))
    yearly = _rate(Kind.YEARLY, past[Kind.YEARLY], ASSUMED[Kind.YEARLY], since)
    all_of_them = _smoothed(every, ASSUMED[Kind.LONGER]) if every.seen >= ENOUGH else ASSUMED[Kind.LONGER]
    return {
        Kind.YEARLY: yearly,
        Kind.LONGER: _rate(Kind.LONGER, past[Kind.LONGER], all_of_them, since, leans_on=every),
        Kind.ROLLING: _rate(Kind.ROLLING, past[Kind.ROLLING], ASSUMED[Kind.ROLLING], since),
        Kind.NOTICE: _rate(Kind.NOTICE, past[Kind.NOTICE], ASSUMED[Kind.NOTICE], since),
    }


def _smoothed(counted: Counts, prior: float) -> float:
    """The mean of a beta distribution in which `prior` counts as `WEIGHT` decisions."""
    return (prior * WEIGHT + counted.lost) / (WEIGHT + counted.seen)


def _rate(
    kind: Kind, counted: Counts, prior: float, since: date | None, leans_on: Counts | None = None
) -> Share:
    known = leans_on is not None and leans_on.seen >= ENOUGH
    if counted.seen < ENOUGH and not known:
        doubt = _ALONE if kind in (Kind.YEARLY, Kind.LONGER) else WEIGHT
        return Share(prior, *wilson(prior, doubt), (_assumed(kind, counted, prior, since),), is_assumed=True)
    share = _smoothed(counted, prior)
    return Share(share, *wilson(share, WEIGHT + counted.seen), (_counted(kind, counted, since),))


def _assumed(kind: Kind, counted: Counts, prior: float, since: date | None) -> str:
    share = words.percent(prior)
    if kind is Kind.NOTICE:
        return f"notice was given, and {share} of those leaving is assumed"
    if kind is Kind.ROLLING:
        return (
            f"{share} lost a month is assumed: only {counted.seen:.0f} months of such contracts are on record"
        )
    were = words.count(round(counted.seen), "such contract was", "such contracts were")
    return f"{share} lost is assumed: only {were} decided {_in_time(since)}"


def _counted(kind: Kind, counted: Counts, since: date | None) -> str:
    if kind is Kind.ROLLING:
        months = words.count(round(counted.seen), "month", "months")
        return f"{counted.lost:,} lost in {months} of contracts that roll on, {_in_time(since)}"
    return f"{counted.lost:,} of {counted.seen:,.0f} {kind} contracts decided {_in_time(since)} were lost"


def _in_time(since: date | None) -> str:
    return when(since) if since else "in the last two years"


def wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's score interval (E. B. Wilson, 1927) of a share of `number`; 80 %."""
    middle = (share + Z * Z / (2 * number)) / (1 + Z * Z / number)
    half = Z / (1 + Z * Z / number) * sqrt(share * (1 - share) / number + Z * Z / (4 * number * number))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def over(monthly: Share, days: int) -> Share:
    """A monthly hazard over some days: 1 − exp(−hazard × months); 0 for none."""
    months = max(days, 0) / MONTH_DAYS
    value, low, high = (1 - exp(-rate * months) for rate in (monthly.value, monthly.low, monthly.high))
    return Share(value, low, high, monthly.says, monthly.is_assumed)


@dataclass(frozen=True)
class Waiting:
    """What it tells that a contract is not renewed yet, so many days before or after its end.

    `lateness`: of those renewed, the days after their end on which that was known. Where nothing is on record
    renewals are assumed to come in evenly from 30 days before the end until the grace has passed.
    """

    lateness: Sequence[int]

    @cached_property
    def in_order(self) -> Sequence[int]:
        """The same, rising: a hundred thousand contracts ask."""
        return sorted(self.lateness)

    def still_waiting(self, late: int) -> float:
        """The share of the renewed of whom it was not known yet `late` days after their end."""
        assumed = 1 - (late + _EARLY_DAYS) / (GRACE + _EARLY_DAYS)
        later = len(self.lateness) - bisect_right(self.in_order, late)
        weight = _LATENESS_WEIGHT * min(max(assumed, 0.0), 1.0)
        return (later + weight) / (len(self.lateness) + _LATENESS_WEIGHT)

    def given_not_yet(self, share: Share, days_left: int) -> Share:
        """P(lost | not renewed yet): Bayes' rule; the longer it is overdue, the less likely it comes."""
        waiting = self.still_waiting(-days_left - 1)
        value, low, high = (_bayes(one, waiting) for one in (share.value, share.low, share.high))
        return Share(value, low, high, share.says, share.is_assumed)

    def all_given_not_yet(self, shares: Floats, days_left: Ints) -> Floats:
        """The same of many: rows of shares, of which each column is decided in its number of days."""
        days, which = np.unique(days_left, return_inverse=True)
        waiting = np.array([self.still_waiting(-one - 1) for one in days.tolist()])[which]
        return np.asarray(shares / np.maximum(shares + (1 - shares) * waiting, _LEAST))


def _bayes(lost: float, waiting: float) -> float:
    return lost / (lost + (1 - lost) * waiting) if lost > 0 else 0.0
