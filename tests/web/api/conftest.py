"""Clients of the API, each with a key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key


@dataclass
class ApiClient:
    """Asks with a key; `last` is the latest answer."""

    token: str
    client: Client = field(default_factory=Client)
    last: Any = None

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """What is at /api/v1/…; fails unless it is answered with `status`."""
        return self._asked(self.client.get(f"/api/v1/{path}", query, headers=self._headers()), status)

    def post(self, path: str, body: Any, status: int = 200, **headers: str) -> Any:
        """What comes of a write."""
        content = body if isinstance(body, str) else json.dumps(body)
        made = self.client.post(
            f"/api/v1/{path}", content, content_type="application/json", headers=self._headers() | headers
        )
        return self._asked(made, status)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        """What comes of a change."""
        made = self.client.put(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=self._headers()
        )
        return self._asked(made, status)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _asked(self, answer: Any, status: int) -> Any:
        self.last = answer
        assert answer.status_code == status, answer.content
        return answer.json()


ALL = ("work", "export", "load", "define", "administer")
Asks = Callable[[Access], ApiClient]


@pytest.fixture
def asks() -> Asks:
    """A client with a fresh key of a workspace."""
    return lambda access: ApiClient(create_key(access, Key.API, "tests", ALL))
