"""Measures that one GROUP BY answers, and their totals per account and date, as queries. Pure.

Nothing that happened or was recorded after a date has a part in the figures as of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tenure.metrics.definition import Measure
from tenure.metrics.functions import getvariable
from tenure.metrics.measures import Attribute
from tenure.metrics.sweeps import can_sweep, gather, sweep
from tenure.metrics.tables import COLUMNS, TABLES, Dated, Stated

ROW = ("account_id", "as_of")
SWEPT = "swept_"  # before the name of a table that is read once for all sweeps


@dataclass(frozen=True)
class Fold:
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
        rows = table_of(name, self.some, named=f"{SWEPT}{name}" if self.is_swept else name)
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
        kind = kind_of(self.table)
        conditions = [one.where for one in self.measures.values() if one.where]
        if isinstance(kind, Stated) or not all(one.reads for one in conditions):
            return self.table
        fields = {one.field for one in self.measures.values()}
        fields.update(*(one.reads for one in conditions))
        needed = {kind.day, *fields, *((self.key, kind.month) if self.key else ())} - {None}
        # Rollups know what windows and the latest days need, not when it was first.
        rollups = () if any(one.gathers == "min" for one in self.measures.values()) else kind.rollups
        return next((name for name in rollups if needed <= COLUMNS[name].keys()), self.table)


def table_of(name: str, some: bool, named: str = "") -> ir.Table:
    """The rows of a table, of all accounts or of those that are asked for (`some`)."""
    rows = ibis.table(COLUMNS[name], name=named or name)
    asked = ibis.table({"account_id": "string"}, name="asked_accounts")
    return rows.semi_join(asked, "account_id") if some else rows


def asked_dates() -> ir.Table:
    """The dates that are asked for."""
    return ibis.table({"as_of": "date"}, name="asked_dates")


def _days_within(widest: int) -> ir.Table:
    """The days that windows ending on each date reach back to, with their `age` then: to look up is quicker
    than to compare every row with every date."""
    aged = asked_dates().mutate(age=ibis.range(0, widest).unnest().cast("int64"))
    back = aged.age.as_interval("D")
    return aged.mutate(counted=(aged.as_of - back).cast("timestamp").cast("date"))


def _asked_of(fold: Fold) -> ir.Table:
    """Every account and date that a fold is asked about."""
    return table_of("accounts", fold.some).select("account_id").cross_join(asked_dates())


def grouped(names: Mapping[Measure, str], some: bool, many: bool) -> list[Fold]:
    """The fewest groupings that answer all measures; one for each that is swept through many dates."""
    groups: defaultdict[tuple[str, str | None], dict[str, Measure]] = defaultdict(dict)
    swept = []
    for one, name in names.items():
        if isinstance(one, Attribute):
            continue
        key = _key(one)
        if many and one.days is not None and _can_sweep(one):
            swept.append(Fold(one.table, key, {name: one}, some, is_swept=True))
        else:
            groups[one.table, key][name] = one
        if one.days is not None:
            groups[one.table, None] |= {}  # whether anything was ever known decides between 0 and no data
    return [*(Fold(table, key, found, some) for (table, key), found in groups.items()), *swept]


def _can_sweep(one: Measure) -> bool:
    kind = kind_of(one.table)
    is_known_at_once = isinstance(kind, Dated) and not (kind.known_from or kind.known_until)
    return is_known_at_once and can_sweep(one, table_of(one.table, some=False))


def _key(one: Measure) -> str | None:
    """What a measure's rows are folded by first; None for the whole history of a dated table."""
    kind = kind_of(one.table)
    if isinstance(kind, Dated) and one.days is None:
        if one.needs_days or kind.known_until:
            raise ValueError(f"{type(one).__name__}({one.column!r}): say over how many days")
        return None
    return one.key or kind.key


def kind_of(table: str) -> Dated | Stated:
    """How a table is cut at dates."""
    kind = TABLES.get(table)
    if kind is None:
        raise ValueError(f"metrics cannot read {table!r}; there are {', '.join(TABLES)}")
    return kind


def figure_of(rows: ir.Table, fold: Fold, name: str) -> ir.Value:
    """A measure as a number. Of a window without rows it is empty, unless nothing was ever known."""
    one = fold.measures[name]
    number = one.figure(rows[name], rows.as_of)
    if one.days is None:
        return number
    seen = rows[Fold(fold.table, None, {}, fold.some).there].notnull()
    return rows[fold.there].notnull().ifelse(number, seen.ifelse(one.empty, None)).cast("float64")


def totals_of(fold: Fold) -> ir.Table:
    """A fold's totals per account and date; no row where the table knows nothing of the account."""
    kind = kind_of(fold.table)
    if isinstance(kind, Stated):
        return _of_states(fold, kind)
    if fold.key is None:
        return _of_history(fold, kind)
    if fold.is_swept:
        return _of_sweeps(fold, kind)
    return _of_windows(fold, kind)


def _of_windows(fold: Fold, kind: Dated) -> ir.Table:
    """Totals over windows that end on each date."""
    rows, days = read_within(fold.rows, kind, fold.widest), _days_within(fold.widest)
    dated = rows.join(days, rows[kind.day] == days.counted)
    if kind.known_from:
        dated = dated.filter(dated[kind.known_from] <= dated.as_of)
    if kind.known_until:
        dated = dated.filter(_runs(dated, kind.known_until))

    def in_window(one: Measure) -> ir.BooleanValue:
        return dated.age.between(one.offset, one.offset + (one.days or 0) - 1)

    return _total(_parts(dated, (*ROW, str(fold.key)), fold, in_window), fold)


def _of_sweeps(fold: Fold, kind: Dated) -> ir.Table:
    """Totals of one measure over windows that end on each of many dates."""
    [(name, one)] = fold.measures.items()
    rows = fold.rows
    rows = rows.filter(rows[kind.day] > getvariable("first_date") - ibis.interval(days=fold.widest))
    parts = sweep(rows, one, kind.day, _asked_of(fold))
    named = {f"{name}_{part}": parts[part] for part in parts.columns if part not in (*ROW, "found")}
    return _total(parts.select(*ROW, rows=parts.found, **named), fold)


def read_within(rows: ir.Table, kind: Dated, days: int) -> ir.Table:
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


def _of_history(fold: Fold, kind: Dated) -> ir.Table:
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


def _of_states(fold: Fold, kind: Stated) -> ir.Table:
    """Totals over what holds on each date, as known then; a row as soon as something had begun."""
    rows, dates = fold.rows, asked_dates()
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
    rows: ir.Table, by: Sequence[str], fold: Fold, chosen: Callable[[Measure], ir.BooleanValue]
) -> ir.Table:
    """The rows folded by key: for measure m0 its parts as columns m0_…"""
    by = list(dict.fromkeys(by))
    columns: dict[str, ir.Value] = {"rows": rows.count()}
    for name, one in fold.measures.items():
        condition = chosen(one) & one.where.holds(rows) if one.where else chosen(one)
        columns |= {f"{name}_{part}": value for part, value in one.parts(rows, condition).items()}
    return rows.group_by(by).agg(**columns)


def _total(parts: ir.Table, fold: Fold) -> ir.Table:
    """Parts folded into one row per account and date."""
    columns: dict[str, ir.Value] = {fold.there: parts.rows.sum()}
    for name, one in fold.measures.items():
        prefix = f"{name}_"
        own = {key.removeprefix(prefix): parts[key] for key in parts.columns if key.startswith(prefix)}
        columns[name] = one.total(own)
    return parts.group_by(list(ROW)).agg(**columns)
