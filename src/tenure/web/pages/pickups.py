"""Pick-ups: files that are fetched by the clock, from a folder or an HTTPS address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.sources.pickups import actions, folder
from tenure.sources.pickups import queries as pickups
from tenure.sources.pickups.rules import Refused
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.workspaces.roles import Right

EVERY = [("60", "every hour"), ("15", "every 15 minutes"), ("360", "every six hours"), ("1440", "every day")]


@require_GET
@page()
def all_pickups(request: Request) -> HttpResponse:
    """What is fetched from where, how often, and how did it go?"""
    rows = pickups.pickups(request.access)
    return render(request, "data/pickups.html", {"pickups": rows, "every": dict(EVERY)})


@sensitive_post_parameters("headers")
@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.LOAD)
def new_pickup(request: Request) -> HttpResponse:
    """Say where files are, and go to where the first is waited for."""
    if request.method != "POST":
        return render(request, "data/new_pickup.html", _asked({}, ""))
    form = request.POST
    where, every = form.get("where", ""), form.get("every", "")
    if every not in dict(EVERY):
        return render(request, "data/new_pickup.html", _asked(form, "Say how often."), status=422)
    try:
        pickup = actions.set_up(request.access, where, int(every), form.get("headers", ""))
    except Refused as problem:
        wrong = f"{where.strip() or 'Nothing'} {problem}."
        return render(request, "data/new_pickup.html", _asked(form, wrong), status=422)
    return redirect("data-pickup", pickup.pk)


def _asked(form: Any, wrong: str) -> dict[str, Any]:
    said = {name: form.get(name, "") for name in ("where", "every")}
    return {"said": said, "wrong": wrong, "every": EVERY, "has_folder": folder.root() is not None}


@require_GET
@page(Right.LOAD)
def one_pickup(request: Request, pickup_id: str) -> HttpResponse:
    """How far the first file of a pick-up is; then its preview."""
    pickup = pickups.pickup_of(request.access, pickup_id)
    if pickup.draft_id or pickup.is_begun:
        return redirect("data-import", pickup.draft_id) if pickup.draft_id else redirect("data-pickups")
    return render(request, "data/pickup.html", _waited_for(pickup))


def _waited_for(pickup: pickups.PickupRow) -> dict[str, Any]:
    about = {"where": pickup.where, "wrong": f"{pickup.last_says}." if pickup.last_failed else ""}
    return about | {"pickup": pickup, "has_folder": folder.root() is not None}


@require_GET
@page(Right.LOAD)
def pickup_state(request: Request, pickup_id: str) -> HttpResponse:
    """The part of that page that changes; once the file is there, the browser goes on to it."""
    pickup = pickups.pickup_of(request.access, pickup_id)
    answer = render(request, "data/pickup_state.html", _waited_for(pickup))
    if pickup.draft_id or pickup.is_begun:
        answer.headers["HX-Redirect"] = reverse("data-pickup", args=[pickup.id])
    return answer


@sensitive_post_parameters("headers")
@require_POST
@page(Right.LOAD)
def retry_pickup(request: Request, pickup_id: str) -> HttpResponse:
    """Fetch a first file again, from the place as it was or as it is mended."""
    where = request.POST.get("where", "")
    try:
        actions.try_again(request.access, pickup_id, where, request.POST.get("headers", ""))
    except Refused as problem:
        wrong = f"{where.strip() or 'Nothing'} {problem}."
        about = _waited_for(pickups.pickup_of(request.access, pickup_id))
        return render(request, "data/pickup.html", about | {"where": where, "wrong": wrong}, status=422)
    return redirect("data-pickup", pickup_id)


@require_POST
@page(Right.LOAD)
def switch_pickup(request: Request, pickup_id: str) -> HttpResponse:
    """Switch a pick-up on or off."""
    pickup = actions.switch(request.access, pickup_id, request.POST.get("on") == "yes")
    says = "It is looked at within a minute." if pickup.is_on else "Nothing is fetched from there any more."
    return tell(request, redirect("data-pickups"), says)


@require_POST
@page(Right.LOAD)
def remove_pickup(request: Request, pickup_id: str) -> HttpResponse:
    """Remove a pick-up; what it brought stays."""
    actions.remove(request.access, pickup_id)
    return tell(request, redirect("data-pickups"), "Removed. What was imported stays.")
