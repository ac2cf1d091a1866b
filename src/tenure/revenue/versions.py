"""Versions of terms as numbers: which concern each other, and which have no say any more. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.revenue.columns import FOREVER, NOBODY, Flags, Ints, numbers

WIDE = 2**32  # more than there are days


@dataclass(frozen=True)
class Told:
    """The versions as numbers."""

    account: Ints
    subscription: Ints
    kind: Ints  # an account's contracts of one product
    term: Ints  # of one subscription, from one start
    start: Ints
    end: Ints
    arr: Ints
    renews: Ints
    is_auto: Flags
    has_reason: Flags
    is_priced: Flags
    recorded: Ints
    superseded: Ints

    @classmethod
    def of(cls, table: pa.Table) -> Told:
        """From a table of versions."""
        account, _ = _codes(table["account_id"])
        subscription, names = _codes(table["subscription_id"])
        product, products = _codes(pc.fill_null(table["product"], ""))
        start = numbers(table["starts_on"])
        return cls(
            account=account,
            subscription=subscription,
            kind=dense(account * (len(products) + 1) + product),
            term=dense(subscription * WIDE + start),
            start=start,
            end=numbers(table["ends_on"]),
            arr=np.asarray(pc.fill_null(table["arr_minor"], 0)).astype(np.int64),
            renews=np.asarray(pc.fill_null(pc.index_in(table["renews"], names), NOBODY)).astype(np.int64),
            is_auto=np.asarray(pc.fill_null(table["auto_renew"], False)).astype(bool),
            has_reason=np.asarray(pc.greater(pc.utf8_length(pc.fill_null(table["reason"], "")), 0)).astype(
                bool
            ),
            is_priced=np.asarray(pc.is_valid(table["arr_minor"])).astype(bool),
            recorded=np.maximum(numbers(table["recorded_on"]), 0),
            superseded=np.maximum(numbers(table["superseded_on"]), 0),
        )

    def concerns(self) -> Ints:
        """The versions in groups, none of which has a say in another: by kind, and whatever joins kinds."""
        first_of = np.full(int(self.subscription.max()) + 1, len(self.kind), dtype=np.int64)
        np.minimum.at(first_of, self.subscription, self.kind)
        names = np.flatnonzero(self.renews != NOBODY)
        unpriced = np.isin(self.account, self.account[~self.is_priced])
        first_of_account = np.full(int(self.account.max()) + 1, len(self.kind), dtype=np.int64)
        np.minimum.at(first_of_account, self.account[unpriced], self.kind[unpriced])
        links = [
            (self.kind, first_of[self.subscription]),
            (self.kind[names], first_of[self.renews[names]]),
            (self.kind[unpriced], first_of_account[self.account[unpriced]]),
        ]
        one, other = (np.concatenate(side) for side in zip(*links, strict=True))
        return _joined(int(self.kind.max()) + 1, one, other)[self.kind]

    def agreed(self, version: Ints, day: Ints) -> Ints:
        """The latest end that each version's term was said to have, as known on a day."""
        order = np.lexsort((self.recorded, self.term))
        shift = self.term[order] * (FOREVER + 1)
        latest = np.maximum.accumulate(np.maximum(self.end[order], 0) + shift) - shift
        key = self.term[order] * WIDE + self.recorded[order]
        place = np.searchsorted(key, self.term[version] * WIDE + day, side="right") - 1
        return np.asarray(latest[place])

    def passed(self) -> Ints:
        """The day from which on each version has no say any more: a later term of its subscription runs.

        That is sure where the later one was on record without a break ever since, and no amendment of this.
        """
        terms = _Terms.of(self)
        return np.asarray(terms.passed[self.term])


@dataclass(frozen=True)
class _Terms:
    """Of each term, by subscription and start: when it is passed by a later one."""

    passed: Ints

    @classmethod
    def of(cls, told: Told) -> _Terms:
        """From the versions."""
        size = int(told.term.max()) + 1
        subscription = np.zeros(size, dtype=np.int64)
        subscription[told.term] = told.subscription
        first = np.full(size, FOREVER, dtype=np.int64)
        np.minimum.at(first, told.term, told.recorded)
        np.maximum.at(first, told.term, np.maximum(told.start, 0))
        stays = np.where(_is_steady(told, size), first, FOREVER)
        earliest, latest = np.full(size, FOREVER, dtype=np.int64), np.zeros(size, dtype=np.int64)
        np.minimum.at(earliest, told.term, np.maximum(told.end, 0))
        np.maximum.at(latest, told.term, np.where(told.end < FOREVER, told.end, 0))
        later_stays, later_ends = (_of_later(subscription, one) for one in (stays, earliest))
        return cls(np.where(latest < later_ends, later_stays, FOREVER))


def _is_steady(told: Told, size: int) -> Flags:
    """Of each term whether it was on record without a break since it first was."""
    order = np.lexsort((told.superseded, told.recorded, told.term))
    term, recorded, superseded = told.term[order], told.recorded[order], told.superseded[order]
    is_last = np.append(term[1:] != term[:-1], True)
    goes_on = np.where(is_last, superseded >= FOREVER, np.append(recorded[1:], 0) <= superseded)
    found = np.ones(size, dtype=bool)
    np.logical_and.at(found, term, goes_on)
    return found


def _of_later(subscription: Ints, values: Ints) -> Ints:
    """Of each term the least value among the later ones of its subscription; FOREVER if there is none."""
    shift = subscription[::-1].max() - subscription[::-1] if len(subscription) else subscription
    least = np.minimum.accumulate(values[::-1] - shift * (FOREVER + 1)) + shift * (FOREVER + 1)
    following = np.append(least[::-1][1:], FOREVER)
    is_last = np.append(subscription[1:] != subscription[:-1], True)
    return np.where(is_last, FOREVER, following)


def _codes(names: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    found = pc.unique(names)
    found = found.take(pc.sort_indices(found))
    return np.asarray(pc.index_in(names, found)).astype(np.int64), found


def dense(keys: Ints) -> Ints:
    """Keys as numbers of their sorted list."""
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _joined(size: int, one: Ints, other: Ints) -> Ints:
    """Numbers below `size` in groups, each called after its least, by what joins them."""
    differ = one != other
    links = np.unique(np.stack([one[differ], other[differ]], axis=1), axis=0)
    root = np.arange(size)
    is_moving = len(links) > 0
    while is_moving:
        before = root.copy()
        least = np.minimum(root[links[:, 0]], root[links[:, 1]])
        for side in (0, 1):
            np.minimum.at(root, root[links[:, side]], least)
            np.minimum.at(root, links[:, side], least)
        root = root[root]
        is_moving = bool((root != before).any())
    return root
