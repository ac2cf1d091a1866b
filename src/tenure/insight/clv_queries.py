"""Reads of lifetime value and customer equity: per account, in all, what changed it, and who fits poorly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.health.models import Standing
from tenure.insight import clv, clv_costs
from tenure.insight.clv import PARTS, Cost, Payers, Side, Terms
from tenure.insight.clv_costs import Costs
from tenure.insight.clv_near import Own
from tenure.insight.clv_spells import Stretches, stretches
from tenure.insight.clv_survival import Force, in_force
from tenure.insight.hazard import queries as hazards
from tenure.insight.hazard.queries import InForce
from tenure.kit import clock, words
from tenure.revenue.columns import EPOCH, number
from tenure.workspaces.access import Access, access_for_machine

NOT_BEFORE = "{since} is not before {day}; a change goes from an earlier day to a later one"
SEGMENT_OF_NONE = "without a segment"
NOTHING_TO_COMPARE = (
    "No acquisition cost is booked to a customer who renewed and is in good health, so keeping is compared "
    "with lifetime value alone. Importing costs brings it."
)
_NEAR = "The hazard of the day, fading month by month into: "
CHANGES = {
    "new": "customers who did not pay before",
    "lost": "customers who no longer pay",
    "longer": "customers who have stayed longer, and so stay longer still",
    "margin": "what staying customers pay and cost",
    "chances": "what use, mood and service say of who leaves soon",
    "model": "how long customers are expected to stay at the same age, and the discount",
}


@dataclass(frozen=True)
class Worth:
    """What an account is worth: margin a year × years still to come, discounted. Money in minor units.

    `survived` periods of its `clock` (year, month) so far; `low` and `high` of an 80 % interval, None where
    the rate of loss is assumed. `serve_minor` and `retain_minor` are a year's. `rests_on` names the survival
    model.
    """

    id: str
    account_id: str
    name: str
    segment: str
    arr_minor: int
    serve_minor: float
    retain_minor: float
    margin_minor: float
    clock: str
    survived: int
    years: float
    value_minor: float
    low_minor: float | None
    high_minor: float | None
    model: str
    rests_on: str

    @property
    def says(self) -> str:
        """The value in words."""
        so_far = words.count(self.survived, self.clock)
        return f"{so_far} survived, {self.years:.1f} discounted years still to come. {self.rests_on}."


@dataclass(frozen=True)
class Equity:
    """The worth of those who pay on a day, in all: `accounts`, the most valuable first. Money in minor units.

    `low` and `high` of an 80 % interval, None where every rate is assumed. `left_out`: accounts whose
    amounts cannot be counted, with why.
    """

    as_of: date
    currency: str
    value_minor: float
    low_minor: float | None
    high_minor: float | None
    accounts: tuple[Worth, ...]
    models: tuple[Force, ...]
    terms: Terms
    left_out: Mapping[str, str]

    @property
    def says(self) -> str:
        """What it rests on that nobody has said."""
        assumed = {
            "gross_margin": f"a gross margin of {words.percent(self.terms.gross_margin)}",
            "discount": f"a discount of {words.percent(self.terms.discount)} a year",
            "hourly_minor": f"{words.money(self.terms.hourly_minor, self.currency)} for an hour of work",
        }
        named = [says for name, says in assumed.items() if name in self.terms.assumed]
        return f"Assumed, until you say: {words.listing(named)}." if named else ""


@dataclass(frozen=True)
class Part:
    """A part of a change: why, how many customers, and how much, in minor units."""

    name: str
    says: str
    accounts: int
    minor: float


@dataclass(frozen=True)
class Change:
    """Customer equity on two days, each as known then, and the change in parts that add up to it exactly."""

    since: date
    as_of: date
    currency: str
    before_minor: float
    after_minor: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class PoorFit:
    """An account that fits poorly, and why. Money in minor units; `compared_minor` None: no comparison."""

    id: str
    account_id: str
    name: str
    segment: str
    value_minor: float
    retain_minor: float
    compared_minor: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PoorFits:
    """Accounts that fit poorly, the worst first; `typical`: what a good fit of each segment cost to win."""

    as_of: date
    currency: str
    accounts: tuple[PoorFit, ...]
    typical: Mapping[str, float]
    says: str


@dataclass(frozen=True)
class _State:
    """All that values on a day are made of."""

    side: Side
    accounts: Mapping[str, Account]
    costs: Mapping[str, Costs]
    retain: Mapping[str, float]
    left_out: Mapping[str, str]
    by_hazard: frozenset[str]  # of whom a hazard says something


def equity(access: Access, as_of: date | None = None) -> Equity:
    """What the caller's customers are worth as of a day (today), from what was known then."""
    return _equity(access, _state(access, as_of or clock.today(access.workspace.zone)))


def together(access: Access, since: date, as_of: date) -> tuple[Equity, Change, PoorFits]:
    """Equity on a day, its change since an earlier one, and who fits poorly: what the three say one by one.

    ValueError if `since` is not before that day.
    """
    if since >= as_of:
        raise ValueError(NOT_BEFORE.format(since=since, day=as_of))
    state = _state(access, as_of)
    before = _state(access, since).side
    return _equity(access, state), _change(access, before, state.side), _poor_fits(access, state)


def worth_of(access: Access, account_id: str, as_of: date | None = None) -> Worth | None:
    """One account's; None if it does not pay on that day. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    return next((one for one in equity(access, as_of).accounts if one.id == account.pk), None)


def _equity(access: Access, state: _State) -> Equity:
    values = state.side.values
    total = values.draws.sum(axis=1)
    is_told = any(one.estimate is not None for one in values.forces)
    low, high = np.quantile(total, (clv.LOW, clv.HIGH)).tolist() if is_told else (None, None)
    rows = sorted(_rows(state), key=lambda one: (-one.value_minor, one.name, one.id))
    return Equity(
        _date(state.side.payers.day),
        access.workspace.currency,
        float(values.value.sum()),
        low,
        high,
        tuple(rows),
        tuple(state.side.forces),
        state.side.terms,
        state.left_out,
    )


def _rows(state: _State) -> list[Worth]:
    payers, values = state.side.payers, state.side.values
    low, high = values.interval
    years, value = values.years, values.value
    return [
        Worth(
            id=pk,
            account_id=state.accounts[pk].external_id,
            name=state.accounts[pk].name,
            segment=state.accounts[pk].segment,
            arr_minor=int(payers.arr[i]),
            serve_minor=float(payers.serve[i]),
            retain_minor=state.retain.get(pk, 0.0),
            margin_minor=float(values.margin[i]),
            clock=payers.clock[i],
            survived=int(values.survived[i]),
            years=float(years[i]),
            value_minor=float(value[i]),
            low_minor=None if np.isnan(low[i]) else float(low[i]),
            high_minor=None if np.isnan(high[i]) else float(high[i]),
            model=f"hazard, then {values.forces[i].name}" if pk in state.by_hazard else values.forces[i].name,
            rests_on=f"{_NEAR}{values.forces[i].says}" if pk in state.by_hazard else values.forces[i].says,
        )
        for i, pk in enumerate(payers.ids)
    ]


def change(access: Access, since: date, as_of: date | None = None) -> Change:
    """How equity came from what it was on `since` to what it is on a day (today), each as known then.

    ValueError if `since` is not before that day.
    """
    day = as_of or clock.today(access.workspace.zone)
    if since >= day:
        raise ValueError(NOT_BEFORE.format(since=since, day=day))
    return _change(access, *(_state(access, one).side for one in (since, day)))


def _change(access: Access, a: Side, b: Side) -> Change:
    found = clv.change(a, b)
    before, after = set(a.payers.ids), set(b.payers.ids)
    many = {"new": len(after - before), "lost": len(before - after)}
    return Change(
        _date(a.payers.day),
        _date(b.payers.day),
        access.workspace.currency,
        float(a.values.value.sum()),
        float(b.values.value.sum()),
        tuple(Part(name, CHANGES[name], many.get(name, len(before & after)), found[name]) for name in PARTS),
    )


def poor_fits(access: Access, as_of: date | None = None) -> PoorFits:
    """Who costs more to keep than they are worth, or than a good fit of their segment costs to win."""
    return _poor_fits(access, _state(access, as_of or clock.today(access.workspace.zone)))


def _poor_fits(access: Access, state: _State) -> PoorFits:
    payers, values = state.side.payers, state.side.values
    day = _date(payers.day)
    segments = dict(zip(payers.ids, payers.segment, strict=True))
    renewed = {pk for pk, many in zip(payers.ids, values.survived, strict=True) if many > 0}
    good = frozenset(renewed & _in_good_health(access, day))
    costs = {
        pk: Cost(state.retain.get(pk, 0.0), state.costs[pk].acquire if pk in state.costs else None)
        for pk in payers.ids
    }
    worth = dict(zip(payers.ids, values.value.tolist(), strict=True))
    typical = clv.acquisition(costs, segments, good)
    found = clv.poor_fits(worth, costs, typical, segments)
    currency = access.workspace.currency
    return PoorFits(
        day,
        currency,
        tuple(_poor_fit(one, state.accounts[one.account_id], currency) for one in found),
        typical,
        "" if typical else NOTHING_TO_COMPARE,
    )


def _poor_fit(one: clv.PoorFit, account: Account, currency: str) -> PoorFit:
    says = {
        "dear": f"keeping them costs {words.money(one.retain, currency)} in twelve months, more than the "
        f"{words.money(one.compared_with or 0, currency)} it took to win a good fit "
        f"{account.segment or SEGMENT_OF_NONE} (median)",
        "worthless": f"their lifetime value, {words.money(one.value, currency)}, is less than keeping them "
        f"costs in twelve months, {words.money(one.retain, currency)}",
    }
    return PoorFit(
        account.pk,
        account.external_id,
        account.name,
        account.segment,
        one.value,
        one.retain,
        one.compared_with,
        tuple(says[reason] for reason in one.reasons),
    )


def _in_good_health(access: Access, day: date) -> set[str]:
    standing = access.of(Standing).filter(as_of=day)
    if standing.exists():
        return set(standing.filter(band="good").values_list("account_id", flat=True))
    return {one.account_id for one in health.explanations(access, None, day) if one.score.band == "good"}


def _state(access: Access, day: date) -> _State:
    found = stretches(access, day)
    mine = {one.pk: one for one in access.of(Account)}
    costs = clv_costs.costs_of(access, day)
    terms = clv_costs.terms_of(access)
    payers = _payers(found, set(mine), number(day))
    there = dict(zip(payers.ids, (payers.day - payers.start).tolist(), strict=True))
    serving = {pk: one.hours * terms.hourly_minor for pk, one in costs.items()}
    serve = clv_costs.a_year(serving, there)
    payers = replace(payers, serve=np.array([serve.get(pk, 0.0) for pk in payers.ids]))
    forces = in_force(found.spells, number(day))
    learnt = hazards.in_force(access_for_machine(access.workspace), day)
    own = _own(payers, learnt) if learnt else None
    side = Side(payers, forces, terms, clv.values(payers, forces, terms, own))
    retain = clv_costs.a_year({pk: one.retain for pk, one in costs.items()}, there)
    left_out = {one.account_id: one.why for one in found.ledger.left_out if one.account_id in mine}
    known = frozenset(payers.ids[i] for i in own.known) if own else frozenset()
    return _State(side, mine, costs, retain, left_out, known)


def _own(payers: Payers, learnt: InForce) -> Own:
    """What the hazard in force says of payers."""
    scored = [learnt.scored.get(pk) for pk in payers.ids]
    return Own(
        np.array([one.near if one else np.nan for one in scored]),
        np.array([one.error if one else np.nan for one in scored]),
        learnt.hazard.fading,
    )


def _payers(found: Stretches, mine: set[str], day: int) -> Payers:
    """Those of the caller's accounts that pay on a day, by id."""
    pays = found.ledger.mrr(_date(day))
    arr = dict(zip(pays["account_id"].to_pylist(), pays["arr_minor"].to_pylist(), strict=True))
    spells = found.spells
    now = np.flatnonzero((spells.start <= day) & (spells.end > day))
    row = {found.account_ids[i]: int(i) for i in now}
    ids = tuple(sorted(pk for pk in arr if pk in mine and pk in row))
    at = np.array([row[pk] for pk in ids], dtype=np.int64)
    return Payers(
        day,
        ids,
        spells.start[at],
        np.array([arr[pk] for pk in ids], dtype=np.int64),
        np.zeros(len(ids)),
        tuple(spells.clock[at].tolist()),
        tuple(spells.segment[at].tolist()),
    )


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
