"""The ledger: who pays what on any day, in which unbroken stretches, and how it moved. Pure and columnar.

It is made of terms as they are known on a day, and answers with arithmetic on whole columns. Amounts are
whole minor units a year in the workspace's currency, so that every sum is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from tenure.revenue.columns import FOREVER, Columns, Flags, Ints, columns_of, days, number
from tenure.revenue.matching import GRACE, Pairs, renewals
from tenure.revenue.movements import Movements, kinds


@dataclass(frozen=True)
class LeftOut:
    """An account whose amounts cannot be counted, and why."""

    account_id: str
    why: str


@dataclass(frozen=True)
class Ledger:
    """Terms as known at the end of a day. Days after it are as if nothing more were ever heard.

    A term runs until its end; with a renewal by the grace, until that starts; by itself on and on where it
    renews so and nobody gave notice. An undecided one runs for the grace, past due, and once that is over
    it ended on its end.
    """

    terms: Columns
    known_on: date
    left_out: tuple[LeftOut, ...] = field(default=())

    @classmethod
    def of(cls, terms: pa.Table, known_on: date, left_out: tuple[LeftOut, ...] = ()) -> Ledger:
        """From rows of `columns.TERMS`, in any order."""
        return cls(columns_of(terms), known_on, left_out)

    def rolled_up(self, parents: Mapping[str, str]) -> Ledger:
        """The same with children's terms as those of whom they belong to: a child's id to its parent's."""
        own = self.terms.table["account_id"].to_pylist()
        column = pa.array([parents.get(one, one) for one in own], pa.string())
        table = self.terms.table.set_column(0, "account_id", column)
        return Ledger.of(table, self.known_on, self.left_out)

    @cached_property
    def pairs(self) -> Pairs:
        """Which term renews which."""
        return renewals(self.terms)

    @cached_property
    def is_renewed(self) -> Flags:
        """Of each term, whether another renews it."""
        return self.pairs.is_renewed(len(self.terms))

    @cached_property
    def renewed_from(self) -> Ints:
        """When the first renewal of each term starts; FOREVER if there is none."""
        found = np.full(len(self.terms), FOREVER, dtype=np.int64)
        np.minimum.at(found, self.pairs.before, self.terms.start[self.pairs.after])
        return found

    @cached_property
    def is_undecided(self) -> Flags:
        """Of each term with an end, whether nothing is known of what follows, and the grace is not over."""
        terms = self.terms
        is_open = ~self.is_renewed & ~terms.is_decided & ~terms.is_auto & (terms.end < FOREVER)
        return np.asarray(is_open & (number(self.known_on) < terms.end + GRACE))

    @property
    def is_past_due(self) -> Flags:
        """Of each term, whether its end has passed undecided, and it counts as live for the grace."""
        return np.asarray(self.is_undecided & (self.terms.end <= number(self.known_on)))

    @cached_property
    def until(self) -> Ints:
        """The first day on which each term counts no more; FOREVER if none is known."""
        terms, renewed_from = self.terms, self.renewed_from
        is_bridged = self.is_renewed & (renewed_from <= terms.end + GRACE)
        found = np.where(is_bridged, np.maximum(terms.end, renewed_from), terms.end)
        following = np.minimum(terms.next_start, renewed_from)
        found = np.where(terms.is_auto & ~is_bridged, np.maximum(following, terms.end), found)
        return np.asarray(np.where(self.is_undecided, terms.end + GRACE, found))

    @property
    def is_paid(self) -> Flags:
        """Of each term, whether it is worth anything."""
        return np.asarray(self.terms.arr > 0)

    def is_live(self, day: date) -> Flags:
        """Of each term, whether it counts on a day."""
        at = number(day)
        return np.asarray((self.terms.start <= at) & (at < self.until))

    def arr(self, day: date) -> Ints:
        """What each account of `terms.accounts` pays a year on a day, in minor units."""
        live = self.is_live(day)
        found = np.zeros(len(self.terms.accounts), dtype=np.int64)
        np.add.at(found, self.terms.account[live], self.terms.arr[live])
        return found

    def mrr(self, day: date) -> pa.Table:
        """`account_id, arr_minor, mrr_minor` of who pays on a day: minor units a year, and a twelfth."""
        found = self.arr(day)
        pays = np.flatnonzero(found > 0)
        return pa.table(
            {
                "account_id": self.terms.accounts.take(pa.array(pays)),
                "arr_minor": found[pays],
                "mrr_minor": found[pays] / 12,
            }
        )

    def movements(self, a: date, b: date) -> Movements:
        """From the state at the end of day a to that of day b; ValueError if b is the earlier."""
        if b < a:
            raise ValueError(f"{b} is before {a}; movements go from the earlier day to the later one")
        before, after = self.arr(a), self.arr(b)
        has_paid = self.first_paid <= number(a)
        return Movements(self.terms.accounts, before, after, kinds(before, after, has_paid))

    @cached_property
    def first_paid(self) -> Ints:
        """The first day on which each account paid anything; FOREVER for none."""
        found = np.full(len(self.terms.accounts), FOREVER, dtype=np.int64)
        np.minimum.at(found, self.terms.account[self.is_paid], self.terms.start[self.is_paid])
        return found

    def spells(self) -> pa.Table:
        """`account_id, starts_on, ends_on`: unbroken stretches in which an account pays, oldest first.

        `ends_on` is the first day it paid no more; null: as far as is known it still pays. A stretch that
        has not begun yet is there, too.
        """
        account, start, end = self._stretches()
        is_over = end <= number(self.known_on)
        return pa.table(
            {
                "account_id": self.terms.accounts.take(pa.array(account)),
                "starts_on": days(start),
                "ends_on": days(np.where(is_over, end, FOREVER)),
            }
        )

    def _stretches(self) -> tuple[Ints, Ints, Ints]:
        """Account, start and end of each, of the union of its paid terms."""
        order = np.lexsort((self.terms.start, self.terms.account))
        order = order[self.is_paid[order]]
        account, start, end = self.terms.account[order], self.terms.start[order], self.until[order]
        if not len(order):
            return account, start, end
        # Shifted by account, one running maximum serves all of them.
        shift = account * (FOREVER + 1)
        reach = np.maximum.accumulate(end + shift)
        opens = np.append(True, (start + shift)[1:] > reach[:-1])
        first = np.flatnonzero(opens)
        last = np.append(first[1:], len(order)) - 1
        return account[first], start[first], (reach - shift)[last]
