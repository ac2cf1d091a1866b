"""What a chart is made of: a page builds one, the macro `chart` writes it, ui/src/charts.ts draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Tone = Literal["outcome", "experience", "accent", "good", "watch", "risk", "ink", "ink-3"]


@dataclass(frozen=True)
class Axis:
    """What is measured along one side.

    `unit` is `share` (of one, written as %), an ISO currency (values in major units), or a word such as
    `people`. `low` and `high` fix the ends.
    """

    name: str
    unit: str = ""
    kind: Literal["number", "date", "category"] = "number"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """A line or a row of bars. A missing value is None and leaves a gap.

    `shape`: how a line is drawn where the chart's kind is not how; `ends`: whether its last value stands
    beside its end.
    """

    name: str
    points: Sequence[tuple[date | str | float, float | None]]
    tone: Tone = "outcome"
    shape: Literal["", "steps", "dashed", "dotted"] = ""
    ends: bool = False


@dataclass(frozen=True)
class Mark:
    """One thing of a scatter: its shape is its band, its area its size, a click opens `href`."""

    name: str
    x: float
    y: float
    size: float = 0
    band: str = ""
    href: str = ""


@dataclass(frozen=True)
class Region:
    """A named rectangle behind a scatter."""

    text: str
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """`scatter` draws `marks`, whose sizes are of `size_name`; the others draw `series`.

    `waterfall` draws the points of one series as steps, each from where the one before ended; those named in
    `totals` stand on the ground. `between` are two lines, low and high, with a ground between them; `now` is
    marked on the axis of dates.
    """

    kind: Literal["line", "steps", "area", "bars", "scatter", "waterfall"]
    title: str
    x: Axis
    y: Axis
    series: Sequence[Series] = ()
    marks: Sequence[Mark] = ()
    regions: Sequence[Region] = ()
    size_name: str = ""
    size_unit: str = ""
    stacked: bool = False
    totals: Sequence[str] = ()
    between: Sequence[Series] = ()
    now: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        has_value = any(y is not None for series in self.series for _, y in series.points)
        return not (self.marks or has_value)

    def data(self) -> dict[str, Any]:
        """As the drawing reads it: dates in ISO form."""
        lines = {name: [_series(one) for one in getattr(self, name)] for name in ("series", "between")}
        return {**asdict(self), **lines, "now": self.now.isoformat() if self.now else None}


def _series(series: Series) -> dict[str, Any]:
    points = [(x.isoformat() if isinstance(x, date) else x, y) for x, y in series.points]
    drawn = {"shape": series.shape, "ends": series.ends}
    return {"name": series.name, "tone": series.tone, "points": points, **drawn}
