"""The page of a metric in a real browser: how long it takes to first value, narrowed, and as a table."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.metrics import actions
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.metrics.telling import ago, customer, pays, used

pytestmark = pytest.mark.browser

TIMED = "/data/metrics/time_to_first_value"


@pytest.fixture
def six(access: Access) -> Access:
    """Six customers of two segments, four of whom had first value, each later than the one before."""
    actions.name_input(access, "first_value_event", "Report Shared")
    for number in range(6):
        ref = f"c{number}"
        customer(access, ref.upper())
        upsert_accounts(access.workspace, [AccountRow(ref, segment="Large" if number % 2 else "Small")])
        pays(access, ref, 50_00, ago(100))
        if number < 4:
            used(access, ref, "ann", ago(100 - 10 * number), event="Report Shared")
    return access


def test_the_curve_is_drawn_narrowed_and_read_as_a_table(
    open_page: OpenPage, six: Access, olga: Access
) -> None:
    page = open_page(TIMED, olga)
    expect(page.get_by_text("4 of 6 have got there")).to_be_visible()
    drawing = page.locator("#arrival .chart")
    drawing.scroll_into_view_if_needed()
    expect(drawing.locator("svg").first).to_be_visible()
    drawing.get_by_role("button", name="Table").click()
    expect(drawing.get_by_role("columnheader", name="Arrived")).to_be_visible()
    page.get_by_label("Segment").select_option("Large")
    expect(page.get_by_text("2 of 3 have got there")).to_be_visible()
    expect(page.get_by_label("Segment")).to_have_value("Large")


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_the_page_is_accessible_and_fits(
    open_page: OpenPage, six: Access, olga: Access, theme: str, size: tuple[int, int]
) -> None:
    page = open_page(TIMED, olga, theme=theme, size=size)
    expect(page.get_by_text("4 of 6 have got there")).to_be_visible()
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
