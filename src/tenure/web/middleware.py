"""Gives every request the caller's Access; pages never find out by themselves who may see what."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.middleware import HtmxDetails

from tenure.web import sessions
from tenure.workspaces.access import Access, access_by, memberships_of
from tenure.workspaces.models import User, Workspace


class Request(HttpRequest):
    """A request of somebody signed in: what pages declare as their argument."""

    access: Access
    workspaces: list[Workspace]  # all that the caller belongs to
    htmx: HtmxDetails


class AccessMiddleware:
    """Sets `request.access`, None for strangers; keeps what they see out of shared and stale caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the caller up once per request."""
        user = request.user
        found = list(memberships_of(user)) if isinstance(user, User) else []
        request.access = None  # type: ignore[attr-defined]
        if isinstance(user, User):
            request.access = access_by(found, user, request.session.get("workspace"))  # type: ignore[attr-defined]
        request.workspaces = [one.workspace for one in found]  # type: ignore[attr-defined]
        sessions.note(request)
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request", "Cookie"])
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response
