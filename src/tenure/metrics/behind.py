"""The rows behind a metric's value: who used what on which day, which contracts ran, who answered what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from tenure.metrics.definition import Measure, Metric
from tenure.metrics.measures import Attribute
from tenure.metrics.tables import COLUMNS, TABLES, Dated, Stated, Tables

MOST = 50

_PEOPLE = {"person_id": "string", "name": "string", "email": "string", "external_id": "string"}
_NOBODY = "somebody unknown"


@dataclass(frozen=True)
class Rows:
    """Rows of one table, newest first; `more` if there are others."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def behind(tables: Tables, metric: Metric, account_id: str, as_of: date) -> tuple[Rows, ...]:
    """What a metric of an account as of a day was computed from, by table."""
    read: defaultdict[str, list[Measure]] = defaultdict(list)
    for measure in metric.measures.values():
        if not isinstance(measure, Attribute):
            read[measure.table].append(measure)
    return tuple(_rows(tables, name, measures, account_id, as_of) for name, measures in read.items())


def _rows(tables: Tables, name: str, measures: list[Measure], account_id: str, as_of: date) -> Rows:
    rows = ibis.table(COLUMNS[name], name=name)
    rows = rows.filter(rows.account_id == account_id, *_cut(rows, name, measures, as_of))
    if all(one.where for one in measures):
        rows = rows.filter(reduce(or_, (one.where.holds(rows) for one in measures if one.where)))
    title, shown = _SHOWN[name](rows)
    query = ibis.to_sql(shown.limit(MOST + 1), dialect="duckdb")
    found = tables.connection.execute(str(query)).fetchall()
    return Rows(title, tuple(shown.columns), tuple(found[:MOST]), len(found) > MOST)


def _cut(rows: ir.Table, name: str, measures: list[Measure], as_of: date) -> Iterable[ir.BooleanValue]:
    """What counted as of the day, as known then."""
    kind, day = TABLES[name], ibis.date(as_of)
    if isinstance(kind, Stated):
        yield rows[kind.starts] <= day
        yield rows[kind.known_from] <= day
        ends = (
            (kind.known_until,) if all(one.also_ended for one in measures) else (kind.ends, kind.known_until)
        )
        for end in ends:
            yield rows[end].isnull() | (rows[end] > day)
    else:
        yield from _window(rows, kind, measures, as_of)


def _window(rows: ir.Table, kind: Dated, measures: list[Measure], as_of: date) -> Iterable[ir.BooleanValue]:
    yield rows[kind.day] <= ibis.date(as_of)
    if kind.known_from:
        yield rows[kind.known_from] <= ibis.date(as_of)
    if kind.known_until:
        yield rows[kind.known_until].isnull() | (rows[kind.known_until] > ibis.date(as_of))
    days = [one.days + one.offset for one in measures if one.days is not None]
    if len(days) == len(measures):
        first = as_of - timedelta(days=max(days))
        yield rows[kind.day] > ibis.date(first)
        if kind.month:
            yield rows[kind.month] >= f"{first:%Y-%m}"


def _use(rows: ir.Table) -> tuple[str, ir.Table]:
    shown = _named(rows).group_by(["day", "who", "event"]).agg(events=ibis._.events.sum().cast("int64"))
    return "Use, by day", shown.order_by([ibis.desc("day"), "who", "event"])


def _responses(rows: ir.Table) -> tuple[str, ir.Table]:
    shown = _named(rows).order_by(ibis.desc("turn")).select("responded_on", "who", "survey", "score")
    return "Answers", shown.rename(day="responded_on")


def _subscriptions(rows: ir.Table) -> tuple[str, ir.Table]:
    agreed = ("product", "amount_minor", "currency", "interval", "yearly_minor", "seats")
    days = ("starts_on", "ends_on", "runs_until", "due_on", "auto_renew")
    shown = rows.order_by(["starts_on", "term_id"]).select(*agreed, *days)
    return "Live contracts", shown


def _contracts(rows: ir.Table) -> tuple[str, ir.Table]:
    return "Contracts, the ended ones too", rows.order_by(["starts_on", "term_id"]).select(
        "starts_on", "ends_on"
    )


def _features(rows: ir.Table) -> tuple[str, ir.Table]:
    return "Key features of their plan", rows.select("feature").distinct().order_by("feature")


def _milestones(rows: ir.Table) -> tuple[str, ir.Table]:
    return "First time of each", rows.order_by(ibis.desc("day"), "event").select("day", "event")


def _tickets(title: str, day: str, *more: str) -> Callable[[ir.Table], tuple[str, ir.Table]]:
    """Shows tickets by the day on which what counts of them happened."""

    def shown(rows: ir.Table) -> tuple[str, ir.Table]:
        named = _named(rows).order_by(ibis.desc(day), "ticket_id")
        return title, named.select(day, "who", "subject", *more).rename(day=day)

    return shown


def _goals(rows: ir.Table) -> tuple[str, ir.Table]:
    names = ("title", "value", "target_value", "weight", "progress", "starts_on")
    return "Goals", rows.order_by(["title", "goal_id"]).select(*names).rename(since="starts_on")


def _named(rows: ir.Table) -> ir.Table:
    """Rows with `who`: a person's name, or what else is known of them."""
    people = ibis.table(_PEOPLE, name="people")
    joined = rows.left_join(people, rows.person_id == people.person_id)
    known = [joined[column].nullif("") for column in ("name", "email", "external_id")]
    return joined.mutate(who=ibis.coalesce(*known, _NOBODY))


def _events(rows: ir.Table) -> tuple[str, ir.Table]:
    named = _named(rows).order_by(ibis.desc("occurred_at"), "event")
    return "Events", named.select("day", "who", "event", "properties")


_SHOWN: dict[str, Callable[[ir.Table], tuple[str, ir.Table]]] = {
    "use_daily": _use,
    "product_events": _events,
    "responses": _responses,
    "subscriptions": _subscriptions,
    "contracts": _contracts,
    "plan_features": _features,
    "milestones": _milestones,
    "tickets": _tickets("Open tickets", "opened_on"),
    "contacts": _tickets("Tickets opened", "opened_on"),
    "replies": _tickets("Tickets answered", "replied_on", "hours"),
    "solutions": _tickets("Tickets solved", "solved_on", "hours", "handle_minutes", "reopens"),
    "settled": _tickets(
        "Tickets, a week after they were solved", "settled_on", "replies", "reopens", "came_back"
    ),
    "goals": _goals,
}
