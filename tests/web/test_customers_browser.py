"""Customers and Account in a real browser: the sentence, the drawer, tabs, a phone, both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.warnings import scene
from tests.web import story

pytestmark = pytest.mark.browser
SMALL = (320, 640)


@pytest.fixture
def customers(access: Access) -> dict[str, Account]:
    found = scene.customers(access)
    scene.account(access, "Averylongnamewithoutanyspace" * 4, 64_000, score=35, band="poor")
    for number in range(60):
        scene.account(access, f"Small {number}", 500, score=60 + number / 2, band="fair", owner="Max")
    Standing.objects.filter(score__isnull=False).update(outcomes=30, experience=62)
    Account.objects.filter(name="Acme").update(segment="Large")
    return found


def names(page: Page) -> list[str]:
    return page.locator("#rows .name").all_inner_texts()


def test_dana_filters_by_changing_the_words_of_the_sentence(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/customers", dana)
    page.get_by_text("+ and").click()
    sheet = page.locator("details[open] .sheet")
    expect(sheet.locator("datalist option")).to_have_attribute("value", "Large")
    sheet.get_by_label("What").select_option("band")
    expect(sheet.get_by_role("combobox", name="Value", exact=True)).to_have_value("poor")
    sheet.get_by_role("button", name="Add").click()
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    assert page.url.endswith("/customers?where=band.is.poor")
    page.locator("summary.term", has_text="in poor health").click()
    sheet.get_by_role("combobox", name="Value", exact=True).select_option("good")
    sheet.get_by_role("button", name="Change").click()
    expect(page.locator("summary.term")).to_have_text("in good health")
    expect(page.locator("#rows .name")).to_have_text(["Acme"])
    page.go_back()
    expect(page.locator("summary.term")).to_have_text("in poor health")
    page.get_by_role("link", name="without “in poor health”").click()
    expect(page.locator("#rows tbody tr")).to_have_count(50)
    expect(page.locator(".tabs [aria-current]")).to_have_text("All")


def test_search_sort_and_the_next_page_without_a_reload(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/customers", dana)
    page.evaluate("window.stays = true")
    page.keyboard.press("/")
    page.keyboard.type("small 1")
    expect(page.locator("#rows tbody tr")).to_have_count(11)
    expect(page.get_by_label("Search customers")).to_be_focused()
    page.get_by_label("Search customers").fill("")
    expect(page.locator("#rows tbody tr")).to_have_count(50)
    page.get_by_role("link", name="ARR").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("ARR ↓")
    assert names(page)[0] == "Borealis"
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#rows tbody tr")).to_have_count(15)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("#rows .name").first).to_have_text("Borealis")
    assert page.evaluate("window.stays")


def test_columns_are_chosen_and_the_view_is_kept_in_sheets_that_come_when_they_open(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/customers?where=band.is.poor", dana)
    page.locator("#columns-sheet summary").click()
    page.get_by_role("link", name="without 12 weeks").click()
    expect(page.locator("#rows thead")).not_to_contain_text("12 weeks")
    page.get_by_label("Another column").select_option("domain")  # the sheet stays open
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(page.locator("#rows thead")).to_contain_text("Domain")
    page.keyboard.press("Escape")
    page.locator("#view-sheet summary").click()
    page.get_by_label("Name of the view").fill("Weak")
    assert not axe_violations(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Weak")
    expect(page.locator("#rows thead")).to_contain_text("Domain")


def test_a_mark_of_the_chart_opens_its_customer_and_a_score_its_explanation(
    open_page: OpenPage, dana: Access, customers: dict[str, Account]
) -> None:
    page = open_page("/customers?where=band.is.good", dana)
    page.locator("#rows .lead .why").click()
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator("#drawer [data-body]")).to_contain_text("Every measure")
    page.keyboard.press("Escape")
    page.locator("[data-chart][data-drawn] path[fill-opacity]").last.click(force=True)
    page.wait_for_url(f"**/customers/{customers['acme'].pk}")
    expect(page.locator("h1")).to_have_text("Acme")


def test_a_customer_told_in_parts_and_tabs(open_page: OpenPage, dana: Access) -> None:
    row = story.borealis(dana, is_scored=True)
    page = open_page(f"/customers/{row.pk}", dana)
    page.evaluate("window.stays = true")
    expect(page.locator("#why")).to_contain_text("the parts add up to")
    expect(page.locator("#happened .timeline > li").first).to_be_visible()
    page.locator("#happened .kinds").get_by_text("Feedback").click()
    expect(page.locator("#happened .timeline > li")).to_have_count(2)
    page.locator("#why .parts a").first.click()
    expect(page.locator("#drawer")).to_contain_text("What it rests on")
    page.keyboard.press("Escape")
    page.locator(".tabs").get_by_text("Notes").click()
    page.get_by_label("What happened, or what you agreed").fill("Ida leaves in May")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".answers")).to_contain_text("Ida leaves in May")
    expect(page.locator(".toast")).to_contain_text("Noted.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".answers")).to_have_count(0)


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_and_axe_is_content(
    open_page: OpenPage, dana: Access, customers: dict[str, Account], size: tuple[int, int], theme: str
) -> None:
    customers["borealis"].delete()
    if (theme, size) != ("light", DESKTOP):  # once with a full page: axe compares everything with everything
        Account.objects.filter(name__regex=r"^Small \d\d$").delete()
    row = story.borealis(dana, "Borealis and " * 12, is_scored=True)
    paths = ["/customers", "/customers?where=band.is.poor&where=arr.at_least.20000&where=segment.is_missing"]
    paths += [f"/customers/{row.pk}{tab}" for tab in ("", "/use", "/people", "/feedback", "/money", "/notes")]
    paths += [f"/explain/score/{row.pk}", f"/explain/metric/seat_use?account={row.pk}"]
    for path in paths:
        page = open_page(path, dana, theme=theme, size=size)
        expect(page.locator(".skeleton:visible")).to_have_count(0)
        assert sideways_scroll(page) == 0, path
        if size != SMALL:
            assert axe_violations(page) == [], path
        page.context.close()
