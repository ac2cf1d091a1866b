"""How likely each customer is lost by a day, and each open contract not renewed: what forecasts rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.accounts.models import Account
from tenure.insight import cohorts, decisions, shocks
from tenure.insight.cohorts import Kind, Share, Waiting
from tenure.insight.decisions import Decisions
from tenure.insight.hazard import queries as hazards
from tenure.insight.hazard import scoring
from tenure.insight.hazard.queries import InForce
from tenure.insight.leaving import COHORTS, HAZARD, AccountChances, Flags, Floats, Ints, TermChances
from tenure.kit import words
from tenure.revenue.ledger import Ledger
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.roles import Right

NO_END = 2**31 - 1  # days


@dataclass(frozen=True)
class Chances:
    """As of the end of `as_of`: one row per account that pays then, and one per contract still open.

    `model` is the name of what they rest on, `says` what is to be said about it. `shock`: by how much, of
    log-odds, whole quarters differ from what was expected of them.
    """

    as_of: date
    until: date
    model: str
    says: str
    accounts: AccountChances
    terms: TermChances
    shock: float = shocks.ASSUMED


def chances(access: Access, as_of: date, until: date, books: Ledger | None = None) -> Chances:
    """The chance that each of the caller's accounts is lost by `until`, from what was known on `as_of`.

    Lost means paying nothing any more: all its contracts ended, effective on their ends, which a decision
    within the grace after `until` may show only later. Rates are the whole workspace's, also for whoever
    sees a book. `books`: the caller's ledger of `as_of`, if it is there already.
    ValueError if `until` is before `as_of`.
    """
    access.require(Right.READ)
    if until < as_of:
        raise ValueError(f"chances until {until}, which is before {as_of}: give a later day")
    known = decisions.versions(access_for_machine(access.workspace))
    is_whole = books is not None and not access.is_narrowed and not books.left_out
    found = decisions.decisions(known, as_of, books if is_whole else None)
    learnt = hazards.in_force(access_for_machine(access.workspace), as_of) if found.open_terms else None
    still, held = found.open_terms.table, found.held
    if access.is_narrowed:
        mine = pa.array(list(access.of(Account).values_list("pk", flat=True)), pa.string())
        still = still.filter(pc.is_in(still["account_id"], mine))
        held = held.filter(pc.is_in(held, mine))
    terms = _of_terms(found, still.combine_chunks(), until, learnt)
    says = f"{_assumed(terms)} {learnt.says}".strip() if learnt else _says(terms, found.since)
    shock = learnt.shock if learnt else shocks.ASSUMED
    model = HAZARD if learnt else COHORTS
    return Chances(as_of, until, model, says, AccountChances.of(terms, held), terms, shock)


def _says(terms: TermChances, since: date | None) -> str:
    if not terms:
        return "No contract is open, so there is nothing to lose or renew."
    counted = f"Counted: the share lost among comparable contracts {cohorts.when(since)}."
    before = " Before, the record holds only customers who stayed." if since else ""
    return _assumed(terms) or f"{counted}{before}"


def _assumed(terms: TermChances) -> str:
    assumed = int(terms.is_assumed.sum())
    if not assumed:
        return ""
    some = f"The rate of {assumed:,} of {len(terms):,} contracts is"
    which = "All rates are" if assumed == len(terms) else some
    return f"{which} assumed: too few comparable contracts were decided in the last two years."


def _of_terms(found: Decisions, still: pa.Table, until: date, learnt: InForce | None) -> TermChances:
    """Each open contract by the hazard, else by the rate of its kind, and by how long it has been waiting."""
    left, rolls = _left(still), np.asarray(pc.equal(still["kind"], str(Kind.ROLLING)))
    waiting, ahead = Waiting(found.lateness), (until - found.as_of).days
    shares, which = _by_kind(found, still, left, waiting, ahead)
    three = np.array([(one.value, one.low, one.high) for one in shares]).reshape(-1, 3).T[:, which]
    is_learnt = np.zeros(len(left), dtype=bool)
    if learnt:
        is_learnt = _scored(still, learnt)
        three[:, is_learnt] = _by_hazard(still.filter(pa.array(is_learnt)), learnt, waiting, ahead)
    may_go = rolls | (left <= ahead)

    def why(row: int) -> tuple[str, ...]:
        when = _when(None if left[row] == NO_END else int(left[row]))
        if learnt and is_learnt[row]:
            return (when, *scoring.reasons(learnt.scored[still["account_id"][row].as_py()]))
        return (when, *shares[which[row]].says)

    is_assumed = np.array([one.is_assumed for one in shares], dtype=bool)[which] & ~is_learnt
    p, low, high = three
    return TermChances(still, p, low, high, np.where(may_go, p, 0.0), is_assumed, is_learnt, why)


def _left(still: pa.Table) -> Ints:
    return np.asarray(pc.fill_null(still["days_left"], NO_END)).astype(np.int64)


def _by_kind(
    found: Decisions, still: pa.Table, left: Ints, waiting: Waiting, ahead: int
) -> tuple[list[Share], Ints]:
    """A share for all contracts of one kind that end on the same day, and which is each contract's."""
    rates, kinds = cohorts.rates(found.past, found.since), list(Kind)
    kind = np.asarray(pc.index_in(still["kind"], pa.array([str(one) for one in kinds]))).astype(np.int64)
    alike, which = np.unique(np.stack([kind, left], axis=1), axis=0, return_inverse=True)
    shares = [_share(kinds[one], days, rates[kinds[one]], waiting, ahead) for one, days in alike.tolist()]
    return shares, which.ravel()


def _scored(still: pa.Table, learnt: InForce) -> Flags:
    """Which contracts the hazard says something of: not those of which notice was given."""
    is_known = pc.is_in(still["account_id"], pa.array(list(learnt.scored), pa.string()))
    return np.asarray(pc.and_(is_known, pc.not_equal(still["kind"], str(Kind.NOTICE))))


def _by_hazard(still: pa.Table, learnt: InForce, waiting: Waiting, ahead: int) -> Floats:
    """The chances of contracts and their intervals, as three rows."""
    scored = [learnt.scored[one] for one in still["account_id"].to_pylist()]
    near, error = (np.array([getattr(one, name) for one in scored]) for name in ("near", "error"))
    rolled, left = np.array([one.rolls for one in scored], dtype=bool), _left(still)
    found = np.empty((3, len(left)))
    for rolls in (True, False):
        some = (left == NO_END) == rolls
        days = np.full(int(some.sum()), ahead) if rolls else left[some]
        told = scoring.shares(learnt.hazard, near[some], error[some], rolled[some], days, rolls=rolls)
        found[:, some] = told if rolls else waiting.all_given_not_yet(told, days)
    return found


def _share(kind: Kind, left: int, rate: Share, waiting: Waiting, ahead: int) -> Share:
    if kind is Kind.ROLLING:
        return cohorts.over(rate, ahead)
    if kind is Kind.NOTICE or left == NO_END:
        return rate
    return waiting.given_not_yet(rate, left)


def _when(left: int | None) -> str:
    """When it is decided."""
    if left is None:
        return "it rolls on and can end any month"
    if left > 0:
        return f"its contract ends in {words.days(left)}"
    return f"its contract ended {_ago(-left)} and is not renewed"


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{words.days(days)} ago"
