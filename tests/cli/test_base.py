"""Commands on a folder that is not there, or not ready: one clear line, and nothing is left behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tenure.kit import home


def fails(folder: Path, *command: str) -> str:
    """The one line that a command fails with, in a process of its own with this data folder."""
    environment = {**os.environ, "TENURE_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "tenure", *command], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_folder_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    assert "run `tenure up` first" in fails(tmp_path / "none", "metrics")
    assert not (tmp_path / "none").exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_of_an_older_version_is_said(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(home.app_db())) as ours,
        closing(sqlite3.connect(tmp_path / "app.db")) as old,
    ):
        ours.backup(old)
        old.execute("DELETE FROM django_migrations WHERE app = 'health'")
        old.commit()
    assert "older version; run `tenure up`" in fails(tmp_path, "keys", "list")
