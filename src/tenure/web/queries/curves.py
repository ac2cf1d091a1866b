"""Curves as they are drawn: over the histogram of what the accounts have now, in the units people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from django.db.models import Case, Count, F, FloatField, IntegerField, Max, Min, QuerySet, When
from django.db.models.functions import Cast, Greatest, Least

from tenure.accounts.models import Account
from tenure.metrics.definition import Metric
from tenure.metrics.models import MetricValue
from tenure.web.queries.profile_drafts import Draft, Measure, Row, read_number, scale_of, unit_of, written
from tenure.workspaces.access import Access

BINS = 24
WIDTH, HEIGHT = 400.0, 150.0
LEFT, TOP, RIGHT, BOTTOM = 30.0, 10.0, 10.0, 20.0
_REACH = 0.25  # of the curve's width that is shown beyond it, where there are values


@dataclass(frozen=True)
class Spread:
    """The values that accounts have now: least, most, how many."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Drawing:
    """A curve with what lies under it. Coordinates are of the drawing, `dots` also carry value and points."""

    low: float
    high: float
    step: float  # by which a key moves a point
    bars: tuple[tuple[float, float, float, float, int], ...]  # x, y, width, height, accounts
    line: str
    dots: tuple[tuple[float, float, float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]
    known: int  # accounts that have the figure
    unit: str


def drawings(access: Access, draft: Draft, accounts: QuerySet[Account] | None) -> dict[str, Drawing]:
    """A drawing per measure of a draft; `accounts` are those it is for (None: all). Two queries."""
    currency = access.workspace.currency
    spreads = _spreads(access, draft, accounts, currency)
    curves = {one.name: _curve(one) for one in draft.measures}
    spans = {one.name: _span(curves[one.name], spreads.get(one.name)) for one in draft.measures}
    counts = _counts(access, draft, spans, accounts, currency)
    return {
        one.name: _drawing(
            curves[one.name],
            spans[one.name],
            counts.get(one.name, {}),
            spreads.get(one.name),
            unit_of(one.metric, currency),
        )
        for one in draft.measures
    }


def first_curve(access: Access, metric: Metric) -> tuple[Row, ...]:
    """A straight curve over what accounts have now, to begin with; over usual values where there are none."""
    currency = access.workspace.currency
    rows = access.of(MetricValue).filter(metric=metric.name)
    found = rows.aggregate(low=Min("value"), high=Max("value"))
    scale = scale_of(metric, currency)
    low, high = 0.0, _USUAL.get(metric.unit.value, 10.0) * scale
    if found["low"] is not None and found["high"] > found["low"]:
        low, high = found["low"] * scale, found["high"] * scale
    ends = ("100", "0") if metric.better == "down" else ("0", "100")
    return (written(low), ends[0]), (written(high), ends[1])


_USUAL = {"share": 1.0, "ratio": 2.0, "days": 60.0, "points": 100.0, "money": 1_000_000.0}


def _of(rows: QuerySet[MetricValue], accounts: QuerySet[Account] | None) -> QuerySet[MetricValue]:
    return rows if accounts is None else rows.filter(account__in=accounts.values("pk"))


def _spreads(
    access: Access, draft: Draft, accounts: QuerySet[Account] | None, currency: str
) -> dict[str, Spread]:
    scales = {one.name: scale_of(one.metric, currency) for one in draft.measures}
    rows = _of(access.of(MetricValue).filter(metric__in=list(scales)), accounts)
    found = rows.values_list("metric").annotate(low=Min("value"), high=Max("value"), count=Count("pk"))
    return {name: Spread(low * scales[name], high * scales[name], count) for name, low, high, count in found}


def _counts(
    access: Access,
    draft: Draft,
    spans: Mapping[str, tuple[float, float]],
    accounts: QuerySet[Account] | None,
    currency: str,
) -> dict[str, dict[int, int]]:
    """How many accounts lie in each part of each measure's span; what lies beyond counts in the last one."""
    if not draft.measures:
        return {}
    whens = []
    for one in draft.measures:
        low, high = spans[one.name]
        scale = scale_of(one.metric, currency)
        whens.append(When(metric=one.name, then=(F("value") * scale - low) * (BINS / (high - low))))
    place = Case(*whens, default=0.0, output_field=FloatField())
    inside = Greatest(Least(place, BINS - 0.001), 0.0, output_field=FloatField())
    rows = _of(access.of(MetricValue).filter(metric__in=[one.name for one in draft.measures]), accounts)
    counted = rows.annotate(bin=Cast(inside, IntegerField())).values_list("metric", "bin")
    found: dict[str, dict[int, int]] = {}
    for name, place_, count in counted.annotate(count=Count("pk")):
        found.setdefault(name, {})[place_] = count
    return found


def _curve(one: Measure) -> list[tuple[float, float]]:
    """The pairs that can be read and rise; a drawing never fails for what is half typed."""
    read = [(read_number(value), read_number(points)) for value, points in one.curve]
    pairs = sorted(
        {value: points for value, points in read if value is not None and points is not None}.items()
    )
    return [(value, min(max(points, 0.0), 100.0)) for value, points in pairs if isfinite(value)]


def _span(curve: Sequence[tuple[float, float]], spread: Spread | None) -> tuple[float, float]:
    """What of the values is shown: the curve, and a little of what lies beyond it."""
    low = curve[0][0] if curve else spread.low if spread else 0.0
    high = curve[-1][0] if curve else spread.high if spread else 1.0
    reach = (high - low or 1.0) * _REACH
    if spread:
        low, high = min(low, max(spread.low, low - reach)), max(high, min(spread.high, high + reach))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _drawing(
    curve: Sequence[tuple[float, float]],
    span: tuple[float, float],
    counts: Mapping[int, int],
    spread: Spread | None,
    unit: str,
) -> Drawing:
    low, high = span
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    most, wide = max(counts.values(), default=0), width / BINS

    def across(value: float) -> float:
        return round(LEFT + (value - low) / (high - low) * width, 1)

    def up(points: float) -> float:
        return round(TOP + (100 - points) / 100 * height, 1)

    tall = {place: max(height * 0.8 * count / most, 1.5) for place, count in counts.items()}
    bars = tuple(
        (
            round(LEFT + place * wide + 0.5, 1),
            round(TOP + height - tall[place], 1),
            round(wide - 1, 1),
            round(tall[place], 1),
            count,
        )
        for place, count in sorted(counts.items())
    )
    ends = [(low, curve[0][1]), *curve, (high, curve[-1][1])] if curve else []
    step = _step(high - low)
    return Drawing(
        low=low,
        high=high,
        step=step,
        bars=bars,
        line=" ".join(f"{across(value)},{up(points)}" for value, points in ends),
        dots=tuple((across(value), up(points), value, points) for value, points in curve),
        ticks=tuple((across(value), _short(value)) for value in (low, (low + high) / 2, high)),
        levels=tuple((up(points), f"{points:.0f}") for points in (0, 50, 100)),
        known=spread.count if spread else 0,
        unit=unit,
    )


def _step(width: float) -> float:
    """About a hundredth of the span, as a round number."""
    return float(10 ** floor(log10(width / 50))) if width > 0 else 1.0


def _short(value: float) -> str:
    """`0.75`, `−100`, `12k`."""
    size, sign = abs(value), "−" if value < 0 else ""
    if size >= 10_000:
        return f"{sign}{size / 1000:,.0f}k"
    return f"{sign}{size:,.0f}" if size >= 20 or value == round(value) else f"{sign}{size:.2g}"
