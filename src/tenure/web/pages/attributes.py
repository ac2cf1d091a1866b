"""The dictionary of attributes: their types, and whose word counts most, with what a change would do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tenure.accounts import attribute_rules
from tenure.accounts.attributes import CHOICE, KINDS, Typed
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import attributes as queries
from tenure.web.queries.said import SOURCES
from tenure.workspaces.roles import Right


@require_GET
@page(Right.LOAD)
def attributes(request: Request) -> HttpResponse:
    """What is known of customers besides the columns, and of what type is it?"""
    known = attribute_rules.attributes_of(request.access).values()
    order = queries.ranked(request.access, "", attribute_rules.sources_of(request.access.workspace))
    shown = {"known": known, "kinds": KINDS, "order": order, "called": called}
    return render(request, "attributes/attributes.html", shown | {"looked_at": attribute_rules.LOOKED_AT})


@require_GET
@page(Right.LOAD)
def one(request: Request) -> HttpResponse:
    """One attribute; without a name, the order of the sources for everything."""
    return _page(request, request.GET.get("name", ""))


@require_POST
@page(Right.DEFINE)
def set_type(request: Request) -> HttpResponse:
    """Say of what type it is, or with `look` see what that would do."""
    name, kind = request.POST.get("name", ""), request.POST.get("kind", "")
    options = request.POST.get("options", "").splitlines()
    try:
        if "look" in request.POST and kind in KINDS:
            chosen = tuple(filter(None, (line.strip() for line in options)))
            effect = attribute_rules.effect_of_type(request.access, name, Typed(kind, chosen))
            return _page(request, name, effect=effect, kind=kind, options=options)
        attribute_rules.set_type(request.access, name, kind, options)
    except ValueError as wrong:
        return _page(request, name, wrong=f"Not set: {wrong}.", kind=kind, options=options, status=422)
    return tell(request, HttpResponseRedirect(_address(name), status=303), "Set; values follow in a moment.")


@require_POST
@page(Right.DEFINE)
def set_order(request: Request) -> HttpResponse:
    """Say whose word counts most, or with `look` see what that would do."""
    name, sources = request.POST.get("name", ""), request.POST.get("sources", "").splitlines()
    try:
        if "look" in request.POST:
            effect = attribute_rules.effect_of_order(request.access, name, sources)
            return _page(request, name, effect=effect, order=sources)
        attribute_rules.set_order(request.access, name, sources)
    except ValueError as wrong:
        return _page(request, name, wrong=f"Not ordered: {wrong}.", order=sources, status=422)
    return tell(
        request, HttpResponseRedirect(_address(name), status=303), "Ordered; values follow in a moment."
    )


def called(source: str) -> str:
    """What people call a source."""
    return SOURCES.get(source, source.replace(":", " "))


def _address(name: str) -> str:
    return f"{reverse('data-attribute')}?{urlencode({'name': name})}"


def _page(request: Request, name: str, status: int = 200, **about: Any) -> HttpResponse:
    found = queries.attribute_page(request.access, name)
    if found is None:
        raise Http404("no such attribute")
    typed = found.attribute.typed
    shown = {
        "shown": found,
        "attribute": found.attribute,
        "kinds": KINDS,
        "kind": "" if found.attribute.is_guessed else typed.kind,
        "options": typed.options if typed.kind == CHOICE else (),
        "order": found.attribute.sources,
        "called": called,
        "may_change": request.access.may(Right.DEFINE),
    }
    return render(request, "attributes/one.html", shown | about, status=status)
