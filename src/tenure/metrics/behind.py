"""The rows behind a metric's value: who used what on which day, which contracts ran, who answered what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from tenure.metrics.definition import Attribute, Measure, Metric
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
        for end in (kind.ends, kind.known_until):
            yield rows[end].isnull() | (rows[end] > day)
    else:
        yield from _window(rows, kind, measures, as_of)


def _window(rows: ir.Table, kind: Dated, measures: list[Measure], as_of: date) -> Iterable[ir.BooleanValue]:
    yield rows[kind.day] <= ibis.date(as_of)
    if kind.known_from:
        yield rows[kind.known_from] <= ibis.date(as_of)
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
    names = ("product", "amount_minor", "interval", "seats", "starts_on", "ends_on")
    return "Live contracts", rows.order_by(["starts_on", "term_id"]).select(*names)


def _named(rows: ir.Table) -> ir.Table:
    """Rows with `who`: a person's name, or what else is known of them."""
    people = ibis.table(_PEOPLE, name="people")
    joined = rows.left_join(people, rows.person_id == people.person_id)
    known = [joined[column].nullif("") for column in ("name", "email", "external_id")]
    return joined.mutate(who=ibis.coalesce(*known, _NOBODY))


_SHOWN = {"use_daily": _use, "responses": _responses, "subscriptions": _subscriptions}
