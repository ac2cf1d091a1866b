"""The editor of health profiles in a real browser: curves dragged, moved by keys, typed; tried and saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tenure.health import editing
from tenure.health import profile as profiles
from tenure.health.models import HealthProfile
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.health.scene import known, only

pytestmark = pytest.mark.browser


@pytest.fixture
def many(access: Access) -> Access:
    """Thirty customers between no use and full use; some answered a survey, some have left."""
    for number in range(30):
        values = {"seat_use": number / 29, "days_since_last_activity": float(number)}
        values |= {"nps": 100.0 - 6 * number} if number % 3 == 0 else {}
        known(access, f"Acme {number}", segment="Large" if number % 2 else "Small", **values)
    return access


def curve(page: Page, name: str) -> Locator:
    """A measure of the editor, once its curve can be moved."""
    found = page.get_by_role("group", name=name, exact=True)
    expect(found.locator(".dot[tabindex]").first).to_be_visible()
    return found


def cell(page: Page, name: str, point: int, what: str) -> Locator:
    return page.get_by_label(f"{name}, point {point}, {what}", exact=True)


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """Waits until the page has done what it does with the next answer."""
    mark = "() => document.body.setAttribute('data-answered', '')"
    page.evaluate(f"addEventListener('htmx:afterRequest', {mark}, {{once: true}})")
    yield
    expect(page.locator("body[data-answered]")).to_be_attached()


def test_a_point_is_dragged_and_the_table_follows(open_page: OpenPage, many: Access, olga: Access) -> None:
    page = open_page("/settings/health/default", olga)
    dot = curve(page, "Seat use").locator(".dot").nth(2)
    expect(cell(page, "Seat use", 3, "value")).to_have_value("50")
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] - 50, steps=5)
    page.mouse.up()
    value, points = (cell(page, "Seat use", 3, what).input_value() for what in ("value", "points"))
    assert 50 < float(value) < 75
    assert 60 < float(points) <= 100
    expect(dot).to_have_attribute("aria-valuenow", points)
    page.mouse.move(5, 5)  # let go is let go
    expect(cell(page, "Seat use", 3, "value")).to_have_value(value)
    far = curve(page, "Seat use").locator(".dot").nth(3).bounding_box()
    assert far is not None
    dot.hover()
    page.mouse.down()
    page.mouse.move(far["x"] + 200, far["y"], steps=3)
    page.mouse.up()
    assert float(cell(page, "Seat use", 3, "value").input_value()) < 75  # never past its neighbour


def test_a_point_is_moved_by_keys_and_by_typing(open_page: OpenPage, many: Access, olga: Access) -> None:
    page = open_page("/settings/health/default", olga)
    dots = curve(page, "Seat use").get_by_role("slider")
    expect(dots).to_have_count(5)
    dots.nth(2).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "Seat use", 3, "points")).to_have_value("66")
    expect(cell(page, "Seat use", 3, "value")).to_have_value("51")
    expect(dots.nth(2)).to_have_attribute("aria-valuetext", "51 % gives 66 points")
    cell(page, "Seat use", 3, "points").fill("20")
    expect(dots.nth(2)).to_have_attribute("aria-valuenow", "20")
    dots.nth(2).focus()
    page.keyboard.press("Delete")
    expect(dots).to_have_count(4)
    cell(page, "Seat use", 6, "value").fill("60")
    cell(page, "Seat use", 6, "points").fill("70")
    expect(dots).to_have_count(5)
    curve(page, "Seat use").locator("svg").dblclick(position={"x": 150, "y": 60})
    expect(dots).to_have_count(5)  # the empty row is taken: nothing is lost, nothing is doubled


def test_an_owner_previews_and_saves(open_page: OpenPage, many: Access, olga: Access) -> None:
    page = open_page("/settings/health/default", olga)
    curve(page, "Seat use").get_by_role("slider").nth(1).focus()
    for _ in range(8):
        page.keyboard.press("Shift+ArrowUp")
    page.locator("#weight-seat_use").fill("6")
    page.get_by_role("button", name="Preview").click()  # while the weight is still being typed: not lost
    shown = page.get_by_role("region", name="What it would change")
    expect(shown).to_contain_text(re.compile(r"\d+ of 30 customers would be in another band"))
    expect(page.get_by_role("region", name="From band to band").get_by_role("row")).to_have_count(5)
    assert axe_violations(page) == []
    assert not HealthProfile.objects.exists()
    expect(curve(page, "Seat use").get_by_role("slider").nth(1)).to_have_attribute("aria-valuenow", "95")
    page.get_by_label("Why this change?").fill("A tenth of the seats is a beginning")
    page.get_by_role("button", name="Save as version 2").click()
    page.wait_for_url("**/settings/health/default/versions")
    expect(page.locator("#toasts")).to_contain_text("Default is saved as version 2")
    expect(page.locator("main")).to_contain_text("A tenth of the seats is a beginning")
    expect(page.locator("main")).to_contain_text("Seat use: 10 % gives 95 points instead of 15")
    page.get_by_role("link", name="Go back to version 1").click()
    expect(page.get_by_role("region", name="What it would change")).to_be_visible()
    page.get_by_role("button", name="Save as version 3").click()
    page.wait_for_url("**/settings/health/default/versions")
    newest = HealthProfile.objects.get(version=3)
    assert profiles.body_of(profiles.read(newest.body)) == profiles.body_of(profiles.default())


def test_a_weight_shows_its_share_at_once(open_page: OpenPage, many: Access, olga: Access) -> None:
    page = open_page("/settings/health/default", olga)
    seats = page.get_by_role("group", name="Seat use", exact=True)
    expect(seats.locator(".pill")).to_have_text("20 % of the whole")
    seats.get_by_label("Weight").fill("9")
    seats.get_by_label("Weight").press("Tab")
    expect(seats.locator(".pill")).to_have_text("36 % of the whole")
    page.get_by_label("A measure more").select_option("active_people")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("group", name="Active people", exact=True)).to_be_visible()
    expect(seats.get_by_label("Weight")).to_have_value("9")


@pytest.mark.parametrize("leaves", ["before", "after"])
def test_what_is_typed_while_an_answer_is_on_its_way_stays(
    open_page: OpenPage, many: Access, olga: Access, leaves: str
) -> None:
    page = open_page("/settings/health/default", olga)
    seats = curve(page, "Seat use")
    held: list[Route] = []
    page.route("**/settings/health/default", lambda route: held.append(route), times=1)
    with page.expect_request("**/settings/health/default"):
        seats.get_by_label("Weight").fill("9")
        page.get_by_label("Good begins at").focus()
    page.get_by_label("Good begins at").fill("71")
    if leaves == "before":  # the hands are in a field in which nothing is typed when the answer comes
        page.get_by_label("Fair begins at").focus()
        held[0].continue_()
    else:
        with answered(page):
            held[0].continue_()
        expect(seats.locator(".pill")).to_have_text(
            "20 % of the whole"
        )  # an answer to what is not there any more
        page.get_by_label("Fair begins at").focus()  # the hands leave the field: now it is asked again
    expect(seats.locator(".pill")).to_have_text("36 % of the whole")
    expect(page.get_by_label("Fair begins at")).to_be_focused()
    expect(page.get_by_label("Good begins at")).to_have_value("71")
    expect(seats.get_by_label("Weight")).to_have_value("9")


def test_a_profile_for_a_segment_is_made_by_choosing(open_page: OpenPage, many: Access, olga: Access) -> None:
    page = open_page("/settings/health/new", olga)
    page.get_by_label("Name").fill("large")
    page.get_by_label("Condition 1: what").select_option("segment")
    expect(page.get_by_label("Condition 2: what")).to_be_visible()
    page.get_by_label("Condition 1: value").fill("Large")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="What it would change")).to_contain_text("15")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/health/large/versions")
    page.goto("/settings/health")
    expect(page.get_by_role("row", name="Large")).to_contain_text("Customers in segment Large")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, (320, 700)], ids=["desktop", "phone", "narrow"])
def test_the_pages_are_accessible(
    open_page: OpenPage, many: Access, olga: Access, vic: Access, theme: str, size: tuple[int, int]
) -> None:
    editing.save(many, only("seat_use", 1, name="large", accounts=["segment.is.Large"], place=1), "Try")
    editing.save(many, only("seat_use", 0.8, name="large", accounts=["segment.is.Large"], place=1), "Again")
    for path, who in (
        ("/settings/health", olga),
        ("/settings/health/default", vic),
        ("/settings/health/large?version=1", olga),
        ("/settings/health/large/versions", olga),
        ("/settings/health/large/remove", olga),
    ):
        page = open_page(path, who, theme=theme, size=size)
        expect(page.locator("html[data-ready]")).to_be_attached()
        assert axe_violations(page) == [], path
        assert sideways_scroll(page) == 0, path
