"""Activity: what people and Tenure did, by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tenure.accounts.models import Account
from tenure.kit import clock, words
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import activity as queries
from tenure.web.queries.activity import Wanted


@require_GET
@page()
def activity(request: Request) -> HttpResponse:
    """Who did what, and when?"""
    wanted = Wanted.of(request.GET)
    days, after = queries.activity(request.access, wanted)
    about = {
        "wanted": wanted,
        "days": days,
        "tabs": [
            (title, _address(wanted, kind=kind), kind == wanted.kind) for kind, title in queries.KINDS.items()
        ],
        "older": _address(wanted, before=after) if after else "",
        "members": queries.members(request.access),
        "account": request.access.of(Account).filter(pk=wanted.account_id).first()
        if wanted.account_id
        else None,
        "said": _said(clock.today(request.access.workspace.zone)),
    }
    return render(request, "activity/activity.html", about)


def _address(wanted: Wanted, **other: str) -> str:
    """The same deeds, but for what is given; from the newest unless told otherwise."""
    named = {"kind": wanted.kind, "who": wanted.who, "account": wanted.account_id} | other
    query = urlencode({name: value for name, value in named.items() if value})
    return reverse("activity") + (f"?{query}" if query else "")


def _said(today: date) -> Callable[[date], str]:
    return lambda day: {0: "Today", 1: "Yesterday"}.get((today - day).days) or words.day(day, today)
