"""Quarters of a workspace's fiscal year. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = range(1971, 2200)
_WRITTEN = re.compile(r"(\d{4})-?[Qq]([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of the fiscal year that ends in `year`; the year begins in month `starts` (1: January)."""

    year: int
    number: int
    starts: int = 1

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @classmethod
    def read(cls, written: str, starts: int = 1) -> Quarter:
        """From `2026Q4`; ValueError for anything else."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None or int(found[1]) not in YEARS:
            raise ValueError(f"{written!r} is not a quarter; write it like 2026Q4")
        return cls(int(found[1]), int(found[2]), starts)

    @classmethod
    def of(cls, day: date, starts: int = 1) -> Quarter:
        """The one in which a day lies."""
        months = (day.month - starts) % 12
        begun = day.year if day.month >= starts else day.year - 1
        return cls(begun + (starts > 1), months // 3 + 1, starts)

    @property
    def first(self) -> date:
        """Its first day."""
        months = self.starts - 1 + 3 * (self.number - 1)
        return date(self.year - (self.starts > 1) + months // 12, months % 12 + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def eve(self) -> date:
        """The day before it, with whose state it opens."""
        return self.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        """The one after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1, self.starts)

    @property
    def before(self) -> Quarter:
        """The one before it."""
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1, self.starts)

    @property
    def a_year_before(self) -> Quarter:
        """The same quarter of the year before."""
        return Quarter(self.year - 1, self.number, self.starts)

    @property
    def year_before(self) -> tuple[Quarter, ...]:
        """The four quarters of the year before."""
        return tuple(Quarter(self.year - 1, number, self.starts) for number in (1, 2, 3, 4))

    def same_day(self, day: date, of: Quarter) -> date:
        """The day as far into this quarter as `day` is into another, or the last."""
        return min(self.first + (day - of.first), self.last)
