"""What surrounds the pages: the counts beside them, the ticket for live news, the choice of workspace."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenure.web.frame import PLACES, Frame
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.workspaces.access import workspaces_of
from tenure.workspaces.models import User


@require_GET
@page()
def nav(request: Request) -> HttpResponse:
    """The navigation with its counts anew, for the page named in `here`."""
    asked = request.GET.get("here", "")
    here = asked if asked in {place.name for place in PLACES} else ""
    return render(request, "nav.html", {"here": here})


@require_GET
@page()
def live_ticket(request: Request) -> HttpResponse:
    """A fresh ticket for the stream of news, when the page's own has aged."""
    return JsonResponse({"ticket": Frame(request).live_ticket()}, headers={"Cache-Control": "no-store"})


@require_POST
@page(without_second_factor=True)
def switch_workspace(request: Request) -> HttpResponse:
    """Show another of the caller's workspaces; one that is not theirs does not exist."""
    assert isinstance(request.user, User)
    chosen = get_object_or_404(workspaces_of(request.user), pk=request.POST.get("workspace", ""))
    request.session["workspace"] = chosen.pk
    return redirect("/")
