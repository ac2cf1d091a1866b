"""A page with one of everything that macros.html offers, for tests that look at parts and not at pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tenure.kit import clock
from tenure.web.charts import Axis, Chart, Mark, Region, Series
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.urls import handler403, handler404, handler500
from tenure.web.urls import urlpatterns as real

__all__ = ["handler403", "handler404", "handler500"]

LONG = "Donaudampfschifffahrtsgesellschaft und Gebrüder Nachfolger Beteiligungsverwaltung GmbH & Co. KGaA"
WEEKS = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(26)]

USE = Chart(
    kind="area",
    title="People active each week",
    x=Axis("Week", kind="date"),
    y=Axis("People", unit="people"),
    series=[
        Series("Acme", [(day, None if at == 9 else 40 + at + at % 5) for at, day in enumerate(WEEKS)]),
        Series(
            "All customers, mean", [(day, 24 + at % 3) for at, day in enumerate(WEEKS)], tone="experience"
        ),
    ],
)
SIDES = Chart(
    kind="scatter",
    title="Outcomes and experience",
    x=Axis("Experience", low=0, high=100),
    y=Axis("Outcomes", low=0, high=100),
    marks=[
        Mark("Acme", 82, 88, 120_000, "good", "/open/acme"),
        Mark("Borealis", 44, 34, 84_000, "poor", "/open/borealis"),
        Mark("<b>Cinder</b>", 61, 52, 9_000, "fair", "/open/cinder"),
        Mark("=Dune", 30, 71, 0, "", "/open/dune"),
    ],
    regions=[
        Region("successful, worn out", (0, 50), (50, 100)),
        Region("content, not successful", (50, 100), (0, 50)),
    ],
    size_name="ARR",
    size_unit="USD",
)
MONEY = Chart(
    kind="bars",
    title="ARR by month",
    x=Axis("Month", kind="category"),
    y=Axis("ARR", unit="USD"),
    series=[
        Series(
            "ARR", [(month, 90_000.0 + 7_000 * at) for at, month in enumerate("Jan Feb Mar Apr May".split())]
        )
    ],
)
MOVED = Chart(
    kind="waterfall",
    title="How ARR moved",
    x=Axis("Step", kind="category"),
    y=Axis("ARR", unit="USD"),
    series=[Series("ARR", [("Start", 900_000), ("New", 120_000), ("Churn", -80_000.5), ("End", 939_999.5)])],
    totals=("Start", "End"),
)
NOTHING = Chart(kind="line", title="Nothing yet", x=Axis("Week", kind="date"), y=Axis("People"))


@page()
def specimen(request: Request) -> HttpResponse:
    """One of everything."""
    context = {
        "charts": [USE, SIDES, MONEY, MOVED, NOTHING],
        "long": LONG,
        "now": clock.now(),
        "today": clock.today(),
    }
    return render(request, "specimen.html", context)


@page()
def explanation(request: Request, what: str) -> HttpResponse:
    """What the drawer shows."""
    return render(request, "explanation.html", {"what": what})


@page()
def late(request: Request) -> HttpResponse:
    """A part that is loaded after the page, with a chart in it."""
    return render(request, "late.html", {"chart": replace(USE, title="Loaded later")})


@page()
def done(request: Request) -> HttpResponse:
    """A small deed with an undo."""
    return tell(request, HttpResponse(""), "Borealis is done.", undo="/undo")


@page()
def undo(request: Request) -> HttpResponse:
    """Takes it back."""
    return tell(request, HttpResponse(status=204), "Borealis is back.")


@page()
def opened(request: Request, what: str) -> HttpResponse:
    """Where a row leads."""
    return render(request, "explanation.html", {"what": what})


def breaks(request: HttpRequest) -> HttpResponse:
    """A mistake of ours."""
    raise RuntimeError("a mistake, for the test")


urlpatterns = [
    path("specimen", specimen, name="specimen"),
    path("explain/<str:what>", explanation),
    path("open/<str:what>", opened),
    path("late", late),
    path("done", done),
    path("undo", undo),
    path("breaks", breaks),
    *real,
]
