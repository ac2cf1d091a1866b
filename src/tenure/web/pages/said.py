"""Who says what of an account: all values by their sources, and its owners over time."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenure.accounts.models import Account
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import said as queries


@require_GET
@page()
def said(request: Request, account_id: str) -> HttpResponse:
    """Where do these facts come from?"""
    account = request.access.get(Account, account_id)
    facts, owners = queries.facts(request.access, account_id)
    return render(request, "said/said.html", {"account": account, "facts": facts, "owners": owners})
