"""Renewals in a real browser: by mouse, by keys alone, on a phone, in both themes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.renewals import calls
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.quarters import Quarter
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll

pytestmark = pytest.mark.browser


@pytest.fixture
def quarter(access: Access) -> Quarter:
    """The next quarter, in which Acme and Borealis come up."""
    found = Quarter.of(clock.today("UTC")).next
    upsert_terms(
        access.workspace, [_term(name, found.first + timedelta(days=40)) for name in ("acme", "borealis")]
    )
    return found


def _term(name: str, end: date) -> TermRow:
    return TermRow(f"S-{name}", name, 600_000, "USD", "year", end - timedelta(days=365), end)


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["desktop", "phone"])
@pytest.mark.parametrize("view", ["status", "table"])
def test_it_is_accessible_and_nothing_overflows(
    open_page: OpenPage, quarter: Quarter, olga: Access, theme: str, size: tuple[int, int], view: str
) -> None:
    page = open_page(f"/renewals?quarter={quarter}&view={view}", olga, theme=theme, size=size)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(1)
    expect(page.locator("#track")).to_contain_text("written down")
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0


def test_a_card_dropped_on_a_column_asks_why_before_it_is_kept(
    open_page: OpenPage, access: Access, quarter: Quarter, olga: Access
) -> None:
    page = open_page(f"/renewals?quarter={quarter}", olga)
    card = page.locator(".deal", has_text="borealis")
    expect(page.locator("[data-drop=at_risk] .deal")).to_have_count(0)
    card.locator(".top").drag_to(page.locator("[data-drop=at_risk]"))
    expect(card.get_by_label("What do you expect?")).to_have_value("at_risk")
    why = card.get_by_label("Why?")
    expect(why).to_be_focused()
    assert axe_violations(page, ".deal[data-card]") == []
    why.fill("the sponsor left")
    card.get_by_role("button", name="Keep").click()
    expect(page.locator("[data-drop=at_risk] .deal")).to_contain_text("the sponsor left")
    row = Account.objects.get(external_id="borealis")
    assert [one.call for one in calls.history(access, row.pk)] == ["at_risk"]


def test_a_call_by_keys_alone(open_page: OpenPage, access: Access, quarter: Quarter, olga: Access) -> None:
    page = open_page("/", olga)
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/renewals")
    page.goto(f"/renewals?quarter={quarter}")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.get_by_label("What do you expect?").locator("visible=true").focus()
    page.keyboard.type("will leave")
    page.keyboard.press("Tab")
    page.keyboard.type("no budget")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("will leave")
    row = Account.objects.get(external_id="acme")
    assert [one.reason for one in calls.history(access, row.pk)] == ["no budget"]
