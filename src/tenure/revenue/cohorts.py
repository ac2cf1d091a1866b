"""What became of the customers of each quarter or month, and what they paid at each month's end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tenure.revenue.columns import Ints, number
from tenure.revenue.ledger import Ledger


@dataclass(frozen=True)
class Point:
    """What was paid a year at the end of a day, in minor units, and by how many accounts."""

    day: date
    arr_minor: int
    paying: int


@dataclass(frozen=True)
class Cohort:
    """The accounts that first paid in a period that begins with `opens`.

    `paying` and `arr_minor` are of the end of that period and of each that has ended since. `started_minor`
    is a year's worth of what each paid on its first day.
    """

    opens: date
    accounts: int
    started_minor: int
    paying: tuple[int, ...]
    arr_minor: tuple[int, ...]

    def share(self, age: int, *, by_value: bool) -> float | None:
        """What was left of it so many periods later, of its accounts or of what they paid at first.

        By value it is above 1 where those that stayed grew by more than was lost.
        """
        if age >= len(self.paying):
            return None
        part, whole = (
            (self.arr_minor[age], self.started_minor) if by_value else (self.paying[age], self.accounts)
        )
        return part / whole if whole else None


@dataclass(frozen=True)
class Member:
    """An account of a cohort: what it paid a year on its first day and at a later one, in minor units."""

    account_id: str
    started_minor: int
    arr_minor: int


def trend(ledger: Ledger, days: Sequence[date]) -> list[Point]:
    """What all accounts paid together at the end of each of some days."""
    found = ((day, ledger.arr(day)) for day in days)
    return [Point(day, int(arr.sum()), int((arr > 0).sum())) for day, arr in found]


def cohorts(ledger: Ledger, opens: Sequence[date]) -> list[Cohort]:
    """A cohort for each period but the last, which has not ended.

    `opens`: the first days of successive periods, rising; whoever first paid before them is in none.
    """
    ends = [later - timedelta(days=1) for later in opens[1:]]
    if not ends:
        return []
    started, of = first_arr(ledger), _places(ledger, opens)
    states = [ledger.arr(end) for end in ends]
    size = len(ends)
    accounts, worth = _count(of, size), _sum(of, started, size)
    paying = np.array([_count(np.where(arr > 0, of, -1), size) for arr in states])
    kept = np.array([_sum(of, arr, size) for arr in states])
    return [
        Cohort(
            opens[at],
            int(accounts[at]),
            int(worth[at]),
            tuple(paying[at:, at].tolist()),
            tuple(kept[at:, at].tolist()),
        )
        for at in range(size)
    ]


def members(ledger: Ledger, opens: date, before: date, day: date) -> list[Member]:
    """The accounts that first paid from `opens` until before another day; who pays most on `day` first."""
    started, arr = first_arr(ledger), ledger.arr(day)
    is_in = (ledger.first_paid >= number(opens)) & (ledger.first_paid < number(before))
    found = [
        Member(str(ledger.terms.accounts[row].as_py()), int(started[row]), int(arr[row]))
        for row in np.flatnonzero(is_in).tolist()
    ]
    return sorted(found, key=lambda one: (-one.arr_minor, -one.started_minor, one.account_id))


def first_arr(ledger: Ledger) -> Ints:
    """What each account paid a year on the first day on which it paid anything; 0 for who never did."""
    terms = ledger.terms
    first = ledger.first_paid[terms.account]
    is_live = (terms.start <= first) & (first < ledger.until)
    found = np.zeros(len(terms.accounts), dtype=np.int64)
    np.add.at(found, terms.account[is_live], terms.arr[is_live])
    return found


def _places(ledger: Ledger, opens: Sequence[date]) -> Ints:
    """In which of the periods each account first paid; -1 for none, or for the last, which has not ended."""
    found = np.searchsorted([number(day) for day in opens], ledger.first_paid, side="right") - 1
    return np.where(found < len(opens) - 1, found, -1).astype(np.int64)


def _count(places: Ints, size: int) -> Ints:
    return np.bincount(places[places >= 0], minlength=size)


def _sum(places: Ints, amounts: Ints, size: int) -> Ints:
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, places[places >= 0], amounts[places >= 0])
    return found
