"""What the Portfolio page reads: revenue over time, how it moved, cohorts, and how health flowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from tenure.accounts.models import Account
from tenure.health import months
from tenure.health.models import Standing
from tenure.health.months import AWAY, Flow, States
from tenure.kit import clock
from tenure.renewals import calls
from tenure.renewals.rules import code_of
from tenure.revenue import cohorts, products, queries
from tenure.revenue.cohorts import Cohort, Point
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.moved import Because, Moved, because, moved
from tenure.revenue.movements import Movements
from tenure.revenue.quarters import Quarter
from tenure.web.queries import ledger_kept, periods, targets
from tenure.web.queries.customers import Found
from tenure.web.queries.kept import Kept, state
from tenure.web.queries.owned import narrowed
from tenure.web.queries.periods import Period
from tenure.workspaces.access import Access

TREND_MONTHS, HEALTH_MONTHS = 24, 13
COHORTS = {"quarter": (3, 12), "month": (1, 24)}  # months of a cohort, and how many are shown
MOVED = 8  # accounts in the list of what moved
MARKS = 400  # of the scatter
VALUE, COUNT = "value", "count"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a period, whose customers, of which product, since when things moved."""

    period: Period
    since: date
    owner: str = ""  # as accounts name them, or `team:` and a member's e-mail
    product: str = ""
    cohorts: str = VALUE  # or COUNT
    by: str = "quarter"  # or month

    @classmethod
    def of(cls, asked: Mapping[str, str], today: date, year_starts: int) -> Asked:
        """Read an address; what it asks in vain is as if it did not ask."""
        since = periods.day_of(asked.get("since", ""), today) or periods.monday_before(today)
        return cls(
            periods.period_of(asked, today, year_starts),
            since,
            asked.get("owner", "").replace("\0", "")[:254],
            asked.get("product", "").replace("\0", "")[:200],
            COUNT if asked.get("cohorts") == COUNT else VALUE,
            "month" if asked.get("by") == "month" else "quarter",
        )

    @property
    def fields(self) -> dict[str, str]:
        """The same, as an address has it: only what is not usual, but for the day since when things moved."""
        period = self.period
        days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        told = days if period.name == periods.CUSTOM else {"period": period.name}
        rest = {"owner": self.owner, "product": self.product, "since": self.since.isoformat()}
        shown = {"cohorts": self.cohorts, "by": self.by}
        usual = {"period": periods.TWELVE, "cohorts": VALUE, "by": "quarter"}
        return {
            key: value
            for key, value in {**told, **rest, **shown}.items()
            if value and usual.get(key) != value
        }

    @property
    def first_moved(self) -> date:
        """The first day of what moved since an evening."""
        return self.since + timedelta(days=1)

    @property
    def query(self) -> str:
        """The address's query."""
        return urlencode(self.fields)

    def but(self, **fields: str) -> str:
        """The query with some of its fields others; an empty one goes."""
        gone = {"from", "to", "period"} if "period" in fields else set()
        kept = {key: value for key, value in self.fields.items() if key not in gone}
        return urlencode({key: value for key, value in {**kept, **fields}.items() if value})


@dataclass(frozen=True)
class Scope:
    """The ledger of the customers and products that are asked for; `access` is held to those customers."""

    access: Access
    asked: Asked
    today: date
    ledger: Ledger
    has_terms: bool  # whether there are contracts at all

    @classmethod
    def of(cls, access: Access, asked: Asked) -> Scope:
        """Narrow the caller's ledger to what is asked."""
        theirs = narrowed(access, asked.owner)
        whole = ledger_kept.ledger(theirs)
        has_terms = len(whole.terms) > 0 or queries.has_terms(access)
        return cls(theirs, asked, whole.known_on, _of_product(whole, asked.product), has_terms)

    @property
    def accounts(self) -> pa.Array:
        """Whoever ever had a contract."""
        return self.ledger.terms.accounts

    @property
    def movements(self) -> Movements:
        """From the state before the period to that of its last day."""
        return self.ledger.movements(self.asked.period.before, self.asked.period.last)

    def moved(self, a: date, b: date) -> list[Moved]:
        """Who moved from the end of one day to that of another, with the reasons of losses."""
        said = {
            one.account_id: self.codes.get((one.account_id, one.lost_on), (code_of(one.said) or "", ""))[0]
            for one in losses(self.ledger, a + timedelta(days=1), b)
        }
        return moved(self.ledger, a, b, said)

    @cached_property
    def codes(self) -> Mapping[tuple[str, date], tuple[str, str]]:
        """The reasons that people gave, with their notes, by account and day."""
        return calls.codes(self.access, self.today)

    @cached_property
    def opens(self) -> list[date]:
        """The first days of the periods of which cohorts are made, the last being the one that runs."""
        step, most = COHORTS[self.asked.by]
        year_starts = self.access.workspace.fiscal_year_starts
        last = periods.quarter_of(self.today, year_starts) if step == 3 else self.today.replace(day=1)
        first = _first_day(self.ledger) or last
        found = [periods.months_on(last, -step * back) for back in range(most, -1, -1)]
        return [day for day in found if periods.months_on(day, step) > first]

    def states(self, days: Sequence[date]) -> list[States]:
        """The health of each account on each of some days, today by its standing."""
        told = months.bands(
            self.access.workspace.id, self.accounts, [day for day in days if day < self.today]
        )
        if days[-1] == self.today:
            rows = self.access.of(Standing).values_list("account_id", "band")
            now = np.full(len(self.accounts), months.UNSCORED, dtype=np.int8)
            columns = zip(*rows, strict=True) if rows else ((), ())
            told_now = dict(
                zip(("account_id", "band"), (pa.array(one, pa.string()) for one in columns), strict=True)
            )
            months.put(now, self.accounts, pa.table(told_now))
            told = [*told, now]
        pays = (self.ledger.arr(day) > 0 for day in days)
        return [np.where(is_paying, one, AWAY) for one, is_paying in zip(told, pays, strict=True)]

    @property
    def health_days(self) -> list[date]:
        """The ends of the last months, and today."""
        first = _first_day(self.ledger) or self.today
        ends = [day for day in periods.month_ends(self.today, HEALTH_MONTHS - 1) if day >= first]
        return [*ends, self.today]


@dataclass(frozen=True)
class Called:
    """What an account is called, and whose it is."""

    name: str
    owner: str


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


def portfolio(access: Access, asked: Asked) -> Portfolio:
    """Everything the page shows of the caller's customers, kept until anything that it rests on moves."""
    scope = Scope.of(access, asked)
    key = (state(scope.access, scope.today), asked)
    made = _KEPT.get(key, lambda: _portfolio(scope), lambda found: len(found.scope.accounts))
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
    first = _first_day(scope.ledger)
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


def called(access: Access, account_ids: Iterable[str]) -> dict[str, Called]:
    """What some accounts are called."""
    rows = access.of(Account).filter(pk__in=list(account_ids)).values_list("pk", "name", "owner")
    return {key: Called(name, owner) for key, name, owner in rows}


def product_names(access: Access) -> list[str]:
    """The products that can be asked for."""
    return products.known(access)


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


def _of_product(ledger: Ledger, product: str) -> Ledger:
    """What others cost counts as nothing, but renews as it does."""
    if not product:
        return ledger
    table = ledger.terms.table
    is_it = pc.equal(pc.fill_null(table["product"], ""), product)
    worth = pc.if_else(is_it, table["arr_minor"], pa.scalar(0, pa.int64()))
    place = table.schema.get_field_index("arr_minor")
    return Ledger.of(table.set_column(place, "arr_minor", worth), ledger.known_on, ledger.left_out)


def _first_day(ledger: Ledger) -> date | None:
    """The first day on which anybody paid anything, if that has come."""
    starts = ledger.terms.start[ledger.is_paid]
    found = date(1970, 1, 1) + timedelta(days=int(starts.min())) if len(starts) else None
    return found if found is not None and found <= ledger.known_on else None


def asked_of(access: Access, asked: Mapping[str, str]) -> Asked:
    """What an address asks for, in the caller's workspace."""
    workspace = access.workspace
    return Asked.of(asked, clock.today(workspace.zone), workspace.fiscal_year_starts)
