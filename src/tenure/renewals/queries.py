"""Reads of renewals and revenue: every figure with the rows behind it, as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.insight.chances import AccountChance, Chances, chances
from tenure.kit import clock
from tenure.renewals import calls, rows
from tenure.renewals.figures import Renewals, Tally
from tenure.renewals.rows import DueRow, Known, StakeRow, Who
from tenure.renewals.rules import Chance
from tenure.revenue import due as dues
from tenure.revenue.due import Due
from tenure.revenue.losses import losses
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

_AHEAD = timedelta(days=90)


def quarter_of(access: Access, written: str = "", as_of: date | None = None) -> Quarter:
    """The quarter written like `2026Q4`, or the one of a day (today). ValueError for anything else."""
    starts = access.workspace.fiscal_year_starts
    if written:
        return Quarter.read(written, starts)
    return Quarter.of(as_of or clock.today(access.workspace.zone), starts)


def renewals(access: Access, quarter: Quarter | None = None, as_of: date | None = None) -> Renewals:
    """Every figure of a quarter's renewals as of the end of a day (today), from what was known then.

    `quarter`: the day's own if left out. What is due is frozen as it was known the day before it.
    """
    day = as_of or clock.today(access.workspace.zone)
    quarter = quarter or quarter_of(access, as_of=day)
    books = _Books(access, quarter, day)
    known = _known(access, books)
    due = tuple(rows.due_row(one, known) for one in books.due)
    return Renewals(
        quarter=quarter,
        as_of=day,
        currency=access.workspace.currency,
        due=due,
        added=tuple(rows.due_row(one, known) for one in books.added),
        losses=tuple(rows.loss_row(one, known) for one in books.lost),
        at_stake=tuple(_at_stake(books, known, due)),
        rolling=books.rolling(),
        last_year={str(one): books.cost(one, one.last) for one in quarter.year_before},
        same_quarter=books.same_quarter(),
        next_90_days=tuple(rows.due_row(one, known) for one in books.next_90_days),
        opening_arr=int(books.frozen.arr(books.eve).sum()),
        arr_now=int(books.now.arr(books.until).sum()),
        target=calls.target_of(calls.targets(access, str(quarter)), "good_health_share") or 0.0,
        model=books.chances.says if books.chances else "The quarter is over: nothing is at stake.",
        left_out={known.accounts[one.account_id].external_id: one.why for one in books.now.left_out},
        is_known=len(books.now.terms) > 0,
        shock=books.chances.shock if books.chances else 0.0,
    )


class _Books:
    """What the ledgers say of a quarter: as known on its eve, and as known on the day."""

    def __init__(self, access: Access, quarter: Quarter, day: date) -> None:
        self.access, self.quarter, self.day = access, quarter, day
        self.eve = min(quarter.eve, day)
        self.until = min(quarter.last, day)
        self.now = ledger(access, day)
        self.frozen = self.now if self.eve == day else ledger(access, self.eve)
        frozen = dues.cohort(self.frozen, quarter.first, quarter.last)
        self.due = dues.outcomes(self.now, frozen, quarter.last)
        self.added = self._added(frozen)
        self.lost = losses(self.now, quarter.first, self.until) if self.until >= quarter.first else []
        ahead = dues.cohort(self.now, day + timedelta(days=1), day + _AHEAD)
        self.next_90_days = dues.outcomes(self.now, ahead, day + _AHEAD)
        self.chances = chances(access, day, quarter.last) if day <= quarter.last else None

    def _added(self, frozen: list[Due]) -> list[Due]:
        since = dues.added(self.now, self.quarter.first, self.quarter.last, frozen)
        return dues.outcomes(self.now, since, self.quarter.last)

    def rolling(self) -> Tally:
        """The rolling terms that were live the day before the quarter."""
        which = dues.is_rolling(self.frozen) & self.frozen.is_live(self.eve) & self.frozen.is_paid
        return Tally(int(which.sum()), int(self.frozen.terms.arr[which].sum()))

    def cost(self, quarter: Quarter, last: date) -> int | None:
        """The churn cost of another quarter up to a day of it; None where nobody paid anything by then."""
        if not (self.now.arr(quarter.eve).any() or self.now.arr(last).any()):
            return None
        gone = losses(self.now, quarter.first, min(last, self.day))
        return sum(one.arr_minor for one in gone if one.kind == "churn" and not one.came_back)

    def same_quarter(self) -> tuple[int | None, int | None]:
        """The churn cost of this quarter a year before: whole, and to the same day."""
        before = self.quarter.a_year_before
        to_date = before.same_day(max(self.until, self.quarter.first), self.quarter)
        return self.cost(before, before.last), self.cost(before, to_date)

    @property
    def accounts(self) -> set[str]:
        """Whom any of it is about."""
        told = {one.account_id for one in (*self.due, *self.added, *self.next_90_days)}
        told |= {one.account_id for one in self.lost} | {one.account_id for one in self.now.left_out}
        return told | {one.account_id for one in self.chances.accounts} if self.chances else told


def _known(access: Access, books: _Books) -> Known:
    found = books.chances
    ids = books.accounts
    return Known(
        accounts=who(access, ids),
        bands=health.bands(access, ids, books.day) if ids else {},
        of_terms=_of_terms(found) if found else {},
        of_accounts=_of_accounts(access, books, found) if found else {},
        calls=calls.in_force(access, books.day),
        codes=calls.codes(access, books.day),
    )


def _of_terms(found: Chances) -> dict[str, Chance]:
    return {one.term_id: Chance(one.p_not_renewed, one.low, one.high, one.reasons) for one in found.terms}


def _of_accounts(access: Access, books: _Books, found: Chances) -> dict[str, Chance]:
    """P(lost by the quarter's end); of a quarter to come, less what is lost before it begins."""
    before = chances(access, books.day, books.quarter.eve).by_account if books.day < books.quarter.eve else {}
    told = {one.account_id: _less(one, before.get(one.account_id)) for one in found.accounts}
    return {account_id: one for account_id, one in told.items() if one.p > 0}


def _less(one: AccountChance, before: AccountChance | None) -> Chance:
    if before is None:
        return Chance(one.p_lost, one.low, one.high, one.reasons, one.is_assumed)
    p = max(one.p_lost - before.p_lost, 0.0)
    low, high = max(one.low - before.low, 0.0), max(one.high - before.high, 0.0)
    return Chance(p, min(low, p), max(high, p), one.reasons, one.is_assumed)


def _at_stake(books: _Books, known: Known, due: Sequence[DueRow]) -> Iterable[StakeRow]:
    """Who pays as of the day and may not by the end of the quarter, the dearest first."""
    terms: defaultdict[str, list[DueRow]] = defaultdict(list)
    for one in due:
        terms[one.who.account_id].append(one)
    worth = books.now.arr(books.day)
    names = books.now.terms.accounts.to_pylist()
    stakes = [
        rows.stake_row(names[place], int(worth[place]), terms.get(names[place], []), known, books.day)
        for place in np.flatnonzero(worth > 0).tolist()
        if names[place] in known.of_accounts
    ]
    return sorted(stakes, key=lambda one: (-one.expected_minor, one.who.external_id))


def who(access: Access, account_ids: Collection[str]) -> dict[str, Who]:
    """The accounts of these ids that are the caller's to see."""
    wanted = set(account_ids)
    found = access.of(Account).values_list("pk", "external_id", "name", "owner").iterator(5_000)
    return {pk: Who(pk, *said) for pk, *said in found if pk in wanted}
