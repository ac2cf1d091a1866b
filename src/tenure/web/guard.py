"""Who may see a page: the decorator that every page carries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url

from tenure.web.middleware import Request
from tenure.web.second_factor import has_one
from tenure.workspaces.roles import Right

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(
    right: Right = Right.READ, *, post: Right | None = None, without_second_factor: bool = False
) -> Callable[[View[P]], Guarded[P]]:
    """For members who have `right`; strangers go to sign-in, others are told why not.

    `post`: what a POST takes, where that is another right. Where the workspace asks its members for a second
    factor, whoever has none is led to set it up first, except on pages `without_second_factor`.
    """
    rights = {"POST": post or right}

    def guard(view: View[P]) -> Guarded[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            access = getattr(request, "access", None)
            if access is None:
                return render(request, "errors/no_workspace.html", status=403)
            is_asked = access.workspace.needs_second_factor and not without_second_factor
            if is_asked and not has_one(request.user):
                return _to(request, resolve_url("mfa_activate_totp"))
            access.require(rights.get(request.method or "", right))
            return view(cast(Request, request), *args, **kwargs)

        # By which tests know what to expect of it.
        guarded.rights = {"GET": right, **rights}  # type: ignore[attr-defined]
        return cast("Guarded[P]", guarded)

    return guard


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to sign-in and back; a part of a page sends the whole page there."""
    if not getattr(request, "htmx", False):
        return redirect_to_login(request.get_full_path())
    came_from = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = came_from._replace(scheme="", netloc="").geturl() or resolve_url(settings.LOGIN_REDIRECT_URL)
    way = redirect_to_login(back)
    assert isinstance(way, HttpResponseRedirect)
    return _to(request, way.url)


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead there; a part of a page leads the whole page."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
