"""How long customers take to get somewhere: median, shares by day, the curve, narrowed as one likes."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.kit import words
from tenure.metrics.arrival import Arrival, arrival
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.survival import Curve, Point
from tenure.web.charts import Axis, Chart, Series
from tenure.web.guard import page
from tenure.web.middleware import Request

DAYS = (30, 60, 90)
TOLD = (0, 7, 14, 30, 60, 90, 180, 365, 730)


@require_GET
@page()
def of_metric(request: Request, metric_name: str) -> HttpResponse:
    """By when do how many get there?"""
    metric = metrics_of(request.access.workspace).get(metric_name)
    if metric is None or metric.waiting is None:
        raise Http404("no such metric, or it is no time until something")
    asked = request.GET
    segment, cohort = asked.get("segment", "")[:200], asked.get("cohort", "")[:7]
    found = arrival(request.access, metric, _day(asked.get("as_of", "")), segment, cohort)
    about = {
        "found": found,
        "chosen": {"segment": segment, "cohort": cohort, "as_of": asked.get("as_of", "")},
        "segments": [("", "all"), *((one, one) for one in found.segments)],
        "cohorts": [
            ("", "any month"),
            *((one, f"{date.fromisoformat(f'{one}-01'):%B %Y}") for one in found.cohorts),
        ],
        "median": _median(found),
        "shares": [(days, *_share(found.curve.at(days))) for days in DAYS],
        "rows": [_row(found.curve.at(days)) for days in TOLD if days <= found.curve.last],
        "chart": _chart(found),
    }
    return render(request, "metrics/arrival.html", about)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404("not a day") from None


def _month(text: str) -> str:
    """`March 2026`."""
    return f"{date.fromisoformat(f'{text}-01'):%B %Y}"


def _median(found: Arrival) -> tuple[str, str]:
    """The median as a figure, and what is to be said of it."""
    median = found.curve.median
    if median.value is None:
        return "not reached", f"by fewer than half in the {found.curve.last:.0f} days seen so far"
    lowest = "?" if median.lowest is None else f"{median.lowest:.0f}"
    highest = "not known yet" if median.highest is None else f"{median.highest:.0f}"
    return words.days(round(median.value)), f"95 % interval {lowest} to {highest}"


def _share(point: Point) -> tuple[str, str]:
    """The share that has arrived by a day, and what is to be said of it."""
    if point.survival is None:
        return "", "nobody was looked at for so long"
    if point.lowest is None or point.highest is None:
        return words.percent(1 - point.survival), f"{point.at_risk:,} still waiting then"
    interval = f"{words.percent(1 - point.highest)} to {words.percent(1 - point.lowest)}"
    return words.percent(1 - point.survival), f"{interval}; {point.at_risk:,} still waiting then"


def _row(point: Point) -> tuple[int, int, str, str]:
    """A line of the table: day, waiting, arrived, interval."""
    arrived = "" if point.survival is None else words.percent(1 - point.survival)
    interval = (
        ""
        if point.lowest is None or point.highest is None
        else f"{words.percent(1 - point.highest)} to {words.percent(1 - point.lowest)}"
    )
    return int(point.time), point.at_risk, arrived, interval


def _chart(found: Arrival) -> Chart:
    """The share that has arrived, by days since they set out; with its interval."""
    waiting, curve = found.metric.waiting, found.curve
    assert waiting is not None
    lines = (
        ("Arrived", curve.survival, "outcome"),
        ("At least", curve.highest, "ink-3"),
        ("At most", curve.lowest, "ink-3"),
    )
    series = [
        Series(title, _steps(curve.times.tolist(), (1 - shares).tolist(), _end(curve)), tone)  # type: ignore[arg-type]
        for title, shares, tone in lines
    ]
    across = Axis(f"since {waiting.begins}", "days", low=0)
    up = Axis(f"share with {waiting.arrives}", "share", low=0, high=1)
    title = f"Share with {waiting.arrives}, by days since {waiting.begins}"
    return Chart("steps", title, across, up, series if curve.count else [])


def _end(curve: Curve) -> float:
    """How far is drawn: a little behind the last that arrived, since nothing happens afterwards."""
    return min(curve.last, max(90.0, 1.25 * float(curve.times[-1]) if len(curve.times) else 90.0))


def _steps(times: list[float], shares: list[float], last: float) -> list[tuple[float, float | None]]:
    """Each share from its time on, from nothing at 0 to the last time looked at; None where there is none."""
    known = [(time, None if share != share else share) for time, share in zip(times, shares, strict=True)]
    start = [] if times[:1] == [0.0] else [(0.0, 0.0)]
    end = [(last, known[-1][1])] if known and last > times[-1] else [] if known else [(last, 0.0)]
    return [*start, *known, *end]
