"""Windows that end on many days, in one sweep: what comes into a window, and what leaves it, added up by day.

Joining every row to each window that it lies in makes as many rows as a window has days. Here a row comes in
once and leaves once. It works for what adds up in whole numbers, so that it gives exactly the same; and for
counting different ones, where one is there from its first day until a window's length after its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from tenure.metrics.definition import Measure
from tenure.metrics.functions import getvariable

NEVER = date(9999, 12, 31)


def can_sweep(one: Measure, rows: ir.Table) -> bool:
    """Whether a measure over a window of `rows` can be had so."""
    if one.tells_apart:
        return True
    adds = one.gathers == "sum" and not one.needs_days
    return adds and all(part.type().is_integer() for part in _parts(one, rows).values())


def sweep(rows: ir.Table, one: Measure, day: str, asked: ir.Table) -> ir.Table:
    """The parts of a measure as of every day asked for, as columns, and how many rows gave them as `found`.

    `rows` are those that count and reach into a window; `asked` are the accounts and days (`account_id`,
    `as_of`). No row where there was nothing yet.
    """
    spans = _of_different(rows, one, day) if one.tells_apart else _of_sums(rows, one, day)
    spans = spans.filter(spans.leaves > getvariable("first_date"))
    parts = [name for name in spans.columns if name not in ("account_id", "comes", "leaves")]
    moves = _moves(spans, "comes", parts, 1).union(_moves(spans, "leaves", parts, -1))
    daily = moves.group_by("account_id", "day").agg(**{part: moves[part].sum() for part in parts})
    return gather(daily, "day", dict.fromkeys(parts, "sum"), asked)


def gather(daily: ir.Table, day: str, parts: Mapping[str, str], asked: ir.Table) -> ir.Table:
    """All up to each day asked for: the `sum`, `max` or `min` of every part of an account's days."""
    so_far = ibis.cumulative_window(group_by="account_id", order_by=day)
    columns = {part: getattr(daily[part], how)().over(so_far) for part, how in parts.items()}
    running = daily.select("account_id", gathered=daily[day], **columns)
    found = asked.asof_join(running, on=asked.as_of >= running.gathered, predicates="account_id")
    return found.filter(found.gathered.notnull()).select("account_id", "as_of", *parts)


def _of_sums(rows: ir.Table, one: Measure, day: str) -> ir.Table:
    """What each day adds, from when until before when it is in the window."""
    days = rows.group_by("account_id", day).agg(found=rows.count(), **_parts(one, rows))
    parts = [name for name in days.columns if name not in ("account_id", day)]
    comes = days[day] + ibis.interval(days=one.offset)
    return days.select("account_id", *parts, comes=_first(comes), leaves=_after(days[day], one))


def _of_different(rows: ir.Table, one: Measure, day: str) -> ir.Table:
    """Where each one is in the window because of a day; with the next day, it is there because of that."""
    rows = rows.filter(rows[one.field].notnull())
    days = rows.select("account_id", one.field, seen=rows[day]).distinct()
    again = days.seen.lead().over(group_by=["account_id", one.field], order_by="seen")
    days = days.mutate(again=again)
    comes = _first(days.seen + ibis.interval(days=one.offset))
    until = (days.again + ibis.interval(days=one.offset)).cast("date").fill_null(ibis.date(NEVER))
    leaves = ibis.least(_after(days.seen, one), until)
    one_each = {name: ibis.literal(1, "int64") for name in ("found", *_parts(one, rows))}
    spans = days.select("account_id", comes=comes, leaves=leaves, **one_each)
    return spans.filter(spans.leaves > spans.comes)


def _parts(one: Measure, rows: ir.Table) -> dict[str, ir.Value]:
    return one.parts(rows, rows.account_id.notnull())


def _first(day: ir.Value) -> ir.Value:
    """The first day asked for that something is there: all that came before comes on the first one."""
    return ibis.greatest(day.cast("date"), getvariable("first_date"))


def _after(day: ir.Value, one: Measure) -> ir.Value:
    """The first day that something is no longer in the window."""
    return (day + ibis.interval(days=one.offset + (one.days or 0))).cast("date")


def _moves(spans: ir.Table, when: str, parts: list[str], sign: int) -> ir.Table:
    moved = {part: (spans[part].sum() * sign).cast("int64") for part in parts}
    return spans.group_by("account_id", day=spans[when]).agg(**moved)
