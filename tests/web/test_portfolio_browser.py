"""Portfolio in a real browser: by keys, with the drawer, on a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.test_portfolio import told

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["desktop", "phone"])
def test_it_is_accessible_and_nothing_overflows(
    open_page: OpenPage, access: Access, olga: Access, theme: str, size: tuple[int, int]
) -> None:
    told(access)
    page = open_page("/portfolio", olga, theme=theme, size=size)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(4)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0


def test_g_p_leads_there_and_a_figure_opens_its_customers(
    open_page: OpenPage, access: Access, olga: Access
) -> None:
    told(access)
    page = open_page("/customers", olga)
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/portfolio")
    page.get_by_role("link", name="41.7 %").first.click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Gross revenue retention")
    expect(drawer).to_contain_text("Dune")
    assert axe_violations(page, "#drawer") == []


def test_what_is_asked_stands_in_the_address(open_page: OpenPage, access: Access, olga: Access) -> None:
    told(access)
    page = open_page("/portfolio", olga)
    page.get_by_label("Owner").select_option("dana@example.test")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**owner=dana%40example.test**")
    page.get_by_role("link", name="by count").click()
    page.wait_for_url("**cohorts=count**")
    assert "owner=dana%40example.test" in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Cohorts as Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
