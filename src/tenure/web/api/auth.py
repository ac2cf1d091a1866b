"""Who asks: an API key in `Authorization: Bearer KEY`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from tenure.workspaces.access import Access, access_for_key


class Asked(HttpRequest):
    """A request of a key's bearer: what operations declare as their argument."""

    auth: Access


class ApiKey(HttpBearer):
    """A key made in Settings or by `tenure keys create --kind api`; its scopes are its rights."""

    def authenticate(self, request: HttpRequest, token: str) -> Access | None:
        """The key's access; None, and so 401, for one that is unknown, revoked or expired."""
        return access_for_key(token)
