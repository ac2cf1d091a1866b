"""Explains figures: what a metric or a score means, rests on and lacks, and how it moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.kit.money import digits
from tenure.metrics import explain as metrics
from tenure.metrics.catalogue import ever_of
from tenure.metrics.definition import Metric, Unit
from tenure.metrics.explain import Explanation
from tenure.web import formats
from tenure.web.charts import Axis, Chart, Series
from tenure.web.guard import page
from tenure.web.middleware import Request

HEADINGS = {
    "day": "Day",
    "who": "Who",
    "event": "Event",
    "events": "Times",
    "survey": "Survey",
    "score": "Score",
    "product": "Product",
    "amount_minor": "Amount",
    "currency": "In",
    "interval": "Each",
    "yearly_minor": "A year, as counted",
    "seats": "Seats",
    "starts_on": "From",
    "ends_on": "Until",
    "runs_until": "Counts until",
    "due_on": "Decided on",
    "auto_renew": "By itself",
    "subject": "About",
    "hours": "Working hours",
    "handle_minutes": "Minutes in hand",
    "replies": "Replies",
    "reopens": "Reopened",
    "came_back": "Asked again",
    "feature": "Feature",
    "title": "Goal",
    "value": "Value",
    "target_value": "Target",
    "weight": "Weight",
    "progress": "Reached",
    "since": "Since",
}
_OPEN = {
    "ends_on": "open",
    "runs_until": "no end known",
    "due_on": "rolls on",
    "yearly_minor": "an amount of theirs has no rate",
}
EARLIEST = date(1990, 1, 1)


@require_GET
@page()
def metric(request: Request, name: str) -> HttpResponse:
    """A metric of an account as of a day."""
    if name not in ever_of(request.access.workspace):
        raise Http404("no such metric")
    account = request.access.get(Account, request.GET.get("account", ""))
    why = metrics.explain(request.access, name, account.pk, _day(request))
    currency = request.access.workspace.currency
    about = {"why": why, "account": account, "chart": _weekly(why, currency), "headings": HEADINGS}
    cells = {"cell": lambda columns, row, place: _cell(columns, row, place, currency)}
    return render(request, "explain/metric.html", about | cells)


@require_GET
@page()
def score(request: Request, account_id: str) -> HttpResponse:
    """An account's success score as of a day, and what changed it since four weeks before."""
    account = request.access.get(Account, account_id)
    why = health.explain(request.access, account.pk, _day(request))
    return render(request, "explain/score.html", {"why": why, "account": account})


def _day(request: Request) -> date | None:
    """The day asked for; None for today. What is no day, or none that data could be of, does not exist."""
    text = request.GET.get("as_of", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404("not a day") from None
    if not EARLIEST <= day < date(2200, 1, 1):
        raise Http404("no data could be of that day")
    return day


def _weekly(why: Explanation, currency: str) -> Chart:
    """The metric over the last twelve weeks."""
    points = [(day, _drawn(why.metric, value, currency)) for day, value in why.weeks]
    tone: Any = "outcome" if why.metric.side == "outcome" else "experience"
    axis = Axis(why.metric.title, _unit(why.metric, currency))
    line = Series(why.metric.title, points, tone)
    return Chart("line", "Over twelve weeks", Axis("day", kind="date"), axis, [line])


def _drawn(metric: Metric, value: float | None, currency: str) -> float | None:
    """As charts take it: money in major units."""
    return value / 10 ** digits(currency) if value is not None and metric.unit is Unit.MONEY else value


def _unit(metric: Metric, currency: str) -> str:
    return _UNITS.get(metric.unit, currency if metric.unit is Unit.MONEY else "")


_UNITS = {Unit.SHARE: "share", Unit.DAYS: "days", Unit.HOURS: "hours", Unit.MINUTES: "minutes"}


def _cell(columns: Sequence[str], row: Sequence[Any], place: int, currency: str) -> str:
    """A value behind a figure, as it is read: what was agreed in its own currency, what counts in ours."""
    column, value = columns[place], row[place]
    if value is None:
        return _OPEN.get(column, "–")
    if isinstance(value, datetime | date):
        return formats.day_short(value)
    if column == "amount_minor" and "currency" in columns:
        return formats.money_exact(value, row[columns.index("currency")])
    if column == "yearly_minor":
        return formats.money_exact(value, currency)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return formats.number(value) if isinstance(value, int) else str(value)
