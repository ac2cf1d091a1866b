"""Which terms run on which days, each day by what was known at its end. Pure and columnar.

A ledger answers for one day of knowledge. To follow it day by day, every stretch of days in which nothing new
was heard of contracts that concern each other is laid out as if it were customers of its own, and one ledger
of all of them says how long each term runs. So there is one rule, and it is the ledger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.revenue import due
from tenure.revenue.columns import (
    EPOCH,
    FOREVER,
    NOBODY,
    Columns,
    Flags,
    Ints,
    day_of,
    days,
    laid_out,
    number,
    numbers,
)
from tenure.revenue.ledger import Ledger

RUNNING = pa.schema(
    [
        ("term_id", pa.string()),  # of the version
        ("subscription_id", pa.string()),  # as the source calls it
        ("account_id", pa.string()),
        ("product", pa.string()),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
        ("interval", pa.string()),
        ("yearly_minor", pa.int64()),  # in the workspace's currency; null: an amount of theirs has no rate
        ("seats", pa.int64()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),  # as it is written; null: open-ended
        ("runs_until", pa.date32()),  # the first day on which it counts no more; null: none is known
        ("due_on", pa.date32()),  # when its renewal is next decided; null: it rolls on
        ("auto_renew", pa.bool_()),
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),  # what is said holds on the days from the one until before the other
    ]
)
_WIDE = 2**32
_MOST_STEPS = 8  # renewals of renewals that are known ahead


def running(versions: pa.Table, until: date) -> pa.Table:
    """Rows of `RUNNING`, from versions of terms priced as by `known.priced`.

    As of day D, with what was known at its end: the rows with `known_from` <= D < `known_until`; live are
    those with `starts_on` <= D < `runs_until`. Turns of what renews by itself are told up to `until`.
    """
    if not versions.num_rows:
        return RUNNING.empty_table()
    told = _Told.of(versions)
    layout = _Layout.of(told)
    ledger = Ledger(laid_out(layout.columns()), date.min)  # nobody has waited for the grace yet
    return _table(versions, told, layout, ledger, number(until))


@dataclass(frozen=True)
class _Told:
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
    def of(cls, table: pa.Table) -> _Told:
        """From a table of versions."""
        account, _ = _codes(table["account_id"])
        subscription, names = _codes(table["subscription_id"])
        product, products = _codes(pc.fill_null(table["product"], ""))
        start = numbers(table["starts_on"])
        return cls(
            account=account,
            subscription=subscription,
            kind=_dense(account * (len(products) + 1) + product),
            term=_dense(subscription * _WIDE + start),
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
        key = self.term[order] * _WIDE + self.recorded[order]
        place = np.searchsorted(key, self.term[version] * _WIDE + day, side="right") - 1
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
    def of(cls, told: _Told) -> _Terms:
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


def _is_steady(told: _Told, size: int) -> Flags:
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


@dataclass(frozen=True)
class _Layout:
    """A row for each version and stretch of days in which nothing new was heard of what concerns it."""

    told: _Told
    version: Ints
    stretch: Ints
    first: Ints  # of each stretch, its first day
    after: Ints  # of each stretch, the first day of the next
    is_priced: Flags  # of each row, whether all that its account has on record then has a rate

    @classmethod
    def of(cls, told: _Told) -> _Layout:
        """From the versions."""
        concern = told.concerns()
        keys = np.concatenate([concern * _WIDE + told.recorded, concern * _WIDE + told.superseded])
        stretches = np.unique(keys[keys % _WIDE < FOREVER])
        first, whose = stretches % _WIDE, stretches // _WIDE
        is_last = np.append(whose[1:] != whose[:-1], True)
        after = np.where(is_last, FOREVER, np.append(first[1:], FOREVER))
        begins = np.searchsorted(stretches, concern * _WIDE + told.recorded)
        ends = np.searchsorted(stretches, concern * _WIDE + told.superseded)
        passed = np.searchsorted(stretches, concern * _WIDE + told.passed())
        version, stretch = _ranges(begins, np.minimum(ends, passed))
        is_priced = np.ones(len(version), dtype=bool)
        lacking = np.flatnonzero(~told.is_priced)
        if len(lacking):
            place, of = _ranges(begins[lacking], ends[lacking])
            without = told.account[lacking][place] * _WIDE + of
            is_priced = ~np.isin(told.account[version] * _WIDE + stretch, without)
        return cls(told, version, stretch, first, after, is_priced)

    def columns(self) -> Columns:
        """The rows as terms of one ledger, in which every stretch has its own customers and contracts."""
        told, version, stretch = self.told, self.version, self.stretch
        subscription, names = _named(told.subscription[version], stretch)
        own = told.end[version]
        agreed = told.agreed(version, self.first[stretch])
        is_decided = told.has_reason[version] | (own < agreed)
        return Columns(
            table=pa.table({"row": np.arange(len(version))}),
            account=_dense(told.kind[version] * (len(self.first) + 1) + stretch),
            subscription=subscription,
            product=np.zeros(len(version), dtype=np.int64),
            arr=told.arr[version],
            start=told.start[version],
            end=own,
            agreed=np.where(agreed >= FOREVER, own, agreed),
            renews=_found(names, told.renews[version], stretch),
            is_auto=told.is_auto[version] & ~is_decided,
            is_decided=is_decided,
            accounts=pa.array([], pa.string()),
        )


def _table(versions: pa.Table, told: _Told, layout: _Layout, ledger: Ledger, horizon: int) -> pa.Table:
    """What the ledger says of each row, rows that say the same on following days made one."""
    terms = ledger.terms
    row = terms.table["row"].to_numpy()
    version, stretch = layout.version[row], layout.stretch[row]
    until, first, after = ledger.until, layout.first[stretch], layout.after[stretch]
    place, first, after, due_on = _turned(ledger, first, after, horizon)
    columns = (version[place], terms.end[place], until[place], due_on, layout.is_priced[row][place])
    keep, after = _merged(columns, first, after)
    by_account = np.argsort(told.account[columns[0][keep]], kind="stable")
    keep, after = keep[by_account], after[by_account]
    version = version[place][keep]
    found = versions.take(pa.array(version))
    arr = pc.if_else(pa.array(columns[4][keep]), found["arr_minor"], pa.scalar(None, pa.int64()))
    named = {name: found[name] for name in RUNNING.names if name in found.column_names}
    named |= {
        "yearly_minor": arr,
        "ends_on": days(columns[1][keep]),
        "runs_until": days(columns[2][keep]),
        "due_on": days(due_on[keep]),
        "known_from": days(first[keep]),
        "known_until": days(after),
    }
    return pa.table({name: named[name] for name in RUNNING.names}).cast(RUNNING)


def _turned(ledger: Ledger, first: Ints, after: Ints, horizon: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Each row once for every turn that lies in its days: its place, those days, and when it is due then."""
    due_on, end = next_due(ledger), ledger.terms.end
    turns = ledger.terms.is_auto & (due_on == end) & (ledger.until > end) & (end < FOREVER)
    rows, still = np.flatnonzero(turns), np.flatnonzero(~turns)
    last = np.minimum(after, ledger.until)[rows]
    which, opens, ends = _schedules(ledger.terms.start[rows], end[rows], horizon)
    key = np.repeat(np.arange(len(opens) - 1), np.diff(opens)) * _WIDE + ends
    begins = np.searchsorted(key, which * _WIDE + first[rows], side="right")
    stops = np.searchsorted(key, which * _WIDE + last) + 1
    latest = opens[which + 1]  # the last that is told lasts as long as nothing else is heard
    begins = np.minimum(begins, latest - 1)
    whose, turn = _ranges(begins, np.minimum(np.maximum(stops, begins + 1), latest))
    is_first, is_latest = turn == begins[whose], turn == latest[whose] - 1
    starts = np.where(is_first, first[rows][whose], ends[np.maximum(turn - 1, 0)])
    untils = np.where(is_latest, last[whose], np.minimum(ends[turn], last[whose]))
    over = np.flatnonzero(last < after[rows])
    return (
        np.concatenate([still, rows[whose], rows[over]]),
        np.concatenate([first[still], starts, np.maximum(first[rows], last)[over]]),
        np.concatenate([after[still], untils, after[rows][over]]),
        np.concatenate([due_on[still], ends[turn], np.full(len(over), FOREVER)]),
    )


def _schedules(start: Ints, end: Ints, horizon: int) -> tuple[Ints, Ints, Ints]:
    """Of terms that renew by themselves their ends, the first of them not before `horizon` being the last.

    Which schedule each has, where each schedule opens in the list of all (with its length at last), the list.
    """
    kinds, which = np.unique(np.stack([start, end], axis=1), axis=0, return_inverse=True)
    told = [_ends(int(one), int(other), horizon) for one, other in kinds]
    opens = np.cumsum([0, *(len(one) for one in told)])
    return which.ravel(), opens, np.array([day for one in told for day in one], dtype=np.int64)


def _ends(start: int, end: int, horizon: int) -> list[int]:
    first_day, last_day = EPOCH + timedelta(days=start), EPOCH + timedelta(days=end)
    found = [end]
    while found[-1] < horizon:
        _, due_on = due.turn(first_day, last_day, EPOCH + timedelta(days=found[-1] + 1))
        found.append(number(due_on))
    return found


def next_due(ledger: Ledger) -> Ints:
    """When the renewal of each term is decided: its end; of one that is renewed, when what renews it is.

    FOREVER where it rolls on. What renews by itself comes up again after it.
    """
    found = np.where(due.is_rolling(ledger), FOREVER, ledger.terms.end)
    before, after = ledger.pairs.before, ledger.pairs.after
    order = np.lexsort((-ledger.terms.start[after], before))
    before, after = before[order], after[order]
    for _ in range(_MOST_STEPS):
        following = found.copy()
        following[before] = found[after]  # the first that starts is written last
        if (following == found).all():
            break
        found = following
    return found


def due_days(ledger: Ledger, day: date) -> list[date | None]:
    """When the renewal of each term is next decided, as seen from a day; None where it rolls on."""
    return [day_of(at) for at in due_seen(ledger, day).tolist()]


def due_seen(ledger: Ledger, day: date) -> Ints:
    """The same as numbers; FOREVER where it rolls on."""
    found = next_due(ledger)
    start, end = ledger.terms.start, ledger.terms.end
    goes_on = ledger.terms.is_auto & (end <= number(day)) & (ledger.until > end) & (found == end)
    for row in np.flatnonzero(goes_on).tolist():
        starts_on, ends_on = (EPOCH + timedelta(days=int(one[row])) for one in (start, end))
        found[row] = number(due.turn(starts_on, ends_on, day + timedelta(days=1))[1])
    return found


def _merged(columns: tuple[np.ndarray, ...], first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """The rows to keep, and until when each then holds."""
    order = np.lexsort((first, *reversed(columns)))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for one in columns:
        same &= one[order][1:] == one[order][:-1]
    same &= first[order][1:] == after[order][:-1]
    opens = np.flatnonzero(np.append(True, ~same)[: len(order)])
    last = np.append(opens[1:], len(order)) - 1
    return order[opens], after[order][last[: len(opens)]]


def _codes(names: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    found = pc.unique(names)
    found = found.take(pc.sort_indices(found))
    return np.asarray(pc.index_in(names, found)).astype(np.int64), found


def _dense(keys: Ints) -> Ints:
    """Keys as numbers of their sorted list."""
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _named(subscription: Ints, stretch: Ints) -> tuple[Ints, Ints]:
    """Every subscription of every stretch as a number, and the list of them."""
    names, found = np.unique(_together(subscription, stretch), return_inverse=True)
    return found.astype(np.int64), names


def _found(names: Ints, subscription: Ints, stretch: Ints) -> Ints:
    """The numbers of subscriptions in their stretches; NOBODY where there is none."""
    key = np.where(subscription == NOBODY, -1, _together(subscription, stretch))
    place = np.minimum(np.searchsorted(names, key), max(len(names) - 1, 0))
    return np.where((key >= 0) & (names[place] == key), place, NOBODY) if len(names) else key


def _together(subscription: Ints, stretch: Ints) -> Ints:
    return subscription * _WIDE + stretch


def _ranges(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Every number from each begin to before its end, and whose it is."""
    size = np.maximum(ends - begins, 0)
    whose = np.repeat(np.arange(len(begins)), size)
    offset = np.arange(len(whose)) - np.repeat(np.cumsum(size) - size, size)
    return whose, begins[whose] + offset


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
