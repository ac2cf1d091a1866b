"""The palette: find a customer, a person, a page, or something to do."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import palette as queries


@require_GET
@page()
def palette(request: Request) -> HttpResponse:
    """What fits the words in `q`: options for the dialog, a page of links without scripts."""
    typed = request.GET.get("q", "")[:100]
    template = "palette/found.html" if request.htmx else "palette/palette.html"
    return render(request, template, {"hits": queries.find(request.access, typed), "typed": typed})
