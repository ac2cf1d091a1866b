"""What the Portfolio page reads: revenue over time, how it moved, cohorts, and how health flowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
from django.db.models import Q

from tenure.accounts.models import Account
from tenure.health import months
from tenure.health.months import AWAY, Flow
from tenure.revenue import cohorts, products
from tenure.revenue.cohorts import Cohort, Point
from tenure.revenue.moved import Because, Moved, because
from tenure.revenue.movements import Movements
from tenure.revenue.quarters import Quarter
from tenure.web.queries import ledger_kept, periods, targets
from tenure.web.queries.customers import Found
from tenure.web.queries.kept import Kept, is_large, state, whose
from tenure.web.queries.owned import narrowed
from tenure.web.queries.portfolio_scope import Asked, Called, Scope, called, first_day
from tenure.workspaces.access import Access

TREND_MONTHS = 24
MOVED = 8  # accounts in the list of what moved
MARKS = 400  # of the scatter


@dataclass(frozen=True)
class Loss:
    """A loss over one of the amounts that it can be divided by."""

    of: str
    whole: int  # minor units, or customers
    share: float | None


@dataclass(frozen=True)
class Step:
    """A step of the way from what was paid at the start to what is paid now, as a share of the start."""

    name: str
    figure: str
    change_minor: int
    share: float | None
    is_result: bool = False


@dataclass(frozen=True)
class Since:
    """What moved since a day."""

    accounts: int
    change_minor: int
    reasons: list[Because]
    largest: list[tuple[Moved, Called]]


@dataclass(frozen=True)
class Health:
    """How customers stood on each day, and how many moved between them."""

    days: list[date]
    counts: list[list[int]]  # by day, of good, fair, poor and without a score
    flows: list[Flow]


@dataclass(frozen=True)
class Portfolio:
    """The page."""

    scope: Scope
    trend: list[Point]
    movements: Movements
    year_before: Movements
    steps: list[Step]
    lost: list[Loss]
    lost_accounts: list[Loss]
    cohorts: list[Cohort]
    since: Since
    health: Health
    largest: Found  # the customers of the scatter

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return self.scope.asked

    @property
    def losses(self) -> list[tuple[Loss, Loss]]:
        """ARR and customers lost over each of the three wholes."""
        return list(zip(self.lost, self.lost_accounts, strict=True))


def takes_long(access: Access, asked: Asked) -> bool:
    """Whether the page would wait for its figures for more than a moment."""
    theirs = narrowed(access, asked.owner)
    return not ledger_kept.has(theirs, rolled_up=asked.rolled_up) and is_large(theirs)


def portfolio(access: Access, asked: Asked) -> Portfolio:
    """Everything the page shows of the caller's customers, kept until anything that it rests on moves."""
    scope = Scope.of(access, asked)
    key, now = (whose(scope.access), asked), state(scope.access, scope.today)
    made = _KEPT.get(key, now, lambda: _portfolio(scope), lambda found: len(found.scope.accounts))
    return replace(made, scope=scope)  # the caller's own, whoever asked first


_KEPT: Kept[Portfolio] = Kept(most=8, largest=300_000)


def _portfolio(scope: Scope) -> Portfolio:
    asked = scope.asked
    movements, period = scope.movements, asked.period
    return Portfolio(
        scope=scope,
        trend=trend(scope),
        movements=movements,
        year_before=scope.ledger.movements(
            periods.year_before(period.before), periods.year_before(period.last)
        ),
        steps=steps(movements),
        lost=lost(movements),
        lost_accounts=lost_accounts(movements),
        cohorts=cohorts.cohorts(scope.ledger, scope.opens),
        since=_since(scope),
        health=health(scope),
        largest=_largest(scope),
    )


def trend(scope: Scope) -> list[Point]:
    """ARR at the end of each of the last months, and today."""
    first = first_day(scope.ledger)
    if first is None:
        return []
    ends = [day for day in periods.month_ends(scope.today, TREND_MONTHS) if day >= first]
    return cohorts.trend(scope.ledger, [*ends, scope.today])


def aimed_at(scope: Scope) -> Quarter:
    """The quarter whose targets stand beside the figures: the one in which the period ends."""
    return Quarter.of(scope.asked.period.last, scope.access.workspace.fiscal_year_starts)


def aims(scope: Scope) -> dict[str, str]:
    """What each figure should be in that quarter, by what explains it."""
    return targets.shown(scope.access, str(aimed_at(scope)), scope.asked.owner, targets.PORTFOLIO)


def steps(movements: Movements) -> list[Step]:
    """From what was paid at the start over gross and net retention to what is paid at the end."""
    start, told = movements.start_arr, movements.totals

    def step(name: str, figure: str, change: int, *, is_result: bool = False) -> Step:
        return Step(name, figure, change, change / start if start else None, is_result)

    kept = start + told["churn"] + told["contraction"]
    grown = kept + told["expansion"]
    return [
        step("ARR at the start", "start", start, is_result=True),
        step("left", "churn", told["churn"]),
        step("pay less", "contraction", told["contraction"]),
        step("Gross retention", "grr", kept, is_result=True),
        step("pay more", "expansion", told["expansion"]),
        step("Net retention", "nrr", grown, is_result=True),
        step("new", "new", told["new"]),
        step("came back", "reactivation", told["reactivation"]),
        step("ARR at the end", "arr", movements.end_arr, is_result=True),
    ]


def lost(movements: Movements) -> list[Loss]:
    """What left and what shrank, over each of the amounts that others divide it by."""
    loss = -movements.total("churn") - movements.total("contraction")
    return _over(loss, movements.start_arr, movements.end_arr, "ARR")


def lost_accounts(movements: Movements) -> list[Loss]:
    """Who left, over each of the numbers of customers that others divide it by."""
    gone = int((movements.paying & (movements.after <= 0)).sum())
    return _over(gone, int(movements.paying.sum()), int((movements.after > 0).sum()), "customers")


def _over(part: int, start: int, end: int, unit: str) -> list[Loss]:
    wholes = {
        f"{unit} at the start": start,
        f"{unit} on average, start and end": round((start + end) / 2),
        f"{unit} at the end": end,
    }
    return [Loss(of, whole, part / whole if whole else None) for of, whole in wholes.items()]


def health(scope: Scope) -> Health:
    """How many customers stood in which band at the end of each month, and what flowed between."""
    days = scope.health_days
    states = scope.states(days)
    flows = [
        months.flow(before, after, first, last)
        for before, after, first, last in zip(states, states[1:], days, days[1:], strict=False)
    ]
    counts = [np.bincount(one, minlength=AWAY + 1)[:AWAY].tolist() for one in states]
    return Health(days, counts, flows)


def product_names(access: Access) -> list[str]:
    """The products that can be asked for."""
    return products.known(access)


def has_families(access: Access) -> bool:
    """Whether any customer belongs to another."""
    return access.of(Account).exclude(parent=None).exists()


def _since(scope: Scope) -> Since:
    found = scope.moved(min(scope.asked.since, scope.today), scope.today)
    first = found[:MOVED]
    names = called(scope.access, [one.account_id for one in first])
    return Since(
        accounts=len(found),
        change_minor=sum(one.change_minor for one in found),
        reasons=because(found),
        largest=[(one, names[one.account_id]) for one in first if one.account_id in names],
    )


def _largest(scope: Scope) -> Found:
    """The customers of today that pay most."""
    arr = scope.ledger.arr(scope.today)
    order = np.argsort(-arr, kind="stable")[:MARKS]
    ids = scope.accounts.take(pa.array(order[arr[order] > 0])).to_pylist()
    return Found(scope.access.workspace, Q(pk__in=ids), len(ids))
