"""Where one is signed in, and signing browsers out."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenure.kit import words
from tenure.web import sessions
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.workspaces.access import log_of
from tenure.workspaces.models import User


@never_cache
@require_GET
@page(without_second_factor=True)
def own(request: Request) -> HttpResponse:
    """Every browser that is signed in as the caller."""
    return render_tab(request, "sessions", {"sessions": sessions.own(request, _user(request))})


@require_POST
@page(without_second_factor=True)
def end(request: Request, session_id: int) -> HttpResponse:
    """Sign one of the others out."""
    user = _user(request)
    ended = sessions.end(request, user, session_id)
    log_of(user, "signed a browser out", f"{ended.device}, {ended.address}")
    return tell(request, redirect("settings-sessions"), f"{ended.device} is signed out.")


@require_POST
@page(without_second_factor=True)
def end_others(request: Request) -> HttpResponse:
    """Sign all others out."""
    user = _user(request)
    count = sessions.end_others(request, user)
    log_of(user, "signed all other browsers out", words.count(count, "session"))
    return tell(request, redirect("settings-sessions"), "All other browsers are signed out.")


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
