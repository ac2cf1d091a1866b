"""Commands on a folder that is not there, or not ready: one clear line, and nothing is left behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import typer

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.cli import base
from tenure.kit import home
from tenure.workspaces.models import Workspace
from tests import cast


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


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder is there and Django has begun."""
    monkeypatch.setattr(base, "start_ready", lambda: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("ready")
def test_who_only_reads_looks_at_the_demo_while_their_own_is_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine, demo = cast.workspace("Mine").workspace, cast.workspace("Brightbook").workspace
    Workspace.objects.filter(pk=demo.pk).update(is_demo=True)
    assert base.open_workspace(for_reading=True).workspace == demo
    told = capsys.readouterr()
    assert (told.out, " ".join(told.err.split())) == (
        "",
        "Mine is empty, so this is about Brightbook; -w says which, `-w demo` for that one",
    )
    assert base.open_workspace().workspace == mine
    assert base.open_workspace("demo").workspace == demo
    assert base.open_workspace("Mine", for_reading=True).workspace == mine
    upsert_accounts(mine, [AccountRow("acme")])
    assert base.open_workspace(for_reading=True).workspace == mine
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("ready")
def test_of_two_of_ones_own_somebody_has_to_say_which(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("One", "Two"):
        cast.workspace(name)
    with pytest.raises(typer.Exit):
        base.open_workspace(for_reading=True)
    assert "there are: One, Two" in capsys.readouterr().err


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
