"""Who stands under whom: by file and by hand, without circles, and whose word counts."""

from __future__ import annotations

import pytest
from django.http import Http404

from tenure.accounts import families, statements
from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.kit import statistics
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry


def ids(access: Access) -> dict[str, str]:
    return dict(access.of(Account).values_list("external_id", "pk"))


def parents(access: Access) -> dict[str, str | None]:
    return dict(access.of(Account).values_list("external_id", "parent__external_id"))


def bring(access: Access, *tree: tuple[str, str], source: str = "import") -> tuple[str, ...]:
    rows = [AccountRow(ref, parent_id=above) for ref, above in tree]
    return upsert_accounts(access.workspace, rows, source).circles


def test_a_circle_is_left_out_and_said(access: Access) -> None:
    assert bring(access, ("acme", ""), ("borealis", "acme"), ("cinder", "borealis")) == ()
    assert bring(access, ("acme", "cinder"), ("dune", "acme")) == ("acme",)
    assert parents(access) == {"acme": None, "borealis": "acme", "cinder": "borealis", "dune": "acme"}


def test_by_hand_counts_more_than_files_and_a_circle_is_refused_in_words(access: Access) -> None:
    bring(access, ("acme", ""), ("borealis", "acme"), ("cinder", "borealis"))
    known = ids(access)
    with pytest.raises(ValueError, match="cinder stands below acme already"):
        families.put_under(access, known["acme"], known["cinder"])
    with pytest.raises(ValueError, match="cannot belong to itself"):
        families.put_under(access, known["acme"], known["acme"])
    assert families.put_under(access, known["cinder"], known["acme"]) == known["borealis"]
    bring(access, ("cinder", "borealis"))
    assert parents(access)["cinder"] == "acme"
    assert families.put_under(access, known["borealis"], "") == known["acme"]
    bring(access, ("borealis", "acme"))
    assert parents(access)["borealis"] is None, "put under none by hand, it stays there"
    said = statements.heard(
        statements.current([known["cinder"]])[known["cinder"]].values(), statements.Order()
    )
    assert [(one.value, one.source) for one in said[statements.PARENT]] == [
        ("acme", "hand"),
        ("borealis", "import"),
    ]
    assert AuditEntry.objects.filter(did="moved in its family").count() == 2


def test_strangers_are_not_there(access: Access, neighbour: Access) -> None:
    bring(access, ("acme", ""))
    bring(neighbour, ("otherco", ""))
    with pytest.raises(Http404):
        families.put_under(access, ids(access)["acme"], ids(neighbour)["otherco"])
    with pytest.raises(Http404):
        families.put_under(access, ids(neighbour)["otherco"], "")


def test_above_and_below(access: Access) -> None:
    bring(access, ("acme", ""), ("borealis", "acme"), ("cinder", "borealis"), ("dune", ""))
    known = ids(access)
    assert families.above([known["cinder"]]) == {known[ref] for ref in ("acme", "borealis", "cinder")}
    found = {(top, key, level) for top, key, level in families.below([known["acme"], known["dune"]])}
    assert found == {
        (known["acme"], known["acme"], 0),
        (known["acme"], known["borealis"], 1),
        (known["acme"], known["cinder"], 2),
        (known["dune"], known["dune"], 0),
    }


def test_children_are_found_without_reading_everybody_where_few_have_a_parent(access: Access) -> None:
    access.of(Account).bulk_create(
        Account(workspace=access.workspace, external_id=f"a{number}", name=f"A{number}")
        for number in range(300)
    )
    statistics.gather()
    children = access.of(Account).filter(parent_id="nobody")
    assert "account_by_parent" in children.explain()
