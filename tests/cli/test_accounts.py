"""`tenure accounts`: merge, split and undo, as somebody types them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.cli import accounts  # noqa: F401  # adds itself to the app
from tenure.cli.base import app
from tenure.revenue.models import Subscription
from tenure.workspaces.access import Access
from tests.accounts.test_merging import account_of, everything, fill


def run(*words: str, code: int = 0) -> str:
    """What a command prints; its errors too."""
    result = CliRunner().invoke(app, ["accounts", *words])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


@pytest.fixture
def filled(access: Access) -> Access:
    fill(access)
    return access


def test_a_dry_run_says_what_would_move_and_moves_nothing(filled: Access) -> None:
    before = everything()
    said = run("merge", "Acme", "borealis", "--dry-run", "--take", "city")
    assert "Borealis would count for Acme" in said
    for part in ("2 people", "2 responses", "2 events", "ARR $1,200.00 and $1,200.00", "city stays borealis"):
        assert part in said
    found = json.loads(run("merge", "acme", "borealis", "--dry-run", "--json"))
    assert found["moves"]["events"] == 2
    assert {one["wins"] for one in found["conflicts"]} == {"kept"}
    assert everything() == before


def test_merged_listed_split_and_undone(filled: Access) -> None:
    before = everything()
    assert "Borealis merged into Acme. `tenure accounts undo" in run("merge", "acme", "Borealis")
    done = json.loads(
        run("split", "acme", "--id", "borealis", "--subscription", "s-borealis", "--name", "B", "--json")
    )
    assert Subscription.objects.get(external_id="s-borealis").account_id == done["other_id"]
    listed = json.loads(run("merges", "--json"))
    assert [one["what"] for one in listed] == ["split", "merge"]
    assert "B split from Acme" in run("merges")
    assert "Undo first: B split from Acme" in run("undo", str(listed[1]["number"]), code=1)
    for one in listed:
        assert "Undone" in run("undo", str(one["number"]))
    assert everything() == before


def test_people_are_merged_by_their_addresses(filled: Access) -> None:
    assert "acme-2 merged into acme-1" in run("merge", "acme-1", "acme-2", "--people")
    assert "there is no person 'nobody'" in run("merge", "acme-1", "nobody", "--people", code=1)


def test_what_is_wrong_is_said_in_a_line(filled: Access) -> None:
    assert "there is no account 'nobody'" in run("merge", "acme", "nobody", code=1)
    assert "merged with itself" in run("merge", "acme", "Acme", code=1)
    assert "they differ in: name, domain, city" in run("merge", "acme", "borealis", "--take", "owner", code=1)
    assert "choose the ids that are not its own" in run("split", "acme", "--id", "acme", code=1)
    assert "there is no merge or split 7" in run("undo", "7", code=1)
    Account.objects.filter(pk=account_of(filled, "acme")).update(name="[red]Acme")
    assert "[red]Acme" in run("merge", "acme", "borealis", "--dry-run")


def test_who_may_be_one_is_listed(filled: Access) -> None:
    assert "Nobody seems to be there twice." in run("duplicates")
    Account.objects.filter(pk=account_of(filled, "cinder")).update(name="ACME Ltd.", domain="")
    assert "Acme ACME Ltd. the same name likely" in run("duplicates")
    assert json.loads(run("duplicates", "--json"))[0]["other"] == "cinder"


def test_a_field_is_set_by_hand_and_files_do_not_take_it_back(filled: Access) -> None:
    assert "Acme: owner is Olga@example.test now, by hand." in run(
        "set", "acme", "owner", "Olga@example.test"
    )
    run("set", "acme", "city", "Bergen")
    upsert_accounts(filled.workspace, [AccountRow("acme", owner="dana", attributes={"city": "Oslo"})])
    row = Account.objects.select_related("attributes").get(external_id="acme")
    assert (row.owner, row.attributes.data) == ("olga@example.test", {"city": "Bergen"})
    upsert_accounts(filled.workspace, [AccountRow("acme", attributes={"seats": 5})])
    run("set", "acme", "seats", "7")
    row.attributes.refresh_from_db()
    assert row.attributes.data["seats"] == 7
    assert "a domain looks like acme.example" in run("set", "acme", "domain", "no domain", code=1)
    assert "a customer has a name" in run("set", "acme", "name", " ", code=1)
