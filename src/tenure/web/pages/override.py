"""A score set by hand: by whom, why and until when; the computed one stays beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenure.accounts.models import Account
from tenure.health import overrides
from tenure.health import queries as health
from tenure.health.overrides import LONGEST, MOST_REASON, NotPossible
from tenure.kit import clock, words
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.workspaces.roles import Right

USUAL = timedelta(days=30)
BANDS = (("", "by the score below"), ("good", "good"), ("fair", "fair"), ("poor", "poor"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.WORK)
def override(request: Request, account_id: str) -> HttpResponse:
    """Set a customer's score by hand for a time."""
    today = clock.today(request.access.workspace.zone)
    typed = {"band": "", "score": "", "reason": "", "until": (today + USUAL).isoformat()}
    if request.method != "POST":
        return _form(request, account_id, typed, {})
    typed = {name: request.POST.get(name, "")[:400] for name in typed}
    profile = health.profile_of(request.access, account_id)
    try:
        score = overrides.asked_score(profile, typed["band"], typed["score"])
        row = overrides.set_override(request.access, account_id, score, typed["reason"], _day(typed["until"]))
    except NotPossible as wrong:
        return _form(request, account_id, typed, {wrong.field: words.capital(f"{wrong}.")}, status=422)
    messages.info(request, f"{row.account.name} counts as {score:g} until {_day(typed['until']):%-d %B %Y}.")
    return HttpResponseRedirect(reverse("account", args=[account_id]), status=303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotPossible("until", "choose a day") from None


def _form(
    request: Request, account_id: str, typed: dict[str, str], wrong: dict[str, str], status: int = 200
) -> HttpResponse:
    account = request.access.get(Account, account_id)
    today = clock.today(request.access.workspace.zone)
    about: dict[str, Any] = {
        "account": account,
        "standing": health.standing(request.access, account_id),
        "profile": health.profile_of(request.access, account_id),
        "typed": typed,
        "wrong": wrong,
        "choices": BANDS,
        "first": today.isoformat(),
        "last": (today + timedelta(days=LONGEST)).isoformat(),
        "most": MOST_REASON,
    }
    return render(request, "health/override.html", about, status=status)


@require_POST
@page(Right.WORK)
def end(request: Request, account_id: str) -> HttpResponse:
    """Have the computed score count again."""
    ended = overrides.end_override(request.access, account_id)
    says = "The computed score counts again." if ended else "Nothing was set by hand any more."
    messages.info(request, says)
    return HttpResponseRedirect(reverse("account", args=[account_id]), status=303)
