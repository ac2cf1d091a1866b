"""Portfolio: revenue over time, how it moved and why, what became of each cohort, how health flowed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from tenure.health.months import STATES
from tenure.kit.money import Money
from tenure.web.charts import Axis, Chart, Series
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.customers import drawn
from tenure.web.pages.downloads import sent
from tenure.web.queries import owned, periods
from tenure.web.queries import portfolio as queries
from tenure.web.queries import portfolio_files as files
from tenure.web.queries import portfolio_scope as scopes
from tenure.web.queries import portfolio_why as reasons
from tenure.web.queries.portfolio import Portfolio
from tenure.web.queries.portfolio_scope import Asked
from tenure.workspaces.roles import Right

FLOWS = {"improved": "good", "joined": "accent", "worsened": "watch", "left": "risk"}
FILES = ("csv", "xlsx")


def asked_of(request: Request) -> Asked:
    """What the address asks for."""
    return scopes.asked_of(request.access, request.GET.dict())


@require_GET
@page()
def portfolio(request: Request) -> HttpResponse:
    """How is the business with existing customers, and where is it going?"""
    access, asked = request.access, asked_of(request)
    if "now" not in request.GET and queries.takes_long(access, asked):
        return render(request, "working.html", {"page": "Portfolio", "address": asked.but(now="1")})
    found = queries.portfolio(access, asked)
    currency = access.workspace.currency
    about = {
        "found": found,
        "asked": found.asked,
        "periods": _periods(found.asked),
        "owners": owned.owners(access),
        "products": queries.product_names(access),
        "has_families": found.asked.rolled_up or queries.has_families(access),
        "states": [(state, reasons.state_name(state)) for state in STATES],
        "befores": [(state, reasons.state_name(state, is_before=True)) for state in STATES],
        "shade": shade,
        "cohort_name": lambda opens: reasons.cohort_name(found.scope, opens),
        "charts": charts(found, currency),
        "aims": queries.aims(found.scope),
        "aimed_at": queries.aimed_at(found.scope),
        **drawn(found.scope.access, found.largest),
    }
    return render(request, "portfolio/portfolio.html", about)


@require_safe
@page(Right.EXPORT)
def export(request: Request) -> HttpResponseBase:
    """One of the page's tables as a file."""
    asked, name, as_ = asked_of(request), request.GET.get("table", "movements"), request.GET.get("as", "csv")
    if name not in files.TABLES or as_ not in FILES:
        raise Http404("no such table")
    table = files.table(request.access, asked, name)
    request.access.log("exported the portfolio", f"{table.title}, as {as_}")
    return sent(table, f"{name}-{asked.period.last}", as_)


@require_GET
@page()
def figure(request: Request, figure: str) -> HttpResponse:
    """What does a figure mean, and what is it made of?"""
    if figure not in reasons.FIGURES:
        raise Http404("no such figure")
    return _explained(request, reasons.why(request.access, asked_of(request), figure))


@require_GET
@page()
def cohort(request: Request) -> HttpResponse:
    """What became of the customers that began in a quarter or month?"""
    age = request.GET.get("age", "")
    opens, old = _day(request.GET.get("opens", "")), int(age) if age.isascii() and age[:4].isdigit() else -1
    return _explained(request, reasons.cohort(request.access, asked_of(request), opens, old))


@require_GET
@page()
def flow(request: Request) -> HttpResponse:
    """Who went from one band to another in a month?"""
    last, before, after = (request.GET.get(name, "") for name in ("last", "before", "after"))
    return _explained(request, reasons.flow(request.access, asked_of(request), _day(last), before, after))


def _explained(request: Request, why: reasons.Why | None) -> HttpResponse:
    if why is None:
        raise Http404("no such figure")
    return render(request, "portfolio/why.html", {"why": why, "query": asked_of(request).query})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404("not a day") from None


def _periods(asked: Asked) -> list[tuple[str, str, bool]]:
    """The usual periods as tabs."""
    return [
        (title, f"?{asked.but(period=name)}", asked.period.name == name)
        for name, title in periods.TITLES.items()
    ]


def shade(share: float | None) -> int:
    """How dark a cell of the heat map is, 0 to 100: what is near the whole is told apart best."""
    return 0 if share is None else round(100 * min(share, 1.2) ** 2 / 1.44)


def charts(found: Portfolio, currency: str) -> dict[str, Chart]:
    """The drawings of the page, by name."""
    return {
        "trend": _trend(found, currency),
        "waterfall": _waterfall(found, currency),
        "health": _health(found),
        "flow": _flow(found),
    }


def _trend(found: Portfolio, currency: str) -> Chart:
    points = [(one.day, _major(one.arr_minor, currency)) for one in found.trend]
    return Chart(
        "area",
        "ARR over time",
        Axis("Day", kind="date"),
        Axis("ARR", currency, low=0),
        [Series("ARR", points)],
    )


def _waterfall(found: Portfolio, currency: str) -> Chart:
    movements, told = found.movements, found.movements.totals
    steps = [
        ("Start", movements.start_arr),
        ("New", told["new"]),
        ("Came back", told["reactivation"]),
        ("Expansion", told["expansion"]),
        ("Contraction", told["contraction"]),
        ("Churn", told["churn"]),
        ("End", movements.end_arr),
    ]
    points = [(name, _major(amount, currency)) for name, amount in steps]
    axes = Axis("Step", kind="category"), Axis("ARR", currency)
    return Chart("waterfall", "How ARR moved", *axes, [Series("ARR", points)], totals=("Start", "End"))


def _health(found: Portfolio) -> Chart:
    tones: dict[str, Any] = {"good": "good", "fair": "watch", "poor": "risk", "no score": "ink-3"}
    labels = [f"{day:%b %y}" for day in found.health.days]
    series = [
        Series(
            name,
            [(label, counts[at]) for label, counts in zip(labels, found.health.counts, strict=True)],
            tone,
        )
        for at, (name, tone) in enumerate(tones.items())
    ]
    axes = Axis("End of", kind="category"), Axis("Customers", "customers")
    return Chart("bars", "Health, at each month's end", *axes, series, stacked=True)


def _flow(found: Portfolio) -> Chart:
    signs = {"improved": 1, "joined": 1, "worsened": -1, "left": -1}
    series = [
        Series(
            name,
            [(f"{one.last:%b %y}", sign * getattr(one, name)) for one in found.health.flows],
            FLOWS[name],  # type: ignore[arg-type]
        )
        for name, sign in signs.items()
    ]
    axes = Axis("Month", kind="category"), Axis("Customers", "customers")
    return Chart("bars", "Who moved, month by month", *axes, series, stacked=True)


def _major(minor: int, currency: str) -> float:
    return float(Money(minor, currency).amount)
