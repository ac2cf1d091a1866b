"""Terms as columns: the shape in which the ledger is told of them, and in which it reckons. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
FOREVER = 2**31 - 1  # the end, in days, of what has none
NOBODY = -1
TERMS = pa.schema(
    [
        ("account_id", pa.string()),
        ("subscription_id", pa.string()),  # as the source calls it
        ("term_id", pa.string()),  # of the version
        ("product", pa.string()),
        ("arr_minor", pa.int64()),  # a year's worth, in the workspace's currency
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),  # the first day it no longer runs; null: open-ended
        ("auto_renew", pa.bool_()),
        ("renews", pa.string()),  # the subscription it takes the place of
        ("reason", pa.string()),  # why it ends: with one, it is decided that it does
        ("is_ended", pa.bool_()),  # an end that was brought forward: decided, too
        ("agreed_end", pa.date32()),  # the latest end it was ever said to have; null: that of the row
    ]
)


@dataclass(frozen=True)
class Columns:
    """Terms by subscription and start, days as numbers since 1970, names as numbers of their lists."""

    table: pa.Table  # of TERMS, in the same order
    account: Ints
    subscription: Ints
    product: Ints
    arr: Ints
    start: Ints
    end: Ints  # FOREVER: open-ended
    agreed: Ints  # the end before it was brought forward, or another term took its place
    renews: Ints  # a subscription, or NOBODY
    is_auto: Flags  # renews by itself, and nobody gave notice
    is_decided: Flags  # ends for certain
    accounts: pa.Array  # ids, sorted

    def __len__(self) -> int:
        return len(self.arr)

    @property
    def is_last(self) -> Flags:
        """Whether no later term of the same subscription follows."""
        if not len(self):
            return np.zeros(0, dtype=bool)
        return np.append(self.subscription[1:] != self.subscription[:-1], True)

    @property
    def begun(self) -> Ints:
        """When each began, or what it amends: terms of a subscription that were to end on one day are one."""
        same_end = np.append(False, (self.agreed[1:] == self.agreed[:-1]) & (self.agreed[1:] < FOREVER))
        goes_on = same_end[: len(self)] & np.append(False, ~self.is_last[:-1])[: len(self)]
        first = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(self))))
        return np.asarray(self.start[first])

    @property
    def next_start(self) -> Ints:
        """When the next term of the same subscription starts; FOREVER if there is none."""
        following = np.append(self.start[1:], FOREVER) if len(self) else self.start
        return np.where(self.is_last, FOREVER, following)

    def only(self, which: Flags | Ints) -> Columns:
        """Some of the terms: those marked, or those of these rows in their order."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        picked: dict[str, Any] = {name: getattr(self, name)[rows] for name in _PER_TERM}
        return replace(self, table=self.table.take(pa.array(rows)), **picked)


_PER_TERM = (
    "account",
    "subscription",
    "product",
    "arr",
    "start",
    "end",
    "agreed",
    "renews",
    "is_auto",
    "is_decided",
)


def columns_of(terms: pa.Table) -> Columns:
    """Rows of `TERMS` in whatever order; one that never runs is left out, one runs until the next starts."""
    return laid_out(_read(terms.select(TERMS.names).cast(TERMS).combine_chunks()))


def laid_out(read: Columns) -> Columns:
    """Columns in whatever order, put in order and each cut where the next of its subscription starts."""
    found = _sorted(read)
    cut = replace(found, end=np.minimum(found.end, found.next_start))
    return cut.only(cut.end > cut.start)


def _sorted(read: Columns) -> Columns:
    """By subscription and start; what else they say only makes the order the same whoever came first."""
    keys = (read.is_decided, read.is_auto, read.renews, read.product, read.account, read.arr, read.end)
    return read.only(np.lexsort((*keys, read.start, read.subscription)))


def _read(table: pa.Table) -> Columns:
    subscription, subscriptions = _codes(table["subscription_id"])
    account, accounts = _codes(table["account_id"])
    product, _ = _codes(pc.fill_null(table["product"], ""))
    renews = pc.fill_null(pc.index_in(table["renews"], subscriptions), NOBODY)
    has_reason = pc.greater(pc.utf8_length(pc.fill_null(table["reason"], "")), 0)
    is_decided = _flags(has_reason) | _flags(table["is_ended"])
    end = _ints(pc.fill_null(table["ends_on"].cast(pa.int32()), FOREVER))
    agreed = table["agreed_end"].cast(pa.int32())
    return Columns(
        table=table,
        account=account,
        subscription=subscription,
        product=product,
        arr=_ints(table["arr_minor"]),
        start=_ints(table["starts_on"].cast(pa.int32())),
        end=end,
        agreed=np.where(agreed.is_null(), end, _ints(pc.fill_null(agreed, 0))),
        renews=_ints(renews),
        is_auto=_flags(table["auto_renew"]) & ~is_decided,
        is_decided=is_decided,
        accounts=accounts,
    )


def _codes(names: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Names as numbers of their sorted list, so that no number depends on the order of entry."""
    found = pc.unique(names)
    found = found.take(pc.sort_indices(found))
    return _ints(pc.index_in(names, found)), found


def _ints(values: pa.ChunkedArray | pa.Array) -> Ints:
    return np.asarray(values).astype(np.int64)


def _flags(values: pa.ChunkedArray | pa.Array) -> Flags:
    return np.asarray(pc.fill_null(values, False)).astype(bool)


def number(day: date) -> int:
    """A day as days since 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date | None:
    """The day again; None for what has no end."""
    return None if number >= FOREVER else EPOCH + timedelta(days=int(number))


def numbers(days: pa.ChunkedArray) -> Ints:
    """A column of days as numbers; FOREVER where it says none."""
    return _ints(pc.fill_null(days.cast(pa.int32()), FOREVER))


def days(numbers: Ints) -> pa.Array:
    """Days as a column; null for what has no end."""
    values = pa.array(np.minimum(numbers, FOREVER).astype(np.int32), mask=np.asarray(numbers >= FOREVER))
    return values.cast(pa.date32())
