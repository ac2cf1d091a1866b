"""Colleagues are offered while somebody types @, by keys and to the ear; without scripts it is text."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tenure.touchpoints.models import Mention
from tenure.workspaces.access import Access
from tenure.workspaces.models import User
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.story import borealis

pytestmark = pytest.mark.browser


@pytest.fixture
def notes(access: Access, dana: Access, olga: Access) -> str:
    """The address of Borealis's notes; two colleagues share a name."""
    cast.member(access, "Max", Role.AGENT)
    twin = User.objects.create_user("max.2@example.test", name="Max")
    twin.memberships.create(workspace=access.workspace, role=Role.VIEWER)
    return f"/customers/{borealis(access).pk}/notes"


def typing(page: Page, words: str) -> None:
    """Type into the new note, one key after the other."""
    page.locator("#text").press_sequentially(words)


def test_whom_one_means_is_chosen_by_keys_and_asked(open_page: OpenPage, dana: Access, notes: str) -> None:
    page = open_page(notes, dana)
    typing(page, "Please look, @o")
    expect(page.locator("#mentions [role=option]")).to_have_count(1)
    expect(page.locator("#text")).to_have_attribute("aria-activedescendant", "mention-1")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Please look, @Olga ")
    expect(page.locator("#mentions")).to_have_count(0)
    typing(page, "and @max")
    expect(page.locator("#mentions [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_have_value("Please look, @Olga and @max@example.test ")
    typing(page, "@da")
    expect(page.locator("#mentions")).to_have_count(0)
    typing(page, " @ol")
    expect(page.locator("#mentions [role=option]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#mentions")).to_have_count(0)
    typing(page, " @ol")
    expect(page.locator("#mentions [role=option]")).to_have_count(1)
    page.get_by_role("button", name="Keep").click()  # with the list open: nothing moves under the pointer
    expect(page.get_by_text("Please look,").first).to_be_visible()
    asked = Mention.objects.values_list("user__email", flat=True)
    assert set(asked) == {"olga@example.test", "max@example.test"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_list_is_accessible_and_fits(
    open_page: OpenPage, dana: Access, notes: str, theme: str, size: tuple[int, int]
) -> None:
    page = open_page(notes, dana, theme=theme, size=size)
    typing(page, "@")
    expect(page.locator("#mentions [role=option]").first).to_be_visible()
    if folder := os.environ.get("TENURE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/mentions-{theme}-{size[0]}.png")
    assert sideways_scroll(page) == 0
    assert axe_violations(page) == []


def test_viewers_are_offered_nobody(notes: str, vic: Access, visit: Visit) -> None:
    assert visit(vic).get("/colleagues?q=o").status_code == 403


def test_only_ones_own_workspace_is_offered(
    notes: str, dana: Access, neighbour: Access, visit: Visit
) -> None:
    cast.member(neighbour, "Otto", Role.OWNER)
    assert "Olga" in visit(dana).get("/colleagues?q=o").text
    assert "Otto" not in visit(dana).get("/colleagues?q=o").text
    assert "olga@example.test" in visit(dana).get("/colleagues").text
