"""What docs/guides/import.md tells people to type works, and prints what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tenure.accounts.models import Account
from tenure.cli import events, import_  # noqa: F401  # they add themselves to the app
from tenure.revenue.models import Term
from tests.cli.test_import import run

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "import.md"
FILE = re.compile(r"cat > (\S+) <<'CSV'\n(.*?)CSV\n", re.S)


def test_the_guide_s_commands_work_in_the_order_they_stand(access, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S)
    printed = []
    for block in blocks:
        for name, content in FILE.findall(block):
            Path(name).write_text(content)
        for command in FILE.sub("", block).splitlines():
            printed.append(run(*shlex.split(command)[1:]))

    [shown] = re.findall(r"```text\n(.*?)```", GUIDE.read_text(), re.S)
    assert [line.split() for line in printed[0].splitlines()] == [line.split() for line in shown.splitlines()]
    assert printed[-1].strip() == "2"
    assert access.of(Account).count() == 4
    ended = access.of(Term).get(account__external_id="dune", superseded_at=None)
    assert (str(ended.starts_on), str(ended.ends_on)) == ("2025-10-31", "2026-03-31")


@pytest.mark.parametrize("kind", ["accounts", "people", "subscriptions", "events", "responses"])
def test_the_guide_names_every_canonical_column(kind):
    from tenure.sources.imports.kinds import KINDS

    [row] = re.findall(rf"^\| `{kind}` \|.*\|(.*)\|$", GUIDE.read_text(), re.M)
    assert set(re.findall(r"\w+", row)) >= set(KINDS[kind].names)
