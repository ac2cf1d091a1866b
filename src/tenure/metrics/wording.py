"""How values of metrics are written in sentences and tables."""

from __future__ import annotations

from typing import Protocol

from tenure.kit import words
from tenure.metrics.definition import Measure, Unit

NO_DATA = "no data"
_MINUS = "−"


class InUnit(Protocol):
    """A metric, or what knows its unit."""

    @property
    def unit(self) -> Unit: ...


def figure(metric: InUnit, value: float | None, currency: str) -> str:
    """A value in its unit: `41 %`, `×0.80`, `12 days`, `+25`, `$20k`; `no data` where there is none."""
    return NO_DATA if value is None else _WRITTEN[metric.unit](value, currency)


def measured(measure: Measure, value: float | None, currency: str) -> str:
    """A measure's value: a plain number, or money where its column holds minor units."""
    if value is None:
        return NO_DATA
    if measure.field.endswith("_minor"):
        return words.money(value, currency)
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def over(measure: Measure) -> str:
    """Over what a measure is taken: `last 28 days, key features only`."""
    if measure.days is None:
        time = ""
    elif measure.offset == 0:
        time = f"last {words.days(measure.days)}"
    else:
        time = f"the {words.days(measure.days)} that ended {words.days(measure.offset)} before"
    return ", ".join(filter(None, (time, measure.where.says if measure.where else "")))


def signed(points: float) -> str:
    """A change of a score to a tenth: `+3.2`, `−11.0`."""
    rounded = round(points, 1) + 0.0  # no negative zero
    return f"{'+' if rounded > 0 else _MINUS if rounded < 0 else ''}{abs(rounded):.1f}"


def _points(value: float) -> str:
    return f"{'+' if round(value) > 0 else _MINUS if round(value) < 0 else ''}{abs(value):.0f}"


_WRITTEN = {
    Unit.COUNT: lambda value, currency: f"{value:,.0f}",
    Unit.SHARE: lambda value, currency: words.percent(value),
    Unit.RATIO: lambda value, currency: f"×{value:.2f}",
    Unit.DAYS: lambda value, currency: words.days(round(value)),
    Unit.HOURS: lambda value, currency: f"{value:,.{0 if value >= 10 else 1}f} h",
    Unit.MINUTES: lambda value, currency: f"{value:,.0f} min",
    Unit.SCORE: lambda value, currency: f"{value:.1f}",
    Unit.POINTS: lambda value, currency: _points(value),
    Unit.MONEY: lambda value, currency: words.money(value, currency),
}
