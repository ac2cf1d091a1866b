"""Insights: which metrics tell, here, what becomes of customers."""

from __future__ import annotations

import csv
import io

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tenure.insight.audit import actions
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import insights as queries
from tenure.web.queries.contradictions import sides
from tenure.web.queries.insights import Asked
from tenure.workspaces.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.DEFINE)
def insights(request: Request) -> HttpResponse:
    """Which metrics earn their place? A POST has it found out anew."""
    asked = _asked(request)
    if request.method == "POST":
        actions.request_audit(request.access, asked.outcome, asked.horizon)
        return redirect(f"{reverse('insights')}?{asked.query}")
    return render(request, "insights/audit.html", _about(request, asked))


@require_GET
@page()
def progress(request: Request) -> HttpResponse:
    """How far the audit is that is being made."""
    asked = _asked(request)
    about = _about(request, asked)
    if request.htmx and not queries.is_open(request.access, asked):
        return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('insights')}?{asked.query}"})
    return render(request, "insights/progress.html", about)


@require_GET
@page()
def metric(request: Request, name: str) -> HttpResponse:
    """Why one metric got its verdict."""
    asked = _asked(request)
    found = queries.metric(request.access, asked, name)
    if found is None:
        raise Http404("no such metric in the audit")
    audit, row, chart = found
    about = {"audit": audit, "row": row, "one": row.one, "chart": chart, "asked": asked}
    return render(request, "insights/metric.html", about)


@require_GET
@page()
def contradictions(request: Request) -> HttpResponse:
    """Of which customers do contracts and owners say the opposite of their score?"""
    return render(request, "insights/contradictions.html", {"sides": sides(request.access)})


@require_GET
@page(Right.EXPORT)
def file(request: Request) -> HttpResponse:
    """The audit as a table."""
    from tenure.insight.audit import plot

    asked = _asked(request)
    found = queries.found(request.access, asked)
    if found.audit is None:
        raise Http404("no audit yet")
    text = io.StringIO()
    csv.writer(text).writerows(plot.table(found.audit))
    name = f"audit-{asked.outcome}-{asked.horizon}-{found.audit.as_of}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(request: Request) -> Asked:
    return asked_of(request.POST if request.method == "POST" else request.GET)


def asked_of(given: QueryDict) -> Asked:
    """What an address asks for."""
    return Asked.of(given.get("outcome", ""), given.get("horizon", ""))


def _about(request: Request, asked: Asked) -> dict[str, object]:
    return {
        "found": queries.found(request.access, asked),
        "asked": asked,
        "outcomes": list(queries.TITLES.items()),
        "horizons": [(str(days), f"{days} days") for days in queries.horizons(asked)],
        "may_ask": request.access.may(Right.DEFINE),
        "width": queries.WIDTH,
        "height": queries.HEIGHT,
    }
