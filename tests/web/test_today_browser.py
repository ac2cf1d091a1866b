"""Today in a real browser: by keys alone, with the note's sheet, on a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tenure.accounts.models import Account
from tenure.touchpoints import queries as touchpoints
from tenure.warnings import actions
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.warnings import scene
from tests.warnings.scene import ago

pytestmark = pytest.mark.browser


@pytest.fixture
def customers(access: Access) -> dict[str, Account]:
    found = scene.customers(access)
    scene.account(access, "A very long name " * 9, 64_000, score=35, band="poor", renews_on=ago(-51))
    for number in range(12):
        scene.account(access, f"Small {number}", 500, score=60, band="fair", last_active_on=ago(20))
    actions.refresh(access.workspace)
    return found


def names(page: Page) -> list[str]:
    return page.locator(".need .name").all_inner_texts()


def test_dana_works_the_list_by_keys_alone(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/?book=all", dana)
    rows = page.locator(".need")
    expect(rows).to_have_count(4)
    page.keyboard.press("j")
    expect(rows.first).to_have_class("need is-here")
    page.keyboard.press("e")
    expect(page.locator(".toast")).to_contain_text("Borealis: done. Quiet until")
    expect(rows).to_have_count(3)
    expect(page.locator("h1")).to_have_text("15 customers need you")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("Borealis")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("s")
    expect(page.locator(".toast")).to_contain_text("Borealis: back tomorrow.")
    expect(rows).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page.locator("#step .strong")).to_be_visible()
    page.clock.install()
    page.keyboard.press("e")  # the step of the one whose page it is; no row need be the current one
    expect(page.locator("#step")).to_contain_text("Nothing is waiting")
    page.get_by_role("navigation", name="Parts of").get_by_role("link", name="Money").click()
    expect(page.locator("#step")).to_have_count(0)
    toast = page.locator(".toast").filter(has_text="Done. Quiet until")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    page.clock.fast_forward(12_500)
    expect(toast).to_have_count(0)


def test_the_current_row_stays_when_news_exchanges_the_list(
    open_page: OpenPage, access: Access, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/?book=all", dana)
    page.keyboard.press("j")
    page.keyboard.press("j")
    current = page.locator(".need.is-here .name")
    second = current.inner_text()
    actions.snooze(access, customers["borealis"].pk, ago(-3))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-accounts', {detail: {ids: []}}))")
    expect(page.locator(".need")).to_have_count(3)
    expect(current).to_have_text(second)
    expect(current).to_be_focused()


def test_enter_opens_the_customer(open_page: OpenPage, dana: Access, customers: dict[str, Account]) -> None:
    page = open_page("/?book=all", dana)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{customers['borealis'].pk}")


def test_what_came_of_it_is_kept_as_a_note(
    open_page: OpenPage, access: Access, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/?book=all", dana)
    row = page.locator(".need").first
    row.get_by_text("Call the sponsor").click()
    row.get_by_label("What came of it?").fill("Ida is back on Monday.")
    row.get_by_role("button", name="Done").click()
    expect(page.locator(".need")).to_have_count(3)
    note = touchpoints.notes(access, customers["borealis"].pk)[0]
    assert note.text == "Done: Call the sponsor. Ida is back on Monday."


def test_news_waits_while_somebody_writes(
    open_page: OpenPage, access: Access, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/?book=all", dana)
    page.locator(".need").first.get_by_text("Call the sponsor").click()
    field = page.get_by_label("What came of it?").first
    field.fill("Ida is")
    actions.snooze(access, customers["acme"].pk, ago(-3))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-accounts', {detail: {ids: []}}))")
    expect(field).to_have_value("Ida is")
    expect(page.locator(".need")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".need")).to_have_count(3)


def test_a_figure_explains_itself_beside_the_list(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/?book=all", dana)
    page.locator(".need .worth .why").first.click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("$6,000.00")
    drawer.get_by_text("All bands").click()
    expect(drawer).to_contain_text("Customers at risk")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_nothing_sticks_out(
    open_page: OpenPage, dana: Access, customers: dict[str, Account], theme: str, size: tuple[int, int]
) -> None:
    page = open_page("/?book=all", dana, theme=theme, size=size)
    expect(page.locator(".need")).to_have_count(4)
    assert axe_violations(page) == []
    page.locator(".need summary").first.click()
    expect(page.get_by_label("What came of it?").first).to_be_visible()
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0


@pytest.mark.parametrize("width", [320, 768, 1024, 3840])
def test_nothing_sticks_out_at_any_width(
    open_page: OpenPage, dana: Access, customers: dict[str, Account], width: int
) -> None:
    page = open_page("/?book=all", dana, size=(width, 900))
    expect(page.locator(".need")).to_have_count(4)
    assert sideways_scroll(page) == 0
