"""What accounts lost within a time, day by day: gone, a contract less, or paying less for it. Pure.

The state before the first day is what it opens with; a drop counts on the day from which less is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenure.revenue.columns import Flags, Ints, day_of, number
from tenure.revenue.ledger import Ledger
from tenure.revenue.movements import CHURN, CONTRACTION

PARTIAL = "partial churn"
_WIDE = 2**32


@dataclass(frozen=True)
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
    found = [one for drop in drops for one in _told(ledger, drop, gone.get(drop[:2], []), pays)]
    final = {one.account_id: one.lost_on for one in found if one.kind == CHURN}
    return [one for one in found if one.kind != CHURN or final[one.account_id] == one.lost_on]


_Drop = tuple[int, int, int, int]  # account, day, before, after


def _drops(ledger: Ledger, first: int, last: int) -> list[_Drop]:
    """Where an account pays less than on the day before."""
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
    return list(
        zip(
            who[rows].tolist(),
            days[rows].tolist(),
            (after - net)[rows].tolist(),
            after[rows].tolist(),
            strict=True,
        )
    )


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


def _lost_terms(ledger: Ledger, first: int, last: int) -> dict[tuple[int, int], list[int]]:
    """The paid terms that nothing renewed, by account and the day they ended."""
    until = ledger.until
    rows = np.flatnonzero(_within(until, first, last) & ~ledger.is_renewed & ledger.is_paid)
    found: dict[tuple[int, int], list[int]] = {}
    for row in rows.tolist():
        found.setdefault((int(ledger.terms.account[row]), int(until[row])), []).append(row)
    return found


def _told(ledger: Ledger, drop: _Drop, gone: list[int], pays: Flags) -> Iterator[Loss]:
    account, day, before, after = drop
    own = str(ledger.terms.accounts[account])
    names = tuple(sorted(str(ledger.terms.table["subscription_id"][row]) for row in gone))
    said = next((why for row in gone if (why := ledger.terms.table["reason"][row].as_py())), "")
    on = day_of(day)
    assert on is not None
    if after <= 0:
        yield Loss(own, CHURN, on, before, names, said, came_back=bool(pays[account]))
        return
    part = min(before - after, int(ledger.terms.arr[gone].sum())) if gone else 0
    if part:
        yield Loss(own, PARTIAL, on, part, names, said)
    if before - after > part:
        yield Loss(own, CONTRACTION, on, before - after - part, (), said)
