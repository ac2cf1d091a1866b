"""What a customer has, had and could have, by product."""

from __future__ import annotations

import pytest
from django.http import Http404

from tenure.accounts.models import Account
from tenure.revenue import products
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.jobs import keep_running
from tenure.workspaces.access import Access
from tests.warnings.scene import ago


def told(access: Access) -> dict[str, Account]:
    """Acme has Team twice and had Solo; Borealis has Team and Audit; Cinder names nothing."""
    terms = [
        TermRow("a-1", "acme", 100_00, "USD", "month", ago(300), None, "Team", 5),
        TermRow("a-2", "acme", 1_200_00, "USD", "year", ago(30), ago(-90), "Team", 7),
        TermRow("a-3", "acme", 50_00, "USD", "month", ago(500), ago(300), "Solo", 1),
        TermRow("b-1", "borealis", 100_00, "USD", "month", ago(10), None, "Team"),
        TermRow("b-2", "borealis", 100_00, "USD", "month", ago(10), ago(-20), "Audit"),
        TermRow("c-1", "cinder", 100_00, "USD", "month", ago(10)),
    ]
    upsert_terms(access.workspace, terms)
    keep_running(access.workspace)
    return {one.external_id: one for one in access.of(Account)}


def test_what_a_customer_has_and_had(access: Access, neighbour: Access) -> None:
    rows = told(access)
    team, solo = products.bought(access, rows["acme"].pk)
    assert (team.name, team.is_live, team.arr_minor, team.seats) == ("Team", True, 2_400_00, 12)
    assert (team.since, team.until) == (ago(300), None)
    assert (solo.name, solo.is_live, solo.arr_minor, solo.until) == ("Solo", False, 0, ago(300))
    audit, _ = sorted(products.bought(access, rows["borealis"].pk), key=lambda one: one.name)
    assert audit.until == ago(-20), "the agreed end, not the days it would count beyond"
    seatless = {one.name: one.seats for one in products.bought(access, rows["borealis"].pk)}
    assert seatless == {"Team": None, "Audit": None}
    assert products.bought(access, rows["cinder"].pk) == []
    with pytest.raises(Http404):
        products.bought(neighbour, rows["acme"].pk)


def test_what_others_have_and_it_has_not(access: Access, neighbour: Access) -> None:
    told(access)
    (audit,) = products.whitespace(access, ["Team"])
    assert (audit.name, audit.accounts, audit.share) == ("Audit", 1, 0.5)
    assert [one.name for one in products.whitespace(access, [])] == ["Team", "Audit"]
    assert products.whitespace(neighbour, []) == []
    assert products.known(access) == ["Audit", "Team"]
