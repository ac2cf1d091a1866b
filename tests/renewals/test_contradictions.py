"""Owners' calls among what speaks against a score: the latest, about the term that runs, both ways round."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.insight.disagreement import CALLED, MOVED
from tenure.renewals import actions
from tenure.renewals.contradictions import disagreements
from tenure.workspaces.access import Access
from tests.browser import PHONE, OpenPage, axe_violations, sideways_scroll
from tests.renewals.scene import NOW, tell
from tests.web.conftest import Visit, olga, visit

__all__ = ["olga", "visit"]


def scored(access: Access, accounts: dict[str, Account]) -> None:
    bands = {
        "acme": "good",
        "borealis": "poor",
        "cinder": "good",
        "dune": "poor",
        "elm": "good",
        "fir": "poor",
    }
    Standing.objects.bulk_create(
        Standing(
            workspace=access.workspace,
            account=accounts[name],
            as_of=NOW.date(),
            score=90 if band == "good" else 20,
            band=band,
        )
        for name, band in bands.items()
    )


@time_machine.travel(NOW, tick=False)
def test_calls_speak_beside_contracts(access: Access, neighbour: Access) -> None:
    accounts = tell(access)
    scored(access, accounts)
    actions.call(access, accounts["acme"].pk, "churn", "their new chief wants another tool")
    actions.call(access, accounts["borealis"].pk, "renew", "the contract is on the table")
    actions.call(access, accounts["elm"].pk, "renew", "they stay")
    actions.call(access, accounts["dune"].pk, "renew", "they may come back")
    actions.call(access, accounts["fir"].pk, "renew", "fine", effective_on=date(2025, 12, 1))
    found = {one.name: one for one in disagreements(access)}
    said = {name: [(one.about, one.expects) for one in row.against] for name, row in found.items()}
    assert said == {
        "acme": [(CALLED, "poor")],  # grew, which its good score agrees with
        "borealis": [(CALLED, "good")],
        "cinder": [(MOVED, "poor")],  # late
        "elm": [(MOVED, "poor")],  # renewed for less; the call agrees with the score
    }, "dune pays nothing any more, and the call about fir is older than its contract"
    assert found["acme"].says == (
        "called will leave by command line on 26 Nov: their new chief wants another tool"
    )
    actions.call(access, accounts["acme"].pk, "", "a mistake")
    assert "acme" not in {one.name for one in disagreements(access)}
    assert disagreements(neighbour) == []


@time_machine.travel(NOW, tick=False)
def test_insights_lists_both_sides_with_links(access: Access, olga: Access, visit: Visit) -> None:
    accounts = tell(access)
    scored(access, accounts)
    actions.call(access, accounts["borealis"].pk, "renew", "<b>sure</b>")
    page = visit(olga).get("/insights/contradictions").text
    assert f'href="/customers/{accounts["borealis"].pk}/money"' in page
    assert "&lt;b&gt;sure" in page
    assert page.index("Good health, and yet") < page.index("cinder") < page.index("Poor health, and yet")


@pytest.mark.browser
def test_the_list_is_accessible_and_fits_a_phone(access: Access, olga: Access, open_page: OpenPage) -> None:
    accounts = tell(access)
    scored(access, accounts)
    actions.call(access, accounts["borealis"].pk, "renew", "sure")
    page = open_page("/insights/contradictions", olga, size=PHONE)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
