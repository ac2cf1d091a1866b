"""`tenure export` and `tenure import DIR` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.cli import export, import_, workspace  # noqa: F401  # they add themselves to the app
from tenure.workspaces.access import Access, access_for_machine, all_workspaces
from tenure.workspaces.models import AuditEntry
from tests.cli.test_import import run


def test_everything_goes_out_and_into_another_workspace(access: Access, tmp_path: Path) -> None:
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme"), AccountRow("borealis", "Borealis")])
    out = str(tmp_path / "out")
    said = run("export", "--out", out)
    assert "accounts" in said
    assert f"is in {out}, as of" in said
    assert "Not in it: keys, passwords, second factors" in said
    assert access.of(AuditEntry).filter(did="exported everything").exists()
    run("workspace", "create", "Second")
    second = access_for_machine(all_workspaces().get(name="Second"))
    said = run("import", out, "--workspace", "Second")
    assert "accounts: 2 rows: 2 added" in said
    assert "Also the workspace's settings." in said
    assert {one.name for one in second.of(Account)} == {"Acme", "Borealis"}
    said = run("import", "settings", out, "--workspace", "Second", code=1)
    assert "has customers already" in said


def test_programs_read_what_came_of_it(access: Access, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    told = json.loads(run("export", "--out", out, "--format", "jsonl", "--json"))
    assert told["tables"]["accounts"] == {"rows": 0, "files": ["accounts.jsonl"]}
    assert json.loads(run("import", "settings", out, "--json"))["set"] == ["the workspace's settings"]
    assert json.loads(run("import", out, "--json"))["imports"] == []
    assert "is not empty; name a new folder" in run("export", "--out", out, code=1)
    assert "no format 'pdf'" in run("export", "--out", f"{out}2", "--format", "pdf", code=1)
