"""Which term renews which. Pure.

A renewal of a term is the same subscription continuing, a term that names its subscription in `renews`, or
one of the same account and product that starts between 60 days before and 30 days (the grace) after its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenure.revenue.columns import FOREVER, NOBODY, Columns, Flags, Ints

EARLY, GRACE = 60, 30  # days
_WIDE = 2**32  # more than there are days


@dataclass(frozen=True)
class Pairs:
    """Renewed terms and what renews them, as rows of the columns; several may renew one."""

    before: Ints
    after: Ints

    def __len__(self) -> int:
        return len(self.before)

    def joined(self, others: Pairs) -> Pairs:
        """Both together."""
        return Pairs(np.concatenate([self.before, others.before]), np.concatenate([self.after, others.after]))

    def is_renewed(self, size: int) -> Flags:
        """Of each term whether it is renewed."""
        return _marked(self.before, size)


def renewals(terms: Columns) -> Pairs:
    """Every renewal there is: first what continues, then what is named, then what is alike."""
    found = _continued(terms)
    found = found.joined(_named(terms, found))
    return found.joined(_alike(terms, found))


def _continued(terms: Columns) -> Pairs:
    before = np.flatnonzero(~terms.is_last & (terms.next_start - terms.end <= GRACE))
    return Pairs(before, before + 1)


def _named(terms: Columns, found: Pairs) -> Pairs:
    """The first term of those that name a subscription renews the last of it that started before."""
    if not len(terms):
        return Pairs(terms.arr, terms.arr)
    is_named = (terms.renews != NOBODY) & (terms.renews != terms.subscription)
    says_so_before = np.append(False, terms.is_last[:-1] == 0) & (terms.renews == np.roll(terms.renews, 1))
    after = np.flatnonzero(is_named & ~says_so_before)
    key = terms.subscription * _WIDE + terms.start
    before = np.searchsorted(key, terms.renews[after] * _WIDE + terms.start[after]) - 1
    is_theirs = (before >= 0) & (terms.subscription[before] == terms.renews[after])
    is_theirs &= ~found.is_renewed(len(terms))[before] & (terms.end[before] < FOREVER)
    return Pairs(before[is_theirs], after[is_theirs])


def _alike(terms: Columns, found: Pairs) -> Pairs:
    """Each once at most, the nearest first."""
    is_renewal = _marked(found.after, len(terms))
    before = np.flatnonzero(~found.is_renewed(len(terms)) & (terms.end < FOREVER))
    after = np.flatnonzero(~is_renewal)
    kind = terms.account * (int(terms.product.max(initial=0)) + 1) + terms.product
    key = kind * _WIDE + terms.start
    after = after[np.argsort(key[after], kind="stable")]
    earliest = np.maximum(terms.end[before] - EARLY, terms.start[before] + 1)
    first = np.searchsorted(key[after], kind[before] * _WIDE + earliest)
    last = np.searchsorted(key[after], kind[before] * _WIDE + terms.end[before] + GRACE, side="right")
    number = np.maximum(last - first, 0)
    places = np.repeat(first, number) + _counted(number)
    pairs = Pairs(np.repeat(before, number), after[places])
    is_other = terms.subscription[pairs.before] != terms.subscription[pairs.after]
    return _once(terms, Pairs(pairs.before[is_other], pairs.after[is_other]))


def _counted(numbers: Ints) -> Ints:
    """0, 1, … for each of the numbers, one after another."""
    ends = np.cumsum(numbers)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - numbers, numbers)


def _once(terms: Columns, pairs: Pairs) -> Pairs:
    """Of pairs that compete, those that are nearest, so that nothing is in two."""
    away = np.abs(terms.start[pairs.after] - terms.end[pairs.before])
    order = np.lexsort((pairs.after, pairs.before, away))
    before, after = pairs.before[order], pairs.after[order]
    competes = (np.bincount(before, minlength=len(terms))[before] > 1) | (
        np.bincount(after, minlength=len(terms))[after] > 1
    )
    taken: set[int] = set()
    chosen = ~competes
    for place in np.flatnonzero(competes):  # few
        one, other = int(before[place]), int(after[place]) + len(terms)
        if one not in taken and other not in taken:
            taken |= {one, other}
            chosen[place] = True
    return Pairs(before[chosen], after[chosen])


def _marked(rows: Ints, size: int) -> Flags:
    marks = np.zeros(size, dtype=bool)
    marks[rows] = True
    return marks
