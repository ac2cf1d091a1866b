"""The tables of the Portfolio page as files."""

from __future__ import annotations

from collections.abc import Callable

from tenure.health.months import AWAY, STATES
from tenure.kit.money import Money
from tenure.revenue import cohorts
from tenure.web.exporting import Field, Table, Value
from tenure.web.queries.portfolio import health, steps, trend
from tenure.web.queries.portfolio_scope import Asked, Scope
from tenure.web.queries.portfolio_why import every_row
from tenure.workspaces.access import Access


def table(access: Access, asked: Asked, name: str) -> Table:
    """One of `TABLES`. KeyError for another."""
    return TABLES[name](Scope.of(access, asked))


def _trend(scope: Scope) -> Table:
    fields = [Field("day", "day"), Field("arr", "money"), Field("paying_customers", "number")]
    rows = [(one.day, _money(scope, one.arr_minor), one.paying) for one in trend(scope)]
    return Table("ARR over time", fields, rows)


def _bridge(scope: Scope) -> Table:
    fields = [Field("step"), Field("arr", "money"), Field("share_of_start", "number")]
    found = steps(scope.movements)
    return Table("Bridge", fields, [(one.name, _money(scope, one.change_minor), one.share) for one in found])


def _movements(scope: Scope) -> Table:
    return _moved(scope, "period")


def _since(scope: Scope) -> Table:
    return _moved(scope, "since")


def _moved(scope: Scope, which: str) -> Table:
    names = ("account", "owner", "movement", "reason")
    amounts = [Field(name, "money") for name in ("arr_before", "arr_after", "change")]
    rows = [
        (
            called.name,
            called.owner,
            one.kind,
            one.reason,
            *(_money(scope, minor) for minor in (one.before_minor, one.after_minor, one.change_minor)),
        )
        for one, called in every_row(scope, which)
    ]
    return Table("Movements", [*(Field(name) for name in names), *amounts], rows)


def _cohorts(scope: Scope) -> Table:
    """A row for each cohort and age: what charts and spreadsheets take."""
    fields = [
        Field("began", "day"),
        Field("age", "number"),
        Field("customers", "number"),
        Field("still_paying", "number"),
        Field("arr_at_first", "money"),
        Field("arr", "money"),
    ]
    rows = [
        (one.opens, age, one.accounts, paying, _money(scope, one.started_minor), _money(scope, arr))
        for one in cohorts.cohorts(scope.ledger, scope.opens)
        for age, (paying, arr) in enumerate(zip(one.paying, one.arr_minor, strict=True))
    ]
    return Table("Cohorts", fields, rows)


def _health(scope: Scope) -> Table:
    names = ("good", "fair", "poor", "no_score", "improved", "worsened", "joined", "left")
    found = health(scope)
    flows = [None, *found.flows]
    rows: list[list[Value]] = []
    for day, counts, flow in zip(found.days, found.counts, flows, strict=True):
        moves = [None] * 4 if flow is None else [flow.improved, flow.worsened, flow.joined, flow.left]
        rows.append([day, *counts, *moves])
    return Table("Health by month", [Field("day", "day"), *(Field(name, "number") for name in names)], rows)


def _flow(scope: Scope) -> Table:
    found = health(scope)
    rows = [
        (one.first, one.last, STATES[before], STATES[after], int(one.counts[before, after]))
        for one in found.flows
        for before in range(AWAY + 1)
        for after in range(AWAY + 1)
        if one.counts[before, after]
    ]
    fields = [Field("from", "day"), Field("to", "day"), Field("before"), Field("after")]
    return Table("Flow of health", [*fields, Field("customers", "number")], rows)


def _money(scope: Scope, minor: int) -> Value:
    return Money(minor, scope.access.workspace.currency).amount


TABLES: dict[str, Callable[[Scope], Table]] = {
    "trend": _trend,
    "bridge": _bridge,
    "movements": _movements,
    "since": _since,
    "cohorts": _cohorts,
    "health": _health,
    "flow": _flow,
}
