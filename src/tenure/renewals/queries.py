"""Reads of renewals and revenue: every figure with the rows behind it, as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.insight.chances import Chances
from tenure.insight.leaving import Floats, Ints
from tenure.kit import bulk, clock
from tenure.renewals import calls, rows, rules
from tenure.renewals.books import Books, Eve
from tenure.renewals.cohort import Cohort
from tenure.renewals.figures import Renewals
from tenure.renewals.rows import AT_RISK, PAST_DUE, DueRow, Known, Who
from tenure.renewals.rules import Called, Chance
from tenure.renewals.stakes import NAMES, Stakes
from tenure.revenue.due import Due
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import Loss
from tenure.revenue.quarters import Quarter
from tenure.workspaces.access import Access


def quarter_of(access: Access, written: str = "", as_of: date | None = None) -> Quarter:
    """The quarter written like `2026Q4`, or the one of a day (today). ValueError for anything else."""
    starts = access.workspace.fiscal_year_starts
    if written:
        return Quarter.read(written, starts)
    return Quarter.of(as_of or clock.today(access.workspace.zone), starts)


def renewals(
    access: Access,
    quarter: Quarter | None = None,
    as_of: date | None = None,
    now: Ledger | None = None,
    eve: Eve | None = None,
) -> Renewals:
    """Every figure of a quarter's renewals as of the end of a day (today), from what was known then.

    `quarter`: the day's own if left out. What is due is frozen as it was known the day before it. `now` and
    `eve`: the caller's ledger of the day and what the quarter began with, where they are there already.
    """
    day = as_of or clock.today(access.workspace.zone)
    quarter = quarter or quarter_of(access, as_of=day)
    books = Books(access, quarter, day, now, eve)
    found, added, lost, ahead = books.chances(), books.added(), books.lost(), books.next_90_days()
    names = named(access)
    out = [one.account_id for one in books.now.left_out]
    at_stake = found.accounts.ids.to_pylist() if found else []
    known = _known(access, names, day, found, [*books.due, *added, *ahead], lost, out, at_stake)
    due = tuple(rows.due_row(one, known) for one in books.due)
    return Renewals(
        quarter=quarter,
        as_of=day,
        currency=access.workspace.currency,
        due=due,
        added=tuple(rows.due_row(one, known) for one in added),
        losses=tuple(rows.loss_row(one, known) for one in lost),
        at_stake=_at_stake(books, found, known, due, names) if found else Stakes.none(),
        rolling=books.eve.rolling,
        last_year={str(one): books.cost(one, one.last) for one in quarter.year_before},
        same_quarter=books.same_quarter(),
        next_90_days=tuple(rows.due_row(one, known) for one in ahead),
        opening_arr=books.eve.opening_arr,
        arr_now=int(books.now.arr(books.until).sum()),
        target=calls.target_of(calls.targets(access, str(quarter)), "good_health_share") or 0.0,
        model=found.says if found else "The quarter is over: nothing is at stake.",
        left_out={known.accounts[one.account_id].external_id: one.why for one in books.now.left_out},
        is_known=len(books.now.terms) > 0,
        shock=found.shock if found else 0.0,
    )


def cohort(access: Access, quarter: Quarter, as_of: date) -> Cohort:
    """What is due in a quarter and how it stands as of a day, without all that `renewals` says beside it."""
    books = Books(access, quarter, as_of)
    known = _known(access, named(access), as_of, books.chances(), books.due)
    due = tuple(rows.due_row(one, known) for one in books.due)
    return Cohort(quarter, as_of, access.workspace.currency, due)


def _known(
    access: Access,
    names: pa.Table,
    day: date,
    found: Chances | None,
    dues: Sequence[Due],
    lost: Iterable[Loss] = (),
    left_out: Iterable[str] = (),
    at_stake: Iterable[str] = (),
) -> Known:
    """`at_stake`: of whom only the band is wanted."""
    ids = {*(one.account_id for one in dues), *(one.account_id for one in lost), *left_out}
    every = {*ids, *at_stake}
    return Known(
        accounts=_who(names, ids),
        bands=health.bands(access, every, day) if every else {},
        of_terms=_of_terms(found, {one.term_id for one in dues}) if found else {},
        calls=calls.in_force(access, day),
        codes=calls.codes(access, day),
    )


def _of_terms(found: Chances, term_ids: Collection[str]) -> dict[str, Chance]:
    """P(not renewed) of these terms, of those that are still open."""
    terms = found.terms
    is_it = pc.is_in(terms.table["term_id"], pa.array(list(term_ids), pa.string()))
    places = np.flatnonzero(np.asarray(is_it))
    keys = terms.table["term_id"].take(pa.array(places)).to_pylist()
    columns = (one[places].tolist() for one in (terms.p, terms.low, terms.high))
    return {
        key: Chance(p, low, high, terms.why(place))
        for key, place, p, low, high in zip(keys, places.tolist(), *columns, strict=True)
    }


def _at_stake(books: Books, found: Chances, known: Known, due: Sequence[DueRow], names: pa.Table) -> Stakes:
    """Who pays as of the day and may not by the end of the quarter, what is expected to be lost first."""
    accounts, worth = books.now.terms.accounts, books.now.arr(books.day)
    place = _places(found.accounts.ids, accounts)
    chance = _of_quarter(found, books.chances_before())[:, place]
    at = np.flatnonzero((worth > 0) & (place >= 0) & (chance[0] > 0))
    at = at[np.argsort(-(chance[0] * worth)[at], kind="stable")]
    ids, arr, (p, low, high) = accounts.take(pa.array(at)), worth[at], chance[:, at]
    terms = _by_account(due)
    called = _called(ids.to_pylist(), arr, terms, known, books.day)
    is_at_risk = (p >= known.line) | np.asarray(pc.is_in(ids, _marked(terms, known)))
    for row, one in called.items():
        is_at_risk[row] |= one.call in (rules.AT_RISK, rules.CHURN)
    told = names.take(pa.array(_places(names["account_id"], ids)))
    is_assumed, origin = found.accounts.is_assumed[place[at]], place[at]
    return Stakes(told, arr, p, low, high, is_assumed, is_at_risk, called, origin, found.accounts.why)


def _of_quarter(found: Chances, before: Chances | None) -> Floats:
    """P(lost by the quarter's end) and its interval, of each account; less what is lost before it begins."""
    told = np.array([found.accounts.p, found.accounts.low, found.accounts.high])
    if before is None:
        return told
    place = _places(before.accounts.ids, found.accounts.ids)
    earlier = (before.accounts.p, before.accounts.low, before.accounts.high)
    less = np.array([np.append(one, 0.0)[place] for one in earlier])  # the last is nobody's
    p, low, high = np.maximum(told - less, 0.0)
    return np.array([p, np.minimum(low, p), np.maximum(high, p)])


def _places(of: pa.Array | pa.ChunkedArray, ids: pa.Array) -> Ints:
    """Where each of the ids stands in a list; -1 for nowhere."""
    return np.asarray(pc.fill_null(pc.index_in(ids, of), -1)).astype(np.int64)


def _by_account(due: Sequence[DueRow]) -> dict[str, list[DueRow]]:
    found: defaultdict[str, list[DueRow]] = defaultdict(list)
    for one in due:
        found[one.who.account_id].append(one)
    return found


def _called(
    ids: Sequence[str], arr: Ints, terms: Mapping[str, list[DueRow]], known: Known, day: date
) -> dict[int, Called]:
    """What is called of accounts, by their place; few are."""
    may = {account_id for account_id, _ in known.calls}
    found = {
        row: rows.called_of(one, int(arr[row]), terms.get(one, []), known, day)
        for row, one in enumerate(ids)
        if one in may
    }
    return {row: one for row, one in found.items() if one}


def _marked(terms: Mapping[str, list[DueRow]], known: Known) -> pa.Array:
    """Who is at risk whatever its chance: a term is at risk or past due, or health is poor."""
    found = {key for key, due in terms.items() if any(one.status in (AT_RISK, PAST_DUE) for one in due)}
    found |= {key for key, band in known.bands.items() if band == "poor"}
    return pa.array(list(found), pa.string())


def named(access: Access) -> pa.Table:
    """What all accounts are called that are the caller's to see, as rows of `stakes.NAMES`."""
    return bulk.table(access.of(Account).values_list("pk", "external_id", "name", "owner"), NAMES)


def who(access: Access, account_ids: Collection[str]) -> dict[str, Who]:
    """The accounts of these ids that are the caller's to see."""
    return _who(named(access), account_ids)


def _who(names: pa.Table, account_ids: Collection[str]) -> dict[str, Who]:
    wanted = pa.array(list(account_ids), pa.string())
    found = names.filter(pc.is_in(names["account_id"], wanted))
    columns = (one.to_pylist() for one in found.columns)
    return {key: Who(key, *said) for key, *said in zip(*columns, strict=True)}
