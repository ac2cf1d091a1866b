"""Making a data folder ready, each time in a process of its own: a fresh Django on a fresh folder."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

PREPARE = """
from tenure.jobs import setup
try:
    print("workspace", setup.prepare().name)
except setup.NotReady as reason:
    print("not ready:", reason)
"""
REQUIRE = """
from tenure.jobs import setup
setup.start_django()
try:
    setup.require_migrated()
    print("migrated")
except setup.NotReady as reason:
    print("not ready:", reason)
"""


MIGRATE = """
from tenure.jobs import setup
setup.create_folder()
setup.start_django()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
print(setup.prepare().name)
"""
TABLES = """
from tenure.jobs import setup
setup.start_django()
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
looking = connection.introspection
with connection.cursor() as cursor:
    for name in looking.table_names(cursor):
        print(name)
        print(*sorted(looking.get_table_description(cursor, name)), sep="\\n")
        print(*sorted(map(str, looking.get_constraints(cursor, name).items())), sep="\\n")
    own = "type = 'trigger' OR sql LIKE '%VIRTUAL%'"
    cursor.execute(f"SELECT sql FROM sqlite_master WHERE {own} ORDER BY name")
    print(*cursor.fetchall(), sep="\\n")
print(sorted(MigrationRecorder(connection).applied_migrations()))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a data folder could be."""
    return tmp_path / "data"


def say(program: str, folder: Path) -> str:
    """What a small program says that has `folder` as its data folder."""
    environment = {**os.environ, "TENURE_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def execute(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "app.db")) as database, database:
        database.execute(sql)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder made ready once; migrating takes a moment."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    assert say(PREPARE, folder) == "workspace My company"
    return folder


@pytest.fixture
def ready(prepared: Path, folder: Path) -> Path:
    """A copy of it."""
    folder.mkdir()
    with (
        closing(sqlite3.connect(prepared / "app.db")) as old,
        closing(sqlite3.connect(folder / "app.db")) as new,
    ):
        old.backup(new)
    return folder


def test_a_new_folder_is_for_its_owners_eyes_only(prepared: Path) -> None:
    assert stat.S_IMODE(prepared.stat().st_mode) == 0o700


def test_a_new_database_has_the_tables_that_the_migrations_lead_to(ready: Path, folder: Path) -> None:
    assert say(MIGRATE, folder) == "My company"
    assert say(TABLES, ready) == say(TABLES, folder)


def test_a_second_time_changes_nothing(ready: Path) -> None:
    execute(ready, "UPDATE workspaces_workspace SET name = 'Nordlicht'")
    assert say(PREPARE, ready) == "workspace Nordlicht"
    assert say(REQUIRE, ready) == "migrated"


def test_a_database_of_a_newer_version_is_left_alone(ready: Path) -> None:
    execute(
        ready,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('health', '0042_later', '2031-01-01')",
    )
    for program in (PREPARE, REQUIRE):
        said = say(program, ready)
        assert said.startswith("not ready:")
        assert "newer Tenure" in said
        assert "health.0042_later" in said
        assert "TENURE_HOME" in said


def test_an_older_database_is_refused_until_up_has_migrated_it(ready: Path) -> None:
    execute(ready, "DELETE FROM django_migrations WHERE app = 'sources'")
    assert "older version; run `tenure up`" in say(REQUIRE, ready)


def test_a_folder_without_a_database_is_refused_by_web_and_worker(folder: Path) -> None:
    assert "run `tenure up` first" in say(REQUIRE, folder)


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    said = say(PREPARE, tmp_path / "a-file" / "data")
    assert said.startswith("not ready: cannot write to the data folder")
    assert "TENURE_HOME" in said
    assert "\n" not in said


def test_what_is_not_a_database_is_one_clear_line(folder: Path) -> None:
    folder.mkdir()
    (folder / "app.db").write_text(
        "this was a letter to grandmother, long ago, and it was a long letter " * 20
    )
    said = say(PREPARE, folder)
    assert said.startswith("not ready:")
    assert "app.db cannot be read" in said


def test_two_at_once_on_a_new_folder_make_one_workspace(folder: Path) -> None:
    environment = {**os.environ, "TENURE_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    both = [
        subprocess.Popen([sys.executable, "-c", PREPARE], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [one.communicate()[0].strip() for one in both] == ["workspace My company"] * 2
    with closing(sqlite3.connect(folder / "app.db")) as database:
        assert database.execute("SELECT count(*) FROM workspaces_workspace").fetchone() == (1,)
