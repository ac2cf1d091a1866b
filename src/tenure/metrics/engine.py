"""Computes metrics: the only place that scopes to accounts and cuts at dates.

Measures of one table that fold by the same key become one GROUP BY, for all dates together; then every metric
is an expression over the joined measures, in one projection. Nothing that happened or was recorded after a
date has a part in the figures as of it.

A set of metrics is compiled once; whose figures and as of when are small tables (`asked_accounts`,
`asked_dates`) and variables beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from tenure.metrics.definition import Measure, Measured, Metric
from tenure.metrics.folding import (
    ROW,
    SWEPT,
    Fold,
    asked_dates,
    figure_of,
    grouped,
    kind_of,
    read_within,
    table_of,
    totals_of,
)
from tenure.metrics.measures import Attribute
from tenure.metrics.tables import Dated, Tables

MANY_DATES = 40  # from which on sweeping through the days is quicker than looking at each window


def evaluate(
    tables: Tables,
    metrics: Sequence[Metric],
    as_of: Sequence[date],
    accounts: Collection[str] | None = None,
    once: Sequence[Metric] = (),
) -> pa.Table:
    """Metrics of accounts (None: all) as of the end of each of the dates; those of `once` of the last only.

    Columns `account_id`, `as_of`, and a float64 per metric, null where there is no data; one row per account
    and date, sorted by both. Money is in minor units.
    """
    some, dates = accounts is not None, sorted(set(as_of))
    values = _run(tables, _evaluation(tuple(metrics), some, len(dates) > MANY_DATES), dates, accounts)
    if not once:
        return values
    latest = _run(tables, _evaluation(tuple(once), some, False), dates[-1:], accounts)
    rows = np.full((len(latest), len(dates)), -1)
    rows[:, -1] = range(len(latest))
    places = pa.array(rows.ravel(), mask=rows.ravel() < 0)
    for metric in once:
        values = values.append_column(metric.name, latest[metric.name].take(places))
    return values


def compile_ahead(metrics: Sequence[Metric], dates: int, once: Sequence[Metric] = ()) -> None:
    """Compile what `evaluate` of all accounts and so many dates will run."""
    for some, many in ((metrics, dates > MANY_DATES), (once, False)):
        _evaluation(tuple(some), False, many)


def measure(
    tables: Tables, metric: Metric, as_of: Sequence[date], accounts: Collection[str] | None = None
) -> pa.Table:
    """The measures behind a metric, by their names in it, its `value`, and `lowest` and `highest` of its
    interval, null if it has none; rows as from `evaluate`."""
    return _run(tables, _measurement(metric, accounts is not None), as_of, accounts)


@lru_cache(maxsize=64)
def _evaluation(metrics: tuple[Metric, ...], some: bool, many: bool) -> str:
    measured = _measured(metrics, some, many)
    return measured.sql(measured.rows.select(*ROW, **{one.name: _value(one, measured) for one in metrics}))


@lru_cache(maxsize=64)
def _measurement(metric: Metric, some: bool) -> str:
    measured = _measured((metric,), some, many=False)
    lowest, highest = _interval(metric, measured)
    value = _value(metric, measured)
    return measured.sql(
        measured.rows.select(*ROW, **measured.of(metric), value=value, lowest=lowest, highest=highest)
    )


def _sql(query: ir.Table) -> str:
    return str(ibis.to_sql(query, dialect="duckdb", pretty=False))


def _run(tables: Tables, sql: str, as_of: Sequence[date], accounts: Collection[str] | None) -> pa.Table:
    """Run compiled SQL for these dates and accounts."""
    if not as_of:
        raise ValueError("as of which day?")
    with _asked(tables, sorted(set(as_of)), accounts):
        return tables.connection.sql(sql).to_arrow_table()


@contextmanager
def _asked(tables: Tables, dates: Sequence[date], accounts: Collection[str] | None) -> Iterator[None]:
    """Whose figures are asked for and as of when, where compiled SQL looks for it."""
    ids = pa.array(sorted(set(accounts or ())), pa.string())
    connection = tables.connection
    connection.register("asked_dates", pa.table({"as_of": pa.array(dates, pa.date32())}))
    connection.register("asked_accounts", pa.table({"account_id": ids}))
    connection.execute("SET VARIABLE first_date = ?::DATE", [dates[0]])
    connection.execute("SET VARIABLE last_date = ?::DATE", [dates[-1]])
    try:
        yield
    finally:
        connection.unregister("asked_dates")
        connection.unregister("asked_accounts")


@dataclass(frozen=True)
class _Measured:
    """A row per account and date, with a float64 column per measure; `rows` read a table `joined`."""

    rows: ir.Table
    names: Mapping[Measure, str]
    joined: str

    def sql(self, query: ir.Table) -> str:
        """A query of the rows as SQL."""
        return f"WITH joined AS ({self.joined}) SELECT * FROM ({_sql(query)}) ORDER BY {', '.join(ROW)}"  # noqa: S608

    def of(self, metric: Metric) -> dict[str, ir.FloatingColumn]:
        """A metric's measures by their names in it."""
        return {name: self.rows[self.names[one]] for name, one in metric.measures.items()}


def _value(metric: Metric, measured: _Measured) -> ir.Value:
    """A metric's value; what was divided by nothing is no data."""
    return _finite(metric.value(Measured(measured.of(metric))))


def _interval(metric: Metric, measured: _Measured) -> tuple[ir.Value, ir.Value]:
    """A metric's lowest and highest value."""
    if metric.interval is None:
        return ibis.null("float64"), ibis.null("float64")
    lowest, highest = metric.interval(Measured(measured.of(metric)))
    return _finite(lowest), _finite(highest)


def _finite(value: ir.Value) -> ir.Value:
    value = value.cast("float64")
    return (value.isnan() | value.isinf()).ifelse(None, value)


def _measured(metrics: Sequence[Metric], some: bool, many: bool) -> _Measured:
    """Every measure of the metrics, joined to a row per account and date.

    The totals are compiled one by one, and joined as SQL: compiled as one expression they take twice as long.
    """
    measures = dict.fromkeys(one for metric in metrics for one in metric.measures.values())
    names = {one: f"m{number}" for number, one in enumerate(measures)}
    folds = grouped(names, some, many)
    every = table_of("accounts", some).cross_join(asked_dates())
    totals = [
        _compiled(fold.table, fold.key, tuple(fold.measures.items()), some, fold.is_swept) for fold in folds
    ]
    schemas = (every.schema(), *(schema for schema, _ in totals))
    columns = {name: kind for schema in schemas for name, kind in schema.items()}
    rows = ibis.table(columns, name="joined")
    figures = {name: figure_of(rows, fold, name) for fold in folds for name in fold.measures}
    given = {name: one.read(rows) for one, name in names.items() if isinstance(one, Attribute)}
    joins = "".join(f" LEFT JOIN ({sql}) USING ({', '.join(ROW)})" for _, sql in totals)
    joined = f"{_read_once(folds)}SELECT * FROM ({_sql(every)}){joins}"  # noqa: S608
    return _Measured(rows.select(*ROW, **figures, **given), names, joined)


@lru_cache(maxsize=512)
def _compiled(
    table: str, key: str | None, measures: tuple[tuple[str, Measure], ...], some: bool, is_swept: bool
) -> tuple[ibis.Schema, str]:
    """A fold's totals as SQL, and their columns: sets of metrics have many folds in common."""
    totals = totals_of(Fold(table, key, dict(measures), some, is_swept))
    return totals.schema(), _sql(totals)


def _read_once(folds: Sequence[Fold]) -> str:
    """The tables that are swept, each read once for all its measures."""
    widest: dict[str, int] = {}
    for fold in folds:
        if fold.is_swept:
            widest[fold.source] = max(fold.widest, widest.get(fold.source, 0))
    kinds = {fold.source: kind_of(fold.table) for fold in folds}
    read = [
        f"{SWEPT}{name} AS MATERIALIZED ({_sql(read_within(table_of(name, some=False), kind, days))})"
        for name, days in widest.items()
        if isinstance(kind := kinds[name], Dated)
    ]
    return f"WITH {', '.join(read)} " if read else ""
