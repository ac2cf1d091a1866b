"""Who says what of an account: all values by their sources, and its owners over time."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tenure.accounts import by_hand
from tenure.accounts.models import Account
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import said as queries
from tenure.web.queries.said import OTHER
from tenure.workspaces.roles import Right


@require_GET
@page()
def said(request: Request, account_id: str) -> HttpResponse:
    """Where do these facts come from?"""
    account = request.access.get(Account, account_id)
    found = queries.all_said(request.access, account_id)
    shown = {"account": account, "said": found, "fields": queries.fields(found.facts)}
    return render(request, "said/said.html", shown)


@require_POST
@page(Right.WORK)
def set_value(request: Request, account_id: str) -> HttpResponse:
    """Set a field by hand."""
    key, other = request.POST.get("field", ""), request.POST.get("other", "").strip()
    key = f".{other}" if key == OTHER else key
    answer = HttpResponseRedirect(reverse("explain-said", args=[account_id]), status=303)
    try:
        by_hand.set_by_hand(request.access, account_id, key, request.POST.get("value", ""))
    except ValueError as wrong:
        return tell(request, answer, f"Not set: {wrong}.")
    return tell(request, answer, "Set by hand.")
