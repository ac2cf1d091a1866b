"""`tenure import` as somebody types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenure.accounts.models import Account
from tenure.cli import import_, workspace  # noqa: F401  # they add themselves to the app
from tenure.cli.base import app
from tenure.workspaces.models import Workspace


def run(*words: str, code: int = 0) -> str:
    """What a command prints; its errors too."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def customers(tmp_path: Path) -> str:
    path = tmp_path / "customers.csv"
    path.write_text("Customer ID,Customer Name,Employees\nacme,Acme,120\nborealis,Borealis,80\n,Nobody,1\n")
    return str(path)


def test_a_file_goes_in_and_its_guessed_columns_and_rejected_rows_are_shown(access, customers):
    said = run("import", "accounts", customers)
    assert "account_id  Customer ID" in said
    assert "Further columns, kept as they are: Employees" in said
    assert "customers.csv: 3 rows: 2 added, 1 rejected" in said
    assert "line 4: Customer ID is empty" in said
    assert access.of(Account).count() == 2


def test_an_import_is_listed_and_undone(access, customers):
    run("import", "accounts", customers)
    [listed] = json.loads(run("import", "list", "--json"))["imports"]
    assert "2 added, 1 rejected" in run("import", "list")
    access.of(Account).filter(external_id="acme").update(name="By hand")
    said = run("import", "undo", listed["id"])
    assert "customers.csv: 1 account removed" in said
    assert "left account By hand (acme): it was changed since" in said
    assert access.of(Account).count() == 1
    assert "is undone already" in run("import", "undo", listed["id"], code=1)


def test_what_a_file_leaves_open_is_said_with_the_option_that_settles_it(access, tmp_path):
    path = tmp_path / "plans.csv"
    path.write_text("account_id,amount,start\nacme,5,03/04/2026\n")
    said = run("import", "subscriptions", str(path), code=1)
    assert "03/04/2026 is 3 April 2026 or 4 March 2026" in said
    assert "--dates day-first or --dates month-first" in said
    assert "1 added" in run("import", "subscriptions", str(path), "--dates", "day-first")
    assert "--dates week-first: say day-first or month-first" in run(
        "import", "subscriptions", str(path), "--dates", "week-first", code=1
    )


def test_json_counts_everything_and_says_where_the_rejected_rows_are(access, customers):
    found = json.loads(run("import", "accounts", customers, "--json"))
    assert [found[f"rows_{name}"] for name in ("read", "added", "changed", "same", "rejected")] == [
        3,
        2,
        0,
        0,
        1,
    ]
    [file] = found["files"]
    assert file["rejects"][0]["line"] == 4
    assert Path(file["rejected_file"]).read_text().splitlines()[1].endswith(",,Nobody,1")
    again = json.loads(run("import", "accounts", customers, "--json"))
    assert (again["rows_added"], again["rows_same"]) == (0, 2)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(access, customers):
    said = run("import", "accounts", customers, "--dry-run")
    assert "It would add 2 rows, change 0, leave 0 as they are, and reject 1. Nothing was changed." in said
    assert "account_id=acme, name=Acme, Employees=120" in said
    found = json.loads(run("import", "accounts", customers, "--dry-run", "--json"))
    assert found["files"][0]["would"] == {"added": 2, "changed": 0, "same": 0}
    assert found["files"][0]["rejected"] == 1
    assert not access.of(Account).exists()


def test_maps_and_values_in_either_order(access, tmp_path):
    path = tmp_path / "money.csv"
    path.write_text("who,fee,since\nacme,1200,2026-01-01\n")
    maps = (
        "--map",
        "account_id=who",
        "--map",
        "fee=amount",
        "--map",
        "start=since",
        "--set",
        "interval=year",
    )
    run("import", "subscriptions", str(path), *maps)
    found = json.loads(run("import", "subscriptions", str(path), *maps, "--json"))
    assert found["rows_same"] == 1


def test_several_files_at_once(access, tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(f"account_id\na{number}\n")
    found = json.loads(run("import", "accounts", str(tmp_path / "1.csv"), str(tmp_path / "2.csv"), "--json"))
    assert found["rows_added"] == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("import", "colours", "x.csv"), "no kind 'colours'; there are: accounts"),
        (("import", "accounts", "nothing.csv"), "nothing.csv cannot be opened"),
    ],
)
@pytest.mark.usefixtures("access")
def test_what_cannot_be_done_says_so_in_one_line_and_ends_with_1(words, says):
    assert says in run(*words, code=1)


@pytest.mark.usefixtures("access")
def test_a_bad_day_a_missing_column_and_a_file_of_only_bad_rows_end_with_1(customers, tmp_path):
    assert "--as-of soon: write the day like 2026-04-03" in run(
        "import", "accounts", customers, "--as-of", "soon", code=1
    )
    assert "has no column for timestamp" in run("import", "events", customers, code=1)
    assert "no column for timestamp" in run("import", "events", customers, "--dry-run", code=1)
    (tmp_path / "bad.csv").write_text("person_id,email\nann,nowhere\n")
    assert "1 row: 1 rejected" in run("import", "people", str(tmp_path / "bad.csv"), code=1)


def test_the_currency_of_an_empty_workspace_can_be_set_and_then_no_more(access, tmp_path):
    path = tmp_path / "euros.csv"
    path.write_text("account_id,amount,currency,start\nacme,5,EUR,2026-01-01\n")
    assert "tenure workspace --currency EUR" in run("import", "subscriptions", str(path), code=1)
    assert json.loads(run("workspace", "--currency", "EUR", "--json"))["currency"] == "EUR"
    assert "1 added" in run("import", "subscriptions", str(path))
    assert "cannot change" in run("workspace", "--currency", "USD", code=1)
    assert "There is no time zone" in run("workspace", "--zone", "Mars/Olympus", code=1)
    assert Workspace.objects.get(pk=access.workspace.pk).zone == "UTC"


@pytest.mark.slow
def test_an_empty_data_folder_is_set_up_by_the_first_import(tmp_path, customers):
    env = {**os.environ, "TENURE_HOME": str(tmp_path / "home"), "PYTHONPATH": "src"}
    words = [sys.executable, "-m", "tenure", "import", "accounts", customers, "--json"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows_added"] == 2
