"""Was the forecast right? The record of what was forecast, beside what came."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.renewals import track as queries
from tenure.renewals.snapshots import HORIZONS
from tenure.web.guard import page
from tenure.web.middleware import Request


@require_GET
@page()
def track(request: Request) -> HttpResponse:
    """How far off were the forecasts and the owners' calls?"""
    tracks = [] if request.access.is_narrowed else queries.record(request.access)
    return render(request, "renewals/track_record.html", {"tracks": tracks})


@require_GET
@page()
def why(request: Request) -> HttpResponse:
    """What do bias, WAPE, Brier score and coverage mean, and on which quarters do they rest?"""
    days = request.GET.get("days", "")
    if request.access.is_narrowed or days not in map(str, HORIZONS):
        raise Http404("no such record")
    found = next(one for one in queries.record(request.access) if one.days_before == int(days))
    return render(request, "renewals/track_why.html", {"track": found})
