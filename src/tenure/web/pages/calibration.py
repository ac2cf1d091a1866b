"""Settings → Health → Calibration: what a profile's scores promised, and what came of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tenure.insight.audit import actions
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.settings import tabs
from tenure.web.queries import calibration as queries
from tenure.web.queries import health_profiles
from tenure.workspaces.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.DEFINE)
def calibration(request: Request, profile_name: str) -> HttpResponse:
    """Does a higher score renew more often? A POST has it found out anew."""
    found, _ = health_profiles.in_force(request.access, profile_name)
    if request.method == "POST":
        actions.request_calibration(request.access)
        return redirect("settings-health-calibration", profile_name)
    shown = {"profile": found, "tabs": tabs(request.access, "settings-health")}
    return render(request, "health/calibration.html", shown | _about(request, profile_name))


@require_GET
@page()
def progress(request: Request, profile_name: str) -> HttpResponse:
    """How far the calibration is that is being made."""
    health_profiles.in_force(request.access, profile_name)
    if request.htmx and not queries.is_open(request.access):
        address = reverse("settings-health-calibration", args=[profile_name])
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return render(request, "health/calibrating.html", _about(request, profile_name))


def _about(request: Request, name: str) -> dict[str, object]:
    return {
        "found": queries.found(request.access, name),
        "name": name,
        "may_change": request.access.may(Right.DEFINE),
        "width": queries.WIDTH,
        "height": queries.HEIGHT,
    }
