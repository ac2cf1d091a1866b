"""Rows that explanations need beyond those of the quarter: losses of other quarters, and all that is paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tenure.renewals import calls, rows
from tenure.renewals.figures import Renewals
from tenure.renewals.queries import who
from tenure.renewals.rows import Known, LossRow, Who
from tenure.revenue import due as dues
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.movements import CHURN
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access


class Paid(NamedTuple):
    """An account and what it pays a year, in minor units."""

    who: Who
    arr_minor: int
    says: str = ""


class Beyond:
    """Of a quarter's figures. Each asks when it is asked: most explanations need none."""

    def __init__(self, access: Access, found: Renewals, now: Ledger | None = None) -> None:
        self._access, self._found, self._given = access, found, now

    @cached_property
    def _now(self) -> Ledger:
        return self._given or ledger(self._access, self._found.as_of)

    @cached_property
    def _then(self) -> Ledger:
        return ledger(self._access, min(self._found.quarter.eve, self._found.as_of))

    def same_quarter(self, *, to_date: bool) -> Sequence[LossRow]:
        """Who left in the same quarter of the year before, and was not back by its end, or that day."""
        found, before = self._found, self._found.quarter.a_year_before
        reached = max(min(found.as_of, found.quarter.last), found.quarter.first)
        return self._left(before, before.same_day(reached, found.quarter) if to_date else before.last)

    def last_year(self, number: int) -> Sequence[LossRow]:
        """The same of one of the four quarters of the year before, 0 to 3."""
        quarter = self._found.quarter.year_before[number]
        return self._left(quarter, quarter.last)

    def _left(self, quarter: Quarter, last: date) -> Sequence[LossRow]:
        gone = losses(self._now, quarter.first, min(last, self._found.as_of))
        gone = [one for one in gone if one.kind == CHURN and not one.came_back]
        names = who(self._access, [one.account_id for one in gone])
        known = Known(names, {}, {}, {}, calls.codes(self._access, self._found.as_of))
        return [rows.loss_row(one, known) for one in gone]

    def paid_at_opening(self) -> Sequence[Paid]:
        """What everybody paid the day before the quarter."""
        return self._paid(self._then, min(self._found.quarter.eve, self._found.as_of))

    def paid_now(self) -> Sequence[Paid]:
        """What everybody pays on the day, or on the quarter's last."""
        return self._paid(self._now, min(self._found.quarter.last, self._found.as_of))

    def _paid(self, books: Ledger, day: date) -> Sequence[Paid]:
        worth = books.arr(day)
        places = np.flatnonzero(worth > 0)
        return self._told(books.terms.accounts.take(pa.array(places)).to_pylist(), worth[places].tolist())

    def rolling(self) -> Sequence[Paid]:
        """The rolling terms that were live the day before the quarter, one by one."""
        books, day = self._then, min(self._found.quarter.eve, self._found.as_of)
        places = np.flatnonzero(dues.is_rolling(books) & books.is_live(day) & books.is_paid)
        names = books.terms.table["account_id"].take(pa.array(places)).to_pylist()
        return self._told(names, books.terms.arr[places].tolist())

    def _told(self, ids: list[str], worth: list[int]) -> Sequence[Paid]:
        names = who(self._access, ids)
        found = [Paid(names[key], minor) for key, minor in zip(ids, worth, strict=True)]
        return sorted(found, key=lambda one: (-one.arr_minor, one.who.external_id))
