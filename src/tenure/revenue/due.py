"""Which terms come up for renewal in a quarter, and what became of each. Pure.

The cohort is frozen as it was known on the day before the quarter; what became of it is read from a ledger
of a later day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.revenue.columns import EPOCH, FOREVER, Flags, Ints, day_of, number
from tenure.revenue.ledger import Ledger
from tenure.revenue.matching import GRACE
from tenure.revenue.rules import SHORTEST_DUE

_WIDE = 2**32


class Outcome(StrEnum):
    """What became of a term that came up for renewal."""

    RENEWED = "renewed"
    CHURNED = "churned"
    PAST_DUE = "past_due"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Due:
    """A term that comes up for renewal; amounts in minor units a year.

    `new_arr` and `renewed_on` once it is renewed; `lost_on` once it is lost, or it is known that it will be.
    """

    account_id: str
    subscription_id: str
    term_id: str
    product: str
    starts_on: date
    ends_on: date
    arr_minor: int
    is_auto: bool
    outcome: Outcome = Outcome.OPEN
    new_arr: int | None = None
    renewed_on: date | None = None
    lost_on: date | None = None
    said: str = ""  # the reason that came with it

    # Of tens of thousands, `replace` would be most of what they cost.

    def now(self, term_id: str) -> Due:
        """The same by the version of its term that is on record now."""
        return self if term_id == self.term_id else replace(self, term_id=term_id)

    def renewed(self, new_arr: int, on: date | None) -> Due:
        """The same renewed, for so much a year, from a day on."""
        return self._with(Outcome.RENEWED, new_arr, on, None, "")

    def became(self, outcome: Outcome, lost_on: date | None = None, said: str = "") -> Due:
        """The same with what became of it."""
        return self._with(outcome, None, None, lost_on, said)

    def _with(self, *became: Any) -> Due:
        return Due(
            self.account_id,
            self.subscription_id,
            self.term_id,
            self.product,
            self.starts_on,
            self.ends_on,
            self.arr_minor,
            self.is_auto,
            *became,
        )

    @property
    def is_ending(self) -> bool:
        """Whether notice was given, and its end is still to come."""
        return self.outcome is Outcome.OPEN and self.lost_on is not None

    @property
    def direction(self) -> str:
        """Of a renewed one: up, flat or down."""
        new = self.new_arr or 0
        return "up" if new > self.arr_minor else "down" if new < self.arr_minor else "flat"

    @property
    def days_late(self) -> int:
        """Of a renewed one, how many days after its end that started; 0: on time."""
        return max((self.renewed_on - self.ends_on).days, 0) if self.renewed_on else 0


def is_rolling(ledger: Ledger) -> Flags:
    """Of each term: open-ended or shorter than a quarter."""
    terms = ledger.terms
    return np.asarray((terms.end >= FOREVER) | (terms.end - terms.begun < SHORTEST_DUE.days))


def cohort(ledger: Ledger, first: date, last: date) -> list[Due]:
    """The terms, none rolling, that end from `first` to `last` and are live on the day before.

    With those that renew by themselves then once more. By end.
    """
    is_there = ledger.terms.start < number(first)
    return sorted([*_ending(ledger, first, last, is_there), *_turning(ledger, first, last)], key=_by_end)


def added(ledger: Ledger, first: date, last: date, to: list[Due]) -> list[Due]:
    """The terms that end in the same days and are not of the cohort: made, or ended earlier, since."""
    known = {one.subscription_id for one in to}
    every = np.ones(len(ledger.terms), dtype=bool)
    found = [one for one in _ending(ledger, first, last, every) if one.subscription_id not in known]
    return sorted(found, key=_by_end)


def _by_end(one: Due) -> tuple[date, str, str]:
    return one.ends_on, one.account_id, one.subscription_id


def _ending(ledger: Ledger, first: date, last: date, which: Flags) -> Iterator[Due]:
    terms = ledger.terms
    ends = (terms.end >= number(first)) & (terms.end <= number(last))
    return _dues(ledger, np.flatnonzero(which & ends & ~is_rolling(ledger) & ledger.is_paid))


def _turning(ledger: Ledger, first: date, last: date) -> Iterator[Due]:
    """Those whose written end is past, since they renewed by themselves."""
    terms = ledger.terms
    goes_on = terms.is_auto & (terms.end < number(first)) & (ledger.until > number(first))
    goes_on &= ~is_rolling(ledger) & ledger.is_paid
    rows = np.flatnonzero(goes_on & ~(ledger.is_renewed & (ledger.renewed_from <= number(first))))
    for due, until in zip(_dues(ledger, rows), ledger.until[rows].tolist(), strict=True):
        starts_on, ends_on = turn(due.starts_on, due.ends_on, first)
        if ends_on <= last and number(ends_on) <= until:
            yield replace(due, starts_on=starts_on, ends_on=ends_on)


def _dues(ledger: Ledger, rows: Ints) -> Iterator[Due]:
    terms = ledger.terms
    names = ("account_id", "subscription_id", "term_id", "product")
    told = [column.to_pylist() for column in terms.table.select(names).take(pa.array(rows)).columns]
    numbers = (terms.begun[rows], terms.end[rows], terms.arr[rows], terms.is_auto[rows])
    for account, subscription, term, product, start, end, arr, is_auto in zip(
        *told, *(column.tolist() for column in numbers), strict=True
    ):
        yield Due(account, subscription, term, product or "", _day(start), _day(end), arr, is_auto)


def _day(at: int) -> date:
    return EPOCH + timedelta(days=at)


def turn(starts_on: date, ends_on: date, first: date) -> tuple[date, date]:
    """The turn of a term that renews by itself which ends on `first` or soonest after."""
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month
    if abs(_later(starts_on, months) - ends_on) > timedelta(days=1) or months < 1:
        length = (ends_on - starts_on).days
        turns = -(-(first - ends_on).days // length)
        return (ends_on + timedelta(days=length * (turns - 1)), ends_on + timedelta(days=length * turns))
    turns = max(((first.year - ends_on.year) * 12 + first.month - ends_on.month) // months, 0)
    while _later(ends_on, months * turns) < first:
        turns += 1
    return _later(ends_on, months * (turns - 1)), _later(ends_on, months * turns)


def _later(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def outcomes(ledger: Ledger, due: list[Due], last: date) -> list[Due]:
    """What became of each by the day the ledger knows; one that is no longer on record is left out.

    `last`: a term whose end was put off to a day not after it is still the same one.
    """
    found = [(one, row) for one, row in zip(due, _rows_of(ledger, due), strict=True) if row is not None]
    rows = np.array([row for _, row in found], dtype=np.int64)
    told = ledger.terms.table.select(["term_id", "reason"]).take(pa.array(rows))
    worth = _renewed_worth(ledger)
    ids, reasons = (column.to_pylist() for column in told.columns)
    return [
        _outcome(ledger, one.now(term_id), row, worth, last, said or "")
        for (one, row), term_id, said in zip(found, ids, reasons, strict=True)
    ]


def _rows_of(ledger: Ledger, due: list[Due]) -> list[int | None]:
    """For each the last term of its subscription that started before its end."""
    terms = ledger.terms
    wanted = pa.array([one.subscription_id for one in due], pa.string())
    place = pc.fill_null(pc.index_in(wanted, terms.table["subscription_id"]), -1)
    first = np.asarray(place).astype(np.int64)
    codes = np.where(first >= 0, np.append(terms.subscription, -1)[first], -1)
    ends = np.array([number(one.ends_on) for one in due], dtype=np.int64)
    place = np.searchsorted(terms.subscription * _WIDE + terms.start, codes * _WIDE + ends) - 1
    return [
        at if code >= 0 and at >= 0 and terms.subscription[at] == code else None
        for at, code in zip(place.tolist(), codes.tolist(), strict=True)
    ]


def _renewed_worth(ledger: Ledger) -> Ints:
    """Of each renewed term, what renews it is worth; what renews several is shared out by their worth."""
    before, after, arr = ledger.pairs.before, ledger.pairs.after, ledger.terms.arr
    whole = np.zeros(len(arr), dtype=np.int64)
    np.add.at(whole, after, arr[before])
    share = arr[before] / np.maximum(whole[after], 1)
    alone = np.bincount(after, minlength=len(arr))[after] == 1
    part = np.where(alone, arr[after], np.rint(share * arr[after]).astype(np.int64))
    found = np.zeros(len(arr), dtype=np.int64)
    np.add.at(found, before, part)
    return found


def _outcome(ledger: Ledger, due: Due, row: int, worth: Ints, last: date, said: str) -> Due:
    terms, today = ledger.terms, ledger.known_on
    end = int(terms.end[row])
    if end > number(due.ends_on):
        if end > number(last):
            return due.renewed(int(terms.arr[row]), due.ends_on)
        due = replace(due, ends_on=_day(end))
    if ledger.is_renewed[row] and worth[row] > 0:
        return due.renewed(int(worth[row]), day_of(int(ledger.renewed_from[row])))
    if terms.is_auto[row]:
        return due.renewed(int(terms.arr[row]), due.ends_on) if due.ends_on <= today else due
    lost_on = min(due.ends_on, _day(end))
    if terms.is_decided[row] or ledger.is_renewed[row]:
        return due.became(Outcome.CHURNED if lost_on <= today else Outcome.OPEN, lost_on, said)
    if today >= lost_on + timedelta(days=GRACE):
        return due.became(Outcome.CHURNED, lost_on, said)
    return due.became(Outcome.PAST_DUE) if lost_on <= today else due
