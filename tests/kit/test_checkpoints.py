"""What many transactions leave in SQLite's log is copied beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection, transaction

from tenure.kit import checkpoints
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.models import Workspace

pytestmark = pytest.mark.django_db(transaction=True)


def usual() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA wal_autocheckpoint").fetchone()[0])


def log() -> Path:
    """SQLite's log: it does not become shorter when it begins anew."""
    return Path(f"{connection.settings_dict['NAME']}-wal")


def write(name: str) -> None:
    with transaction.atomic():
        Workspace.objects.update(name=name)


def test_the_log_begins_anew_while_somebody_writes_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_LONGEST_LOG", 20)
    create_workspace("Acme")
    before = usual()
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    with checkpoints.beside() as copy:
        assert usual() == 0
        for number in range(300):
            write(f"Acme {number} " + "x" * 8_000)
            copy()
    assert 0 < log().stat().st_size < 100 * 4_120  # one page with its header; it would be a thousand
    assert usual() == before


def test_what_fails_in_between_is_raised_and_the_usual_comes_back() -> None:
    create_workspace("Acme")
    before = usual()
    with pytest.raises(LookupError):
        _fail_after_a_copy()
    assert usual() == before
    assert Workspace.objects.get().name == "Other"


def _fail_after_a_copy() -> None:
    with checkpoints.beside() as copy:
        write("Other")
        copy()
        raise LookupError
