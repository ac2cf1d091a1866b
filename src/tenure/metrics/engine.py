"""Computes metrics: the only place that scopes to accounts and cuts at dates.

Measures of one table that fold by the same key become one GROUP BY, for all dates together; then every metric
is an expression over the joined measures, in one projection. Nothing that happened or was recorded after a
date has a part in the figures as of it.

A set of metrics is compiled once; whose figures and as of when are small tables (`asked_accounts`,
`asked_dates`) and variables beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from tenure.metrics.definition import Measure, Measured, Metric
from tenure.metrics.functions import getvariable
from tenure.metrics.measures import Attribute
from tenure.metrics.sweeps import can_sweep, gather, sweep
from tenure.metrics.tables import COLUMNS, TABLES, Dated, Stated, Tables

ROW = ("account_id", "as_of")
SWEPT = "swept_"  # before the name of a table that is read once for all sweeps
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


@dataclass(frozen=True)
class _Fold:
    """Measures, by column, that one GROUP BY answers: of one table, by one key (None: over its history)."""

    table: str
    key: str | None
    measures: Mapping[str, Measure]
    some: bool
    is_swept: bool = False  # its one measure, through all days at once

    @property
    def there(self) -> str:
        """The column that says how many rows the fold found; null where it found none."""
        return f"{self.table}_{'_'.join(self.measures) if self.is_swept else self.key or 'ever'}"

    @property
    def rows(self) -> ir.Table:
        """The rows of the accounts asked for; those that count, if that is the same for all measures."""
        name = self.source
        rows = _table(name, self.some, named=f"{SWEPT}{name}" if self.is_swept else name)
        conditions = {one.where for one in self.measures.values()}
        shared = conditions.pop() if len(conditions) == 1 else None
        return rows.filter(shared.holds(rows)) if shared else rows

    @property
    def widest(self) -> int:
        """How many days the windows reach back."""
        return max((one.days or 0) + one.offset for one in self.measures.values())

    @property
    def source(self) -> str:
        """The smallest rollup of the table that has all columns the measures need."""
        kind = _kind(self.table)
        conditions = [one.where for one in self.measures.values() if one.where]
        if isinstance(kind, Stated) or not all(one.reads for one in conditions):
            return self.table
        fields = {one.field for one in self.measures.values()}
        fields.update(*(one.reads for one in conditions))
        needed = {kind.day, *fields, *((self.key, kind.month) if self.key else ())} - {None}
        # Rollups know what windows and the latest days need, not when it was first.
        rollups = () if any(one.gathers == "min" for one in self.measures.values()) else kind.rollups
        return next((name for name in rollups if needed <= COLUMNS[name].keys()), self.table)


def _table(name: str, some: bool, named: str = "") -> ir.Table:
    rows = ibis.table(COLUMNS[name], name=named or name)
    asked = ibis.table({"account_id": "string"}, name="asked_accounts")
    return rows.semi_join(asked, "account_id") if some else rows


def _dates() -> ir.Table:
    return ibis.table({"as_of": "date"}, name="asked_dates")


def _days_within(widest: int) -> ir.Table:
    """The days that windows ending on each date reach back to, with their `age` then: to look up is quicker
    than to compare every row with every date."""
    aged = _dates().mutate(age=ibis.range(0, widest).unnest().cast("int64"))
    back = aged.age.as_interval("D")
    return aged.mutate(counted=(aged.as_of - back).cast("timestamp").cast("date"))


def _asked_of(fold: _Fold) -> ir.Table:
    """Every account and date that a fold is asked about."""
    return _table("accounts", fold.some).select("account_id").cross_join(_dates())


def _measured(metrics: Sequence[Metric], some: bool, many: bool) -> _Measured:
    """Every measure of the metrics, joined to a row per account and date.

    The totals are compiled one by one, and joined as SQL: compiled as one expression they take twice as long.
    """
    measures = dict.fromkeys(one for metric in metrics for one in metric.measures.values())
    names = {one: f"m{number}" for number, one in enumerate(measures)}
    folds = _folds(names, some, many)
    every = _table("accounts", some).cross_join(_dates())
    totals = [
        _compiled(fold.table, fold.key, tuple(fold.measures.items()), some, fold.is_swept) for fold in folds
    ]
    schemas = (every.schema(), *(schema for schema, _ in totals))
    columns = {name: kind for schema in schemas for name, kind in schema.items()}
    rows = ibis.table(columns, name="joined")
    figures = {name: _figure(rows, fold, name) for fold in folds for name in fold.measures}
    given = {name: one.read(rows) for one, name in names.items() if isinstance(one, Attribute)}
    joins = "".join(f" LEFT JOIN ({sql}) USING ({', '.join(ROW)})" for _, sql in totals)
    joined = f"{_read_once(folds)}SELECT * FROM ({_sql(every)}){joins}"  # noqa: S608
    return _Measured(rows.select(*ROW, **figures, **given), names, joined)


@lru_cache(maxsize=512)
def _compiled(
    table: str, key: str | None, measures: tuple[tuple[str, Measure], ...], some: bool, is_swept: bool
) -> tuple[ibis.Schema, str]:
    """A fold's totals as SQL, and their columns: sets of metrics have many folds in common."""
    totals = _totals(_Fold(table, key, dict(measures), some, is_swept))
    return totals.schema(), _sql(totals)


def _read_once(folds: Sequence[_Fold]) -> str:
    """The tables that are swept, each read once for all its measures."""
    widest: dict[str, int] = {}
    for fold in folds:
        if fold.is_swept:
            widest[fold.source] = max(fold.widest, widest.get(fold.source, 0))
    kinds = {fold.source: _kind(fold.table) for fold in folds}
    read = [
        f"{SWEPT}{name} AS MATERIALIZED ({_sql(_within(_table(name, some=False), kind, days))})"
        for name, days in widest.items()
        if isinstance(kind := kinds[name], Dated)
    ]
    return f"WITH {', '.join(read)} " if read else ""


def _folds(names: Mapping[Measure, str], some: bool, many: bool) -> list[_Fold]:
    """The fewest groupings that answer all measures; one for each that is swept through many dates."""
    groups: defaultdict[tuple[str, str | None], dict[str, Measure]] = defaultdict(dict)
    swept = []
    for one, name in names.items():
        if isinstance(one, Attribute):
            continue
        key = _key(one)
        if many and one.days is not None and _can_sweep(one):
            swept.append(_Fold(one.table, key, {name: one}, some, is_swept=True))
        else:
            groups[one.table, key][name] = one
        if one.days is not None:
            groups[one.table, None] |= {}  # whether anything was ever known decides between 0 and no data
    return [*(_Fold(table, key, found, some) for (table, key), found in groups.items()), *swept]


def _can_sweep(one: Measure) -> bool:
    kind = _kind(one.table)
    is_known_at_once = isinstance(kind, Dated) and not (kind.known_from or kind.known_until)
    return is_known_at_once and can_sweep(one, _table(one.table, some=False))


def _key(one: Measure) -> str | None:
    """What a measure's rows are folded by first; None for the whole history of a dated table."""
    kind = _kind(one.table)
    if isinstance(kind, Dated) and one.days is None:
        if one.needs_days or kind.known_until:
            raise ValueError(f"{type(one).__name__}({one.column!r}): say over how many days")
        return None
    return one.key or kind.key


def _kind(table: str) -> Dated | Stated:
    """How a table is cut at dates."""
    kind = TABLES.get(table)
    if kind is None:
        raise ValueError(f"metrics cannot read {table!r}; there are {', '.join(TABLES)}")
    return kind


def _figure(rows: ir.Table, fold: _Fold, name: str) -> ir.Value:
    """A measure as a number. Of a window without rows it is empty, unless nothing was ever known."""
    one = fold.measures[name]
    number = one.figure(rows[name], rows.as_of)
    if one.days is None:
        return number
    seen = rows[_Fold(fold.table, None, {}, fold.some).there].notnull()
    return rows[fold.there].notnull().ifelse(number, seen.ifelse(one.empty, None)).cast("float64")


def _totals(fold: _Fold) -> ir.Table:
    """A fold's totals per account and date; no row where the table knows nothing of the account."""
    kind = _kind(fold.table)
    if isinstance(kind, Stated):
        return _of_states(fold, kind)
    if fold.key is None:
        return _of_history(fold, kind)
    if fold.is_swept:
        return _of_sweeps(fold, kind)
    return _of_windows(fold, kind)


def _of_windows(fold: _Fold, kind: Dated) -> ir.Table:
    """Totals over windows that end on each date."""
    rows, days = _within(fold.rows, kind, fold.widest), _days_within(fold.widest)
    dated = rows.join(days, rows[kind.day] == days.counted)
    if kind.known_from:
        dated = dated.filter(dated[kind.known_from] <= dated.as_of)
    if kind.known_until:
        dated = dated.filter(_runs(dated, kind.known_until))

    def in_window(one: Measure) -> ir.BooleanValue:
        return dated.age.between(one.offset, one.offset + (one.days or 0) - 1)

    return _total(_parts(dated, (*ROW, str(fold.key)), fold, in_window), fold)


def _of_sweeps(fold: _Fold, kind: Dated) -> ir.Table:
    """Totals of one measure over windows that end on each of many dates."""
    [(name, one)] = fold.measures.items()
    rows = fold.rows
    rows = rows.filter(rows[kind.day] > getvariable("first_date") - ibis.interval(days=fold.widest))
    parts = sweep(rows, one, kind.day, _asked_of(fold))
    named = {f"{name}_{part}": parts[part] for part in parts.columns if part not in (*ROW, "found")}
    return _total(parts.select(*ROW, rows=parts.found, **named), fold)


def _within(rows: ir.Table, kind: Dated, days: int) -> ir.Table:
    """Rows of so many days before the first date up to the last one: of the others nothing is read."""
    first = getvariable("first_date") - ibis.interval(days=days)
    last = getvariable("last_date")
    rows = rows.filter(rows[kind.day] > first, rows[kind.day] <= last)
    if kind.month is None:
        return rows
    months = [
        (bound + ibis.interval(days=shift)).strftime("%Y-%m") for bound, shift in ((first, -1), (last, 1))
    ]
    return rows.filter(rows[kind.month].between(*months))


def _of_history(fold: _Fold, kind: Dated) -> ir.Table:
    """Totals over all that was known by each date.

    What was known by the first date is one part per account, the rest a part per day.
    """
    rows = fold.rows
    known = ibis.greatest(rows[kind.day], rows[kind.known_from]) if kind.known_from else rows[kind.day]
    rows = rows.filter(known <= getvariable("last_date"))
    rows = rows.mutate(known=ibis.greatest(known, getvariable("first_date")))
    parts = _parts(rows, ("account_id", "known"), fold, lambda one: ibis.literal(True))
    how = {part: fold.measures[part.split("_")[0]].gathers for part in parts.columns if part[0] == "m"}
    return _total(gather(parts, "known", {"rows": "sum", **how}, _asked_of(fold)), fold)


def _of_states(fold: _Fold, kind: Stated) -> ir.Table:
    """Totals over what holds on each date, as known then; a row as soon as something had begun."""
    rows, dates = fold.rows, _dates()
    begun = [rows[kind.starts] <= dates.as_of, rows[kind.known_from] <= dates.as_of]
    dated = rows.join(dates, begun)
    dated = dated.filter(_runs(dated, kind.known_until))

    def holds(one: Measure) -> ir.BooleanValue:
        return ibis.literal(True) if one.also_ended else _runs(dated, kind.ends)

    return _total(_parts(dated, (*ROW, str(fold.key)), fold, holds), fold)


def _runs(dated: ir.Table, end: str) -> ir.BooleanValue:
    """Whether what ends on the day in a column, or never, still runs as of the date."""
    return dated[end].isnull() | (dated[end] > dated.as_of)


def _parts(
    rows: ir.Table, by: Sequence[str], fold: _Fold, chosen: Callable[[Measure], ir.BooleanValue]
) -> ir.Table:
    """The rows folded by key: for measure m0 its parts as columns m0_…"""
    by = list(dict.fromkeys(by))
    columns: dict[str, ir.Value] = {"rows": rows.count()}
    for name, one in fold.measures.items():
        condition = chosen(one) & one.where.holds(rows) if one.where else chosen(one)
        columns |= {f"{name}_{part}": value for part, value in one.parts(rows, condition).items()}
    return rows.group_by(by).agg(**columns)


def _total(parts: ir.Table, fold: _Fold) -> ir.Table:
    """Parts folded into one row per account and date."""
    columns: dict[str, ir.Value] = {fold.there: parts.rows.sum()}
    for name, one in fold.measures.items():
        prefix = f"{name}_"
        own = {key.removeprefix(prefix): parts[key] for key in parts.columns if key.startswith(prefix)}
        columns[name] = one.total(own)
    return parts.group_by(list(ROW)).agg(**columns)
