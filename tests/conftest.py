"""Fixtures that every test may use. Who is who: see cast.py."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from hypothesis import settings as examples
from pytest_django import DjangoDbBlocker

from tenure.kit import home
from tenure.workspaces.access import Access
from tests import cast
from tests.browser import chromium, open_page, site

__all__ = ["chromium", "open_page", "site"]

examples.register_profile("tests", deadline=None)  # a slow machine proves nothing
examples.load_profile("tests")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Each process has its own TENURE_HOME (isolate.py), so the database's name needs no suffix."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tables are made from the models, which is quicker; whoever asks is told that all was migrated.

    That the migrations lead to the same tables is test_setup's matter.
    """
    settings.MIGRATION_MODULES = {}  # pytest-django hides them, for good
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in MigrationLoader(None).disk_migrations:
            recorder.record_applied(app, name)


@pytest.fixture(autouse=True)
def fresh_files() -> Iterator[Path]:
    """Every test starts without lake, intake and uploads; the app database is pytest-django's matter."""
    yield home.home()
    for path in home.home().iterdir():
        if not path.name.startswith("app.db"):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A real hash takes half a second on purpose, and each of the cast has a password."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def access(transactional_db: None) -> Access:
    """The owner's access to the cast's workspace, which is still empty."""
    return cast.workspace("Tenure Test")


@pytest.fixture
def neighbour(transactional_db: None) -> Access:
    """Full access to another workspace, of which the cast must see nothing."""
    return cast.workspace("Otherco's vendor")


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """What a process knows for itself is known anew in every test."""
    yield
    caches["near"].clear()
