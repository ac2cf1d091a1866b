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
from tenure.workspaces.roles import Right

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(right: Right = Right.READ, *, post: Right | None = None) -> Callable[[View[P]], Guarded[P]]:
    """For members who have `right`; strangers go to sign-in, others are told why not.

    `post`: what a POST takes, where that is another right.
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
    return HttpResponse(status=204, headers={"HX-Redirect": way.url})
