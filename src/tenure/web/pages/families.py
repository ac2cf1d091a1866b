"""Families of customers: one with all below it, how its figures are made, and under whom it stands."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tenure.accounts import families
from tenure.accounts.models import Account, Identity
from tenure.desk import rolling
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import account as strips
from tenure.web.queries import families as queries
from tenure.web.queries import merging
from tenure.workspaces.roles import Right


@require_GET
@page()
def family(request: Request, account_id: str) -> HttpResponse:
    """Who stands below this customer, and how are they together? A part of Overview."""
    strip, found = strips.strip(request.access, account_id), rolling.family(request.access, account_id)
    shown = {"strip": strip, "account": strip.account, "family": found, "most": rolling.MOST_PARTS}
    return render(request, "families/family.html", shown | {"hidden": queries.hidden(found) if found else ""})


@require_GET
@page()
def explain(request: Request, account_id: str, figure: str) -> HttpResponse:
    """How is a figure of a family made?"""
    if figure not in queries.FIGURES:
        raise Http404("no such figure")
    found = queries.explained(request.access, account_id, figure)
    if found is None:
        raise Http404("nobody stands below it")
    shown = {"found": found, "hidden": queries.hidden(found.family), "most": rolling.MOST_PARTS}
    return render(request, "families/explain.html", shown)


@require_http_methods(["GET", "POST"])
@page(Right.WORK)
def parent(request: Request, account_id: str) -> HttpResponse:
    """Under which customer does this one stand? With POST: put it there, or under none."""
    account, wrong = request.access.get(Account, account_id), ""
    if request.method == "POST":
        chosen = request.POST.get("parent", request.GET.get("back", ""))
        try:
            before = families.put_under(request.access, account.pk, chosen)
        except ValueError as reason:
            wrong = f"Not moved: {reason}."
        else:
            return _moved(request, account, before, chosen)
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = merging.candidates(request.access, Identity.ACCOUNT, account.pk, text)
    above = request.access.of(Account).filter(pk=account.parent_id).first()
    shown = {"account": account, "above": above, "text": text, "found": found, "wrong": wrong}
    return render(request, "families/parent.html", shown, status=422 if wrong else 200)


def _moved(request: Request, account: Account, before: str, after: str) -> HttpResponse:
    answer = HttpResponseRedirect(reverse("account", args=[account.pk]), status=303)
    if before == after:
        return tell(request, answer, "It stands there already.")
    above = request.access.of(Account).filter(pk=after).first() if after else None
    says = f"{account} stands under {above} now." if above else f"{account} stands under none now."
    return tell(request, answer, says, f"{reverse('account-parent', args=[account.pk])}?back={before}")
