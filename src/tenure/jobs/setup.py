"""Making the data folder ready: create it, refuse one of a newer Tenure, migrate, ensure a workspace."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tenure.kit import home

if TYPE_CHECKING:
    from tenure.workspaces.models import Workspace

FIRST_NAME = "My company"  # until somebody says otherwise on the welcome or settings page


class NotReady(Exception):
    """The data folder cannot be used; the message says why, and how to mend it, in one line."""


def prepare() -> Workspace:
    """Make the data folder ready for use and return its first workspace of one's own.

    Safe to call at any time. Raises NotReady when the folder cannot be written, or its database is of a
    newer version or damaged.
    """
    with _migrated():
        return _ensure_workspace()


def find_demo() -> Workspace | None:
    """Make the folder ready; gives the demo company's workspace, if it has been made to the end."""
    with _migrated():
        from tenure.workspaces.access import all_workspaces

        return all_workspaces().filter(is_demo=True, memberships__isnull=False).first()


def prepare_demo(accounts: int | None = None) -> Workspace:
    """Make the folder ready, with the demo company loaded, scored and warned about; gives its workspace.

    `accounts`: how many customers it has; None: as many as the demo shows.
    """
    with _migrated():
        from tenure.demo import loading
        from tenure.jobs import refresh

        workspace = loading.load(accounts) if accounts else loading.load()
        refresh.catch_up()
        return workspace


@contextmanager
def _migrated() -> Iterator[None]:
    """Hold the data folder's setup lock, with the folder made and its tables up to date."""
    create_folder()
    start_django()
    with _alone():
        refuse_newer()
        _migrate()
        yield


def create_folder() -> None:
    """Create the data folder, readable by its owner alone, and make sure it can be written to."""
    folder, probe = home.home(), home.home() / f".writable-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotReady(
            f"cannot write to the data folder {folder} ({error.strerror}); "
            "make it writable for this user, or set TENURE_HOME to another folder"
        ) from error


def start_django() -> None:
    """Make the tables usable; does nothing the second time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenure.settings")
    import django

    django.setup()


def refuse_newer() -> None:
    """Raise NotReady if the database has been migrated by a version that came after this one."""
    if unknown := _unknown_migrations():
        raise NotReady(
            f"the data in {home.home()} was last used by a newer Tenure ({', '.join(unknown[:3])} is unknown "
            "here); start that version again, or set TENURE_HOME to another folder"
        )


def require_migrated() -> None:
    """Raise NotReady unless the database has exactly this version's tables: what web and worker ask first."""
    if not home.app_db().exists():
        raise NotReady(f"there is no database in {home.home()}; run `tenure up` first, or set TENURE_HOME")
    refuse_newer()
    if _is_behind():
        raise NotReady(
            f"the database in {home.home()} is of an older version; run `tenure up`, which migrates it"
        )


def _unknown_migrations() -> list[str]:
    from django.db import DatabaseError, connection
    from django.db.migrations.loader import MigrationLoader

    try:
        loader = MigrationLoader(connection, ignore_no_migrations=True)
    except DatabaseError as error:
        raise NotReady(
            f"{home.app_db()} cannot be read ({error}); restore it from a backup, "
            "or set TENURE_HOME to another folder"
        ) from error
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)


def _migrate() -> None:
    from django.core.management import call_command

    from tenure.kit import statistics

    if _is_empty():
        _create_tables()
    elif _is_behind():  # looking is quicker than migrating nothing
        call_command("migrate", verbosity=0, interactive=False)
        statistics.gather()  # a table that was made anew has lost its own


def _is_empty() -> bool:
    from django.db import connection

    return not connection.introspection.table_names()


def _create_tables() -> None:
    """Give an empty database what all migrations lead to, at once: a thirtieth of the time they take.

    So a migration may change tables and move rows, but nothing that the models do not say may begin in one;
    a test compares the two.
    """
    from django.apps import apps
    from django.core.management.sql import emit_post_migrate_signal
    from django.db import DEFAULT_DB_ALIAS, connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        recorder.ensure_schema()
        for app, name in MigrationLoader(None).graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)


def _is_behind() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _ensure_workspace() -> Workspace:
    from tenure.workspaces.access import all_workspaces
    from tenure.workspaces.actions import create_workspace

    return all_workspaces().filter(is_demo=False).first() or create_workspace(FIRST_NAME)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the folder's setup lock: two commands on a new folder must not both migrate it."""
    with (home.home() / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
