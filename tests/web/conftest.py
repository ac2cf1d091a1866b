"""Fixtures for the pages: the cast signed in, and the page with one of everything."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tenure.web.signin import BACKEND
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast

Visit = Callable[[Access], Client]


@pytest.fixture
def olga(access: Access) -> Access:
    """Owns the workspace."""
    return cast.member(access, "Olga", Role.OWNER)


@pytest.fixture
def dana(access: Access) -> Access:
    """The success manager."""
    return cast.member(access, "Dana", Role.MANAGER)


@pytest.fixture
def vic(access: Access) -> Access:
    """May only look."""
    return cast.member(access, "Vic", Role.VIEWER)


@pytest.fixture
def visit() -> Visit:
    """A client signed in as somebody."""

    def signed_in(who: Access) -> Client:
        client = Client()
        assert who.user is not None
        client.force_login(who.user, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def specimen(settings: pytest.FixtureRequest) -> None:
    """Adds /specimen, a page with one of everything."""
    templates = copy.deepcopy(settings.TEMPLATES)  # type: ignore[attr-defined]
    templates[0]["DIRS"].append(Path(__file__).parent / "templates")
    settings.TEMPLATES = templates  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = "tests.web.specimen"  # type: ignore[attr-defined]
