"""What accounts lost within a time, day by day: gone, a contract less, or paying less for it. Pure.

The state before the first day is what it opens with; a drop counts on the day from which less is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from tenure.revenue.columns import Flags, Ints, day_of, number
from tenure.revenue.ledger import Ledger
from tenure.revenue.movements import CHURN, CONTRACTION

PARTIAL = "partial churn"
_WIDE = 2**32


@dataclass(frozen=True, slots=True)
class Loss:
    """What one account lost on a day, in minor units a year.

    `kind`: churn (it went to zero), partial churn (a contract of an account that stays) or contraction.
    `came_back`: an account that went to zero and paid again by the last day.
    """

    account_id: str
    kind: str
    lost_on: date
    arr_minor: int
    subscriptions: tuple[str, ...]
    said: str  # the reason that came with the contract
    came_back: bool = False


def losses(ledger: Ledger, first: date, last: date) -> list[Loss]:
    """Of the days from `first` to `last`, both included, by day and account.

    Of an account that went to zero several times only the last counts, unless it is back.
    """
    drops = _drops(ledger, number(first), number(last))
    gone = _lost_terms(ledger, number(first), number(last))
    pays = ledger.arr(last) > 0
    found = [one for drop in drops.rows(ledger) for one in _told(drop, gone.get(drop[:2], []), pays)]
    final = {one.account_id: one.lost_on for one in found if one.kind == CHURN}
    return [one for one in found if one.kind != CHURN or final[one.account_id] == one.lost_on]


def churn_cost(ledger: Ledger, first: date, last: date) -> int:
    """What the accounts that went to zero in these days, and pay nothing on the last, paid a year before.

    In minor units: the sum of the `losses` that are churn and did not come back, without making them.
    """
    drops = _drops(ledger, number(first), number(last))
    rows = np.flatnonzero(drops.after <= 0)
    account = drops.account[rows]
    is_final = np.append(account[1:] != account[:-1], True)[: len(rows)]
    is_gone = ledger.arr(last)[account] <= 0
    return int(drops.before[rows][is_final & is_gone].sum())


_Drop = tuple[int, int, str, int, int]  # account, day, the account's id, before, after


@dataclass(frozen=True)
class _Drops:
    """Where accounts pay less than on the day before, by account and day."""

    account: Ints
    day: Ints
    before: Ints
    after: Ints

    def rows(self, ledger: Ledger) -> Iterator[_Drop]:
        """One by one."""
        names = ledger.terms.accounts.take(pa.array(self.account)).to_pylist()
        columns = (self.account, self.day, self.before, self.after)
        account, day, before, after = (one.tolist() for one in columns)
        return zip(account, day, names, before, after, strict=True)


def _drops(ledger: Ledger, first: int, last: int) -> _Drops:
    terms, until = ledger.terms, ledger.until
    begins, ends = _within(terms.start, first, last), _within(until, first, last)
    account = np.concatenate([terms.account[begins], terms.account[ends]])
    day = np.concatenate([terms.start[begins], until[ends]])
    change = np.concatenate([terms.arr[begins], -terms.arr[ends]])
    keys, place = np.unique(account * _WIDE + day, return_inverse=True)
    net = np.zeros(len(keys), dtype=np.int64)
    np.add.at(net, place, change)
    who, days = keys // _WIDE, keys % _WIDE
    after = _running(net, who) + ledger.arr_number(first - 1)[who]
    rows = np.flatnonzero((net < 0) & (after - net > 0))
    return _Drops(who[rows], days[rows], (after - net)[rows], after[rows])


def _within(days: Ints, first: int, last: int) -> Flags:
    return np.asarray((days >= first) & (days <= last))


def _running(net: Ints, who: Ints) -> Ints:
    """Sums so far, of each account for itself; rows are by account."""
    total = np.cumsum(net)
    if not len(net):
        return total
    opens = np.flatnonzero(np.append(True, who[1:] != who[:-1]))
    before = np.append(0, total)[opens]
    return np.asarray(total - np.repeat(before, np.diff(np.append(opens, len(net)))))


_Gone = tuple[str, str, int]  # subscription, the reason that came with it, what it was worth a year


def _lost_terms(ledger: Ledger, first: int, last: int) -> dict[tuple[int, int], list[_Gone]]:
    """The paid terms that nothing renewed, by account and the day they ended."""
    terms, until = ledger.terms, ledger.until
    rows = np.flatnonzero(_within(until, first, last) & ~ledger.is_renewed & ledger.is_paid)
    told = terms.table.select(["subscription_id", "reason"]).take(pa.array(rows))
    names, reasons = (column.to_pylist() for column in told.columns)
    found: dict[tuple[int, int], list[_Gone]] = {}
    for account, day, *gone in zip(
        terms.account[rows].tolist(),
        until[rows].tolist(),
        names,
        reasons,
        terms.arr[rows].tolist(),
        strict=True,
    ):
        found.setdefault((account, day), []).append((gone[0], gone[1] or "", gone[2]))
    return found


def _told(drop: _Drop, gone: list[_Gone], pays: Flags) -> Iterator[Loss]:
    account, day, own, before, after = drop
    names = tuple(sorted(name for name, _, _ in gone))
    said = next((why for _, why, _ in gone if why), "")
    on = day_of(day)
    assert on is not None
    if after <= 0:
        yield Loss(own, CHURN, on, before, names, said, came_back=bool(pays[account]))
        return
    part = min(before - after, sum(worth for _, _, worth in gone))
    if part:
        yield Loss(own, PARTIAL, on, part, names, said)
    if before - after > part:
        yield Loss(own, CONTRACTION, on, before - after - part, (), said)
