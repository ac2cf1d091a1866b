"""The palette: find a customer, a person, a page, or something to do; and colleagues to be mentioned."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.touchpoints import queries as touchpoints
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import palette as queries
from tenure.workspaces.roles import Right


@require_GET
@page()
def palette(request: Request) -> HttpResponse:
    """What fits the words in `q`: options for the dialog, a page of links without scripts."""
    typed = request.GET.get("q", "")[:100]
    template = "palette/found.html" if request.htmx else "palette/palette.html"
    return render(request, template, {"hits": queries.find(request.access, typed), "typed": typed})


@require_GET
@page(Right.WORK)
def colleagues(request: Request) -> HttpResponse:
    """Whom a text may ask to look: those whose name or address begins with `q`, as options of a list."""
    typed = request.GET.get("q", "")[:100]
    found = touchpoints.colleagues(request.access, typed)
    return render(request, "palette/colleagues.html", {"colleagues": found})
