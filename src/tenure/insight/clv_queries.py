"""Reads of lifetime value and customer equity: per account, in all, what changed it, and who fits poorly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.health.models import Standing
from tenure.insight import clv, clv_change, clv_fit, clv_keeping
from tenure.insight.clv_change import Moved, Side
from tenure.insight.clv_fit import Cost
from tenure.insight.clv_rows import Equity, Worth, date_of, rows, used
from tenure.insight.clv_state import State
from tenure.kit import clock, words
from tenure.workspaces.access import Access

NOT_BEFORE = "{since} is not before {day}; a change goes from an earlier day to a later one"
SEGMENT_OF_NONE = "without a segment"
NOTHING_TO_COMPARE = (
    "No acquisition cost is booked to a customer who renewed and is in good health, so keeping is compared "
    "with lifetime value alone. Importing costs brings it."
)
CHANGES = {
    "lost": "customers who no longer pay",
    "paid": "paid meanwhile by who stays",
    "longer": "who stays, and so stays longer",
    "chances": "what use, mood and service say",
    "notice": "notice given, or an end agreed",
    "expansion": "expected expansion",
    "margin": "what they pay and cost now",
    "model": "how long anybody stays, and the discount",
    "new": "customers who did not pay before",
}


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
class Mover:
    """A customer behind a part of a change: its value on both days and share of the part, minor units."""

    id: str
    name: str
    before_minor: float
    after_minor: float
    minor: float


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
    day = as_of or clock.today(access.workspace.zone)
    state = clv_keeping.state(access.workspace, day, [account.pk])
    return next(rows(state, np.arange(len(state.side.payers))), None)


def _equity(access: Access, state: State) -> Equity:
    values, models = state.side.values, state.side.values.models
    is_told = bool(len(values.margin)) and bool((~np.isnan(state.low)).any())
    low, high = np.quantile(values.totals, (clv.LOW, clv.HIGH)).tolist() if is_told else (None, None)
    return Equity(
        date_of(state.side.payers.day),
        access.workspace.currency,
        float(values.value.sum()),
        float(values.expansion.sum()),
        low,
        high,
        tuple(models.forces),
        tuple(models.growths),
        state.side.terms,
        state.left_out,
        used(state),
        state,
    )


def change(access: Access, since: date, as_of: date | None = None) -> Change:
    """How equity came from what it was on `since` to what it is on a day (today), each as known then.

    ValueError if `since` is not before that day.
    """
    day = as_of or clock.today(access.workspace.zone)
    if since >= day:
        raise ValueError(NOT_BEFORE.format(since=since, day=day))
    return _change(access, *(_state(access, one).side for one in (since, day)))


def _change(access: Access, a: Side, b: Side) -> Change:
    moved = clv_change.by_customer(a, b)
    return Change(
        date_of(a.payers.day),
        date_of(b.payers.day),
        access.workspace.currency,
        float(a.values.value.sum()),
        float(b.values.value.sum()),
        tuple(_part(name, CHANGES[name], one) for name, one in moved.items()),
    )


def _part(name: str, says: str, one: Moved) -> Part:
    return Part(name, says, int(np.count_nonzero(one.amounts)), float(one.amounts.sum()))


def moved(access: Access, since: date, as_of: date, part: str) -> list[Mover]:
    """Who stands behind a part of a change, who moved most first. KeyError for a part that there is not."""
    before, after = (_state(access, one) for one in (since, as_of))
    found = clv_change.by_customer(before.side, after.side)[part]
    names: dict[str, str] = {}
    was: dict[str, float] = {}
    is_now: dict[str, float] = {}
    for state, values in ((before, was), (after, is_now)):
        ids = state.side.payers.ids.tolist()
        names |= dict(zip(ids, state.names.tolist(), strict=True))
        values |= dict(zip(ids, state.side.values.value.tolist(), strict=True))
    order = np.argsort(-abs(found.amounts), kind="stable")
    return [
        Mover(pk, names[pk], was.get(pk, 0.0), is_now.get(pk, 0.0), minor)
        for pk, minor in zip(found.ids[order].tolist(), found.amounts[order].tolist(), strict=True)
        if minor
    ]


def poor_fits(access: Access, as_of: date | None = None) -> PoorFits:
    """Who costs more to keep than they are worth, or than a good fit of their segment costs to win."""
    return _poor_fits(access, _state(access, as_of or clock.today(access.workspace.zone)))


def _poor_fits(access: Access, state: State) -> PoorFits:
    payers, values = state.side.payers, state.side.values
    day, value, acquire = date_of(payers.day), values.value, state.acquire
    segments = dict(zip(payers.ids.tolist(), payers.segment.tolist(), strict=True))
    has_cost = np.flatnonzero(~np.isnan(acquire) & (values.survived > 0))
    good = _in_good_health(access, day) if len(has_cost) else set()
    costs = {
        str(payers.ids[i]): Cost(float(state.retain[i]), float(acquire[i]))
        for i in has_cost
        if payers.ids[i] in good
    }
    typical = clv_fit.acquisition(costs, segments, frozenset(costs))
    # Whoever costs nothing to keep and is worth something fits.
    doubted = np.flatnonzero((state.retain > 0) | (value < 0))
    costs = {str(payers.ids[i]): Cost(float(state.retain[i]), None) for i in doubted}
    worth = {str(payers.ids[i]): float(value[i]) for i in doubted}
    place = dict(zip(payers.ids[doubted].tolist(), doubted.tolist(), strict=True))
    found = clv_fit.poor_fits(worth, costs, typical, segments)
    return PoorFits(
        day,
        access.workspace.currency,
        tuple(_poor_fit(one, state, place[one.account_id], access.workspace.currency) for one in found),
        typical,
        "" if typical else NOTHING_TO_COMPARE,
    )


def _poor_fit(one: clv_fit.PoorFit, state: State, place: int, currency: str) -> PoorFit:
    segment = str(state.side.payers.segment[place])
    says = {
        "dear": f"keeping them costs {words.money(one.retain, currency)} in twelve months, more than the "
        f"{words.money(one.compared_with or 0, currency)} it took to win a good fit "
        f"{segment or SEGMENT_OF_NONE} (median)",
        "worthless": f"their lifetime value, {words.money(one.value, currency)}, is less than keeping them "
        f"costs in twelve months, {words.money(one.retain, currency)}",
    }
    return PoorFit(
        one.account_id,
        str(state.refs[place]),
        str(state.names[place]),
        segment,
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


def _state(access: Access, day: date) -> State:
    """That of the caller's accounts, by the models of all."""
    mine = access.of(Account)  # asks for the right to read
    ids = list(mine.values_list("pk", flat=True)) if access.is_narrowed else None
    return clv_keeping.state(access.workspace, day, ids)
