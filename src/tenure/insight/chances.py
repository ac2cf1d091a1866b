"""How likely each customer is lost by a day, and each open contract not renewed: what forecasts rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from tenure.accounts.models import Account
from tenure.insight import cohorts, decisions, shocks
from tenure.insight.cohorts import Kind, Share, Waiting
from tenure.insight.decisions import Decisions, OpenTerm
from tenure.insight.hazard import queries as hazards
from tenure.insight.hazard import scoring
from tenure.insight.hazard.queries import InForce
from tenure.insight.hazard.scoring import Scored
from tenure.kit import words
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.roles import Right

COHORTS = "what became of contracts like theirs"
HAZARD = "a hazard learnt from this workspace's history"


@dataclass(frozen=True)
class TermChance:
    """An open contract: P(not renewed), whenever that is decided, and P(lost by `until`).

    `p_lost` of one with an end is 0 before it ends, and then `p_not_renewed`; of one that rolls on both are
    P(ended by `until`). With an 80 % interval of `p_not_renewed`.
    """

    term_id: str
    subscription_id: str
    account_id: str
    ends_on: date | None
    is_past_due: bool
    p_not_renewed: float
    low: float
    high: float
    p_lost: float
    model: str
    reasons: tuple[str, ...]
    is_assumed: bool


@dataclass(frozen=True)
class AccountChance:
    """An account that pays: P(it is lost by `until`) with an 80 % interval, the model's name, and why."""

    account_id: str
    p_lost: float
    low: float
    high: float
    model: str
    reasons: tuple[str, ...]
    is_assumed: bool


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
    accounts: tuple[AccountChance, ...]
    terms: tuple[TermChance, ...]
    shock: float = shocks.ASSUMED

    @property
    def by_account(self) -> dict[str, AccountChance]:
        """The accounts by id."""
        return {one.account_id: one for one in self.accounts}

    @property
    def by_term(self) -> dict[str, TermChance]:
        """The open contracts by the id of their version in `term`."""
        return {one.term_id: one for one in self.terms}


def chances(access: Access, as_of: date, until: date) -> Chances:
    """The chance that each of the caller's accounts is lost by `until`, from what was known on `as_of`.

    Lost means paying nothing any more: all its contracts ended, effective on their ends, which a decision
    within the grace after `until` may show only later. Rates are the whole workspace's, also for whoever
    sees a book.
    ValueError if `until` is before `as_of`.
    """
    access.require(Right.READ)
    if until < as_of:
        raise ValueError(f"chances until {until}, which is before {as_of}: give a later day")
    known = decisions.versions(access_for_machine(access.workspace))
    found = decisions.decisions(known, as_of)
    learnt = hazards.in_force(access_for_machine(access.workspace), as_of) if found.open_terms else None
    mine = set(access.of(Account).values_list("pk", flat=True)) if access.is_narrowed else None
    terms = [one for one in _of_terms(found, until, learnt) if mine is None or one.account_id in mine]
    held = [one for one in found.held if mine is None or one in mine]
    accounts = tuple(_of_accounts(terms, held))
    says = f"{_assumed(terms)} {learnt.says}".strip() if learnt else _says(terms, found.since)
    shock = learnt.shock if learnt else shocks.ASSUMED
    return Chances(as_of, until, HAZARD if learnt else COHORTS, says, accounts, tuple(terms), shock)


def _says(terms: list[TermChance], since: date | None) -> str:
    if not terms:
        return "No contract is open, so there is nothing to lose or renew."
    counted = f"Counted: the share lost among comparable contracts {cohorts.when(since)}."
    before = " Before, the record holds only customers who stayed." if since else ""
    return _assumed(terms) or f"{counted}{before}"


def _assumed(terms: list[TermChance]) -> str:
    assumed = sum(one.is_assumed for one in terms)
    if not assumed:
        return ""
    some = f"The rate of {assumed:,} of {len(terms):,} contracts is"
    which = "All rates are" if assumed == len(terms) else some
    return f"{which} assumed: too few comparable contracts were decided in the last two years."


def _of_terms(found: Decisions, until: date, learnt: InForce | None) -> Iterator[TermChance]:
    """Each open contract by the hazard, else by the rate of its kind, and by how long it has been waiting."""
    rates, waiting = cohorts.rates(found.past, found.since), Waiting(found.lateness)
    ahead = (until - found.as_of).days
    alike: dict[tuple[Kind, int | None], Share] = {}  # of the many that end on the same day
    for term in found.open_terms:
        scored = learnt.scored.get(term.account_id) if learnt else None
        if learnt and scored and term.kind is not Kind.NOTICE:
            yield _of_term(term, _by_hazard(term, learnt, scored, waiting, ahead), until, HAZARD)
        else:
            key = term.kind, term.days_left
            if key not in alike:
                alike[key] = _share(term, rates[term.kind], waiting, ahead)
            yield _of_term(term, alike[key], until, COHORTS)


def _by_hazard(term: OpenTerm, learnt: InForce, scored: Scored, waiting: Waiting, ahead: int) -> Share:
    rolls = term.days_left is None
    share = scoring.share(learnt.hazard, scored, rolls, ahead if term.days_left is None else term.days_left)
    return share if term.days_left is None else waiting.given_not_yet(share, term.days_left)


def _of_term(term: OpenTerm, share: Share, until: date, model: str) -> TermChance:
    may_go = term.ends_on is None or term.ends_on <= until
    is_past_due = term.days_left is not None and term.days_left <= 0
    return TermChance(
        term.term_id,
        term.subscription_id,
        term.account_id,
        term.ends_on,
        is_past_due,
        share.value,
        share.low,
        share.high,
        share.value if may_go else 0.0,
        model,
        _reasons(term, share),
        share.is_assumed,
    )


def _share(term: OpenTerm, rate: Share, waiting: Waiting, ahead: int) -> Share:
    if term.kind is Kind.ROLLING:
        return cohorts.over(rate, ahead)
    if term.kind is Kind.NOTICE or term.days_left is None:
        return rate
    return waiting.given_not_yet(rate, term.days_left)


def _reasons(term: OpenTerm, share: Share) -> tuple[str, ...]:
    """When it is decided, and what became of others like it."""
    if term.days_left is None:
        when = "it rolls on and can end any month"
    elif term.days_left > 0:
        when = f"its contract ends in {words.days(term.days_left)}"
    else:
        when = f"its contract ended {_ago(-term.days_left)} and is not renewed"
    return (when, *share.says)


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{words.days(days)} ago"


def _of_accounts(terms: list[TermChance], held: list[str]) -> Iterator[AccountChance]:
    """A customer is lost with its last contract.

    Its contracts are decided by the same people for the same reasons: the one most likely to stay decides.
    """
    open_of = {key: list(rows) for key, rows in groupby(terms, key=lambda one: one.account_id)}
    renewed = set(held)
    for account_id in sorted({*open_of, *held}):
        rows = open_of.get(account_id, [])
        if account_id in renewed:
            yield AccountChance(
                account_id, 0.0, 0.0, 0.0, COHORTS, ("its contract is renewed already",), False
            )
        else:
            yield _of_account(account_id, rows)


def _of_account(account_id: str, rows: list[TermChance]) -> AccountChance:
    keeps = min(rows, key=lambda one: (one.p_lost, one.p_not_renewed))
    low, high = (keeps.low, keeps.high) if keeps.p_lost > 0 else (0.0, 0.0)
    return AccountChance(account_id, keeps.p_lost, low, high, keeps.model, keeps.reasons, keeps.is_assumed)
