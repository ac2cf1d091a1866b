"""A person at a customer: what they are to us, what they allow, and where that is known from."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tenure.accounts import by_hand, consent, previewing
from tenure.accounts.models import Identity, Person
from tenure.accounts.stakeholders import LEFT, TRAITS
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import person as queries
from tenure.web.queries.said import OTHER
from tenure.workspaces.roles import Right


@require_GET
@page()
def person(request: Request, account_id: str, person_id: str) -> HttpResponse:
    """Who is this, to us?"""
    if not request.access.has(Person, pk=person_id):
        return HttpResponseRedirect(_moved_to(request, person_id))
    found = queries.person_page(request.access, account_id, person_id)
    shown = {"shown": found, "person": found.person, "account": found.account, "title_of": queries.title_of}
    return render(request, "person/person.html", shown | {"traits": queries.choices()})


def _moved_to(request: Request, person_id: str) -> str:
    """The address of whom a merged person has become. Http404 unless that is theirs to see, at a customer."""
    became = request.access.get(Person, previewing.become(request.access, Identity.PERSON, person_id))
    if not became.account_id:
        raise Http404("of no customer")
    return reverse("account-person", args=[became.account_id, became.pk])


@require_POST
@page(Right.WORK)
def stakeholder(request: Request, account_id: str, person_id: str) -> HttpResponse:
    """Say what they are to us: part, influence, stance, relationship, and whether they left."""
    who = queries.person_of(request.access, account_id, person_id)
    given = {name: request.POST[name] for name in (*TRAITS, LEFT) if name in request.POST}
    try:
        by_hand.describe_person(request.access, who.pk, given)
    except ValueError as wrong:
        return _back(request, account_id, person_id, f"Not kept: {wrong}.")
    return _back(request, account_id, person_id, "Kept, by hand.")


@require_POST
@page(Right.WORK)
def set_value(request: Request, account_id: str, person_id: str) -> HttpResponse:
    """Set a field by hand."""
    who = queries.person_of(request.access, account_id, person_id)
    key, other = request.POST.get("field", ""), request.POST.get("other", "").strip()
    key = f".{other}" if key == OTHER else key
    try:
        by_hand.describe_person(request.access, who.pk, {key: request.POST.get("value", "")})
    except ValueError as wrong:
        return _back(request, account_id, person_id, f"Not set: {wrong}.")
    return _back(request, account_id, person_id, "Set by hand.")


@require_POST
@page(Right.WORK)
def allow(request: Request, account_id: str, person_id: str) -> HttpResponse:
    """Write down that they agree to be sent something, or no longer do."""
    who = queries.person_of(request.access, account_id, person_id)
    try:
        consent.say(
            request.access, who.pk, request.POST.get("purpose", ""), is_given=bool(request.POST.get("given"))
        )
    except ValueError as wrong:
        return _back(request, account_id, person_id, f"Not kept: {wrong}.")
    return _back(request, account_id, person_id, "Kept, with who said so and when.")


def _back(request: Request, account_id: str, person_id: str, says: str) -> HttpResponse:
    where = reverse("account-person", args=[account_id, person_id])
    return tell(request, HttpResponseRedirect(where, status=303), says)
