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
    days,
    laid_out,
    number,
)
from tenure.revenue.ledger import Ledger
from tenure.revenue.turns import next_due
from tenure.revenue.versions import WIDE, Told, dense

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


def running(versions: pa.Table, until: date) -> pa.Table:
    """Rows of `RUNNING`, from versions of terms priced as by `known.priced`.

    As of day D, with what was known at its end: the rows with `known_from` <= D < `known_until`; live are
    those with `starts_on` <= D < `runs_until`. Turns of what renews by itself are told up to `until`.
    """
    if not versions.num_rows:
        return RUNNING.empty_table()
    told = Told.of(versions)
    layout = _Layout.of(told)
    ledger = Ledger(laid_out(layout.columns()), date.min)  # nobody has waited for the grace yet
    return _table(versions, told, layout, ledger, number(until))


@dataclass(frozen=True)
class _Layout:
    """A row for each version and stretch of days in which nothing new was heard of what concerns it."""

    told: Told
    version: Ints
    stretch: Ints
    first: Ints  # of each stretch, its first day
    after: Ints  # of each stretch, the first day of the next
    is_priced: Flags  # of each row, whether all that its account has on record then has a rate

    @classmethod
    def of(cls, told: Told) -> _Layout:
        """From the versions."""
        concern = told.concerns()
        keys = np.concatenate([concern * WIDE + told.recorded, concern * WIDE + told.superseded])
        stretches = np.unique(keys[keys % WIDE < FOREVER])
        first, whose = stretches % WIDE, stretches // WIDE
        is_last = np.append(whose[1:] != whose[:-1], True)
        after = np.where(is_last, FOREVER, np.append(first[1:], FOREVER))
        begins = np.searchsorted(stretches, concern * WIDE + told.recorded)
        ends = np.searchsorted(stretches, concern * WIDE + told.superseded)
        passed = np.searchsorted(stretches, concern * WIDE + told.passed())
        version, stretch = _ranges(begins, np.minimum(ends, passed))
        is_priced = np.ones(len(version), dtype=bool)
        lacking = np.flatnonzero(~told.is_priced)
        if len(lacking):
            place, of = _ranges(begins[lacking], ends[lacking])
            without = told.account[lacking][place] * WIDE + of
            is_priced = ~np.isin(told.account[version] * WIDE + stretch, without)
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
            account=dense(told.kind[version] * (len(self.first) + 1) + stretch),
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


def _table(versions: pa.Table, told: Told, layout: _Layout, ledger: Ledger, horizon: int) -> pa.Table:
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
    key = np.repeat(np.arange(len(opens) - 1), np.diff(opens)) * WIDE + ends
    begins = np.searchsorted(key, which * WIDE + first[rows], side="right")
    stops = np.searchsorted(key, which * WIDE + last) + 1
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
    return subscription * WIDE + stretch


def _ranges(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Every number from each begin to before its end, and whose it is."""
    size = np.maximum(ends - begins, 0)
    whose = np.repeat(np.arange(len(begins)), size)
    offset = np.arange(len(whose)) - np.repeat(np.cumsum(size) - size, size)
    return whose, begins[whose] + offset
