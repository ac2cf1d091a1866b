"""The terms that are due in a quarter, as of a day, and the figures that follow from them alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median

from tenure.renewals.rows import (
    AT_RISK,
    CHURNED,
    RENEWED,
    STATUSES,
    DueRow,
    LossRow,
    StakeRow,
)
from tenure.revenue.quarters import Quarter

DIRECTIONS = ("up", "flat", "down")


@dataclass(frozen=True)
class Tally:
    """How many, and what they are worth in minor units a year."""

    count: int
    arr_minor: int

    @classmethod
    def of(cls, rows: Iterable[DueRow | LossRow | StakeRow]) -> Tally:
        """Over rows."""
        some = list(rows)
        return cls(len(some), sum(one.arr_minor for one in some))


@dataclass(frozen=True)
class Rates:
    """Of all that is due, and of what is decided only."""

    everything: float | None
    closed_only: float | None


@dataclass(frozen=True)
class Cohort:
    """What is due in a quarter, and how it stands as of a day."""

    quarter: Quarter
    as_of: date
    currency: str
    due: tuple[DueRow, ...]

    # -- due and by status

    @cached_property
    def all_due(self) -> Tally:
        """The due cohort."""
        return Tally.of(self.due)

    def of_status(self, status: str) -> tuple[DueRow, ...]:
        """The due terms of a status."""
        return tuple(one for one in self.due if one.status == status)

    @cached_property
    def by_status(self) -> dict[str, Tally]:
        """Each status's share of the cohort: together they are all of it."""
        return {status: Tally.of(self.of_status(status)) for status in STATUSES}

    @cached_property
    def by_direction(self) -> dict[str, Tally]:
        """Of the renewed ones: up, flat, down; by what they were worth before."""
        renewed = self.of_status(RENEWED)
        return {way: Tally.of(one for one in renewed if one.due.direction == way) for way in DIRECTIONS}

    # -- rates

    @cached_property
    def rate_by_count(self) -> Rates:
        """Renewed / due, by number."""
        return self._rates(self.by_status[RENEWED].count, *self._counts)

    @cached_property
    def rate_gross(self) -> Rates:
        """Of the ARR due what was kept, each term at most what it was worth."""
        kept = sum(min(one.due.new_arr or 0, one.arr_minor) for one in self.of_status(RENEWED))
        return self._rates(kept, *self._worths)

    @cached_property
    def rate_net(self) -> Rates:
        """The same with what the renewed terms are worth now."""
        return self._rates(sum(one.due.new_arr or 0 for one in self.of_status(RENEWED)), *self._worths)

    @property
    def _counts(self) -> tuple[int, int]:
        return self.all_due.count, self.by_status[RENEWED].count + self.by_status[CHURNED].count

    @property
    def _worths(self) -> tuple[int, int]:
        return self.all_due.arr_minor, self.by_status[RENEWED].arr_minor + self.by_status[CHURNED].arr_minor

    @staticmethod
    def _rates(part: int, every: int, closed: int) -> Rates:
        return Rates(share(part, every), share(part, closed))

    # -- at risk, on time, in good health

    @property
    def at_risk_arr(self) -> int:
        """Cost of renewals at risk."""
        return self.by_status[AT_RISK].arr_minor

    @property
    def at_risk_share(self) -> float | None:
        """The same as a share of the due ARR."""
        return share(self.at_risk_arr, self.all_due.arr_minor)

    @cached_property
    def late(self) -> tuple[DueRow, ...]:
        """The renewed terms that did so after their end."""
        return tuple(one for one in self.of_status(RENEWED) if one.due.days_late)

    @property
    def on_time_rate(self) -> float | None:
        """Renewed on or before the end / renewed."""
        renewed = self.by_status[RENEWED].count
        return share(renewed - len(self.late), renewed)

    @property
    def median_days_late(self) -> float | None:
        """Of the others; None if there are none."""
        return median([one.due.days_late for one in self.late]) if self.late else None

    @cached_property
    def open_terms(self) -> tuple[DueRow, ...]:
        """What has still to be decided, before its end."""
        return tuple(one for one in self.due if one.is_open)

    @property
    def good_health_share(self) -> float | None:
        """ARR of the open terms of accounts in good health / ARR of all open terms."""
        return in_good_health(self.open_terms)


def in_good_health(rows: Iterable[DueRow]) -> float | None:
    """Their ARR whose account is in good health / their ARR; None without terms or without any health."""
    some = list(rows)
    if all(one.band is None for one in some):
        return None
    good = sum(one.arr_minor for one in some if one.band == "good")
    return share(good, sum(one.arr_minor for one in some))


def share(part: float, whole: float) -> float | None:
    """A part of the whole; None of nothing."""
    return part / whole if whole else None
