"""The frame and its parts in a real browser: keys, palette, drawer, charts, phone, themes, WCAG."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Route, expect

from tenure.accounts.models import Account
from tenure.workspaces import actions, members
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit

# What a part of the page that loads by itself may do while an answer is awaited.
ANOTHER_ANSWER_FIRST = """() => document.addEventListener("htmx:beforeSend", () =>
  document.dispatchEvent(new CustomEvent("htmx:afterOnLoad", { detail: {} })), { once: true })"""

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("specimen")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_one_of_everything_is_accessible_in_both_themes(
    open_page: OpenPage, dana: Access, theme: str, size: tuple[int, int]
) -> None:
    page = open_page("/specimen", dana, theme=theme, size=size)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(5)
    assert axe_violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440, 3840])
def test_nothing_makes_a_page_scroll_sideways(open_page: OpenPage, dana: Access, width: int) -> None:
    page = open_page("/specimen", dana, size=(width, 900))
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(5)
    assert sideways_scroll(page) == 0


# --- palette


def test_the_palette_finds_and_opens_with_the_keyboard_alone(open_page: OpenPage, dana: Access) -> None:
    acme = Account.objects.create(workspace=dana.workspace, external_id="acme", name="Acme")
    Account.objects.create(workspace=dana.workspace, external_id="acmeology", name="Acmeology")
    page = open_page("/specimen", dana)
    page.get_by_role("link", name="Export").focus()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find or do anything")).to_be_focused()
    expect(page.locator("#palette").get_by_role("option", selected=True)).to_have_count(1)
    assert axe_violations(page, "#palette") == []
    page.keyboard.type("acme")
    whole = "Everything that fits “acme”"
    expect(page.locator("#palette").get_by_role("option")).to_have_text(["Acme", "Acmeology", whole])
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette").get_by_role("option", selected=True)).to_have_text("Acmeology")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette").get_by_role("option", selected=True)).to_have_text(whole)
    page.keyboard.press("ArrowDown")  # round to the first
    expect(page.locator("#palette").get_by_role("option", selected=True)).to_have_text("Acme")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("link", name="Export")).to_be_focused()
    page.keyboard.press("Meta+k")
    page.keyboard.type("acme")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(3)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{acme.pk}")


def test_the_palette_says_when_nothing_is_found_and_when_search_does_not_answer(
    open_page: OpenPage, dana: Access
) -> None:
    page = open_page("/specimen", dana)
    page.keyboard.press("Control+k")
    page.keyboard.type("<b>zz")
    expect(page.locator("#palette")).to_contain_text("Nothing is called “<b>zz”")
    page.route("**/palette*", lambda route: route.fulfill(status=500, body="no"))
    page.keyboard.type("z")
    expect(page.locator("#palette [role=alert]")).to_contain_text("Search does not answer")


def test_the_palette_does_things(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    page.keyboard.press("Control+k")
    page.keyboard.type("theme")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Control+k")
    page.keyboard.type("sign out")
    page.keyboard.press("Enter")  # before the answer is there: it waits for it
    page.wait_for_url("**/sign-in")


# --- keys


def test_keys_move_over_the_rows_and_open_them(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    here = page.locator("[data-row].is-here")
    page.keyboard.press("j")
    expect(here.locator(".name")).to_have_text("Acme")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(here.locator(".name")).to_have_text("Cinder")
    page.keyboard.press("k")
    expect(here.locator(".name")).to_have_text("Borealis")
    page.keyboard.press("Enter")
    page.wait_for_url("**/open/2")


def test_e_does_what_the_row_offers_says_so_and_can_be_undone(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.evaluate(ANOTHER_ANSWER_FIRST)
    page.keyboard.press("e")
    expect(rows).to_have_count(3)
    expect(page.locator("[data-row].is-here .name")).to_have_text("Cinder")
    expect(page.locator("#toasts")).to_contain_text("Borealis is done.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Borealis is back.")


def test_keys_are_letters_where_somebody_writes(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    page.keyboard.press("/")
    field = page.get_by_placeholder("Search customers")
    expect(field).to_be_focused()
    page.keyboard.type("jk?gs")
    expect(field).to_have_value("jk?gs")
    expect(page.locator("[data-row].is-here")).to_have_count(0)
    expect(page).to_have_url(re.compile("/specimen$"))


def test_g_and_a_letter_go_somewhere_and_the_question_mark_lists_them(
    open_page: OpenPage, dana: Access
) -> None:
    page = open_page("/specimen", dana)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("go to Settings")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/settings")


# --- the drawer


def test_a_number_explains_itself_in_the_drawer_and_focus_comes_back(
    open_page: OpenPage, dana: Access
) -> None:
    page = open_page("/specimen", dana)
    number = page.get_by_role("link", name="$334k")
    number.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="What arr means")
    expect(drawer).to_contain_text("Everything about arr.")
    assert axe_violations(page, "#drawer") == []
    drawer.get_by_role("link", name="coverage").click()
    expect(page.get_by_role("dialog", name="What coverage means")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(drawer).to_contain_text("Everything about arr.")
    expect(drawer.get_by_role("link", name="Open as a page")).to_have_attribute(
        "href", re.compile("/explain/arr$")
    )
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(number).to_be_focused()
    expect(page).to_have_url(re.compile("/specimen$"))


def test_without_scripts_an_explanation_is_a_page(open_page: OpenPage, dana: Access, visit: Visit) -> None:
    whole = visit(dana).get("/explain/arr").text
    part = visit(dana).get("/explain/arr", headers={"HX-Request": "true"}).text
    assert "<h1>What arr means</h1>" in whole
    assert "<html" not in part
    assert "Everything about arr." in part


def test_the_drawer_says_when_the_server_does_not_answer(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    page.route("**/explain/**", lambda route: route.abort())
    page.get_by_role("link", name="$334k").click()
    expect(page.locator("#drawer [role=alert]")).to_contain_text("This could not be shown")


def test_when_the_session_has_ended_the_drawer_leads_to_sign_in(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    expect(page.locator("#main .skeleton")).to_have_count(0)  # what comes late would lead to sign-in, too
    page.context.clear_cookies()
    page.get_by_role("link", name="$334k").click()
    page.wait_for_url(re.compile(r"/sign-in\?next="))


# --- charts


def test_a_chart_shows_its_figures_as_a_table_too(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    figure = page.locator("figure", has_text="Outcomes and experience")
    expect(figure.locator("svg")).to_have_count(1)
    figure.get_by_role("button", name="Table").click()
    table = figure.get_by_role("table")
    expect(table.locator("th")).to_have_text(["Name", "Experience", "Outcomes", "Band", "ARR"])
    expect(table.locator("tr", has_text="Acme")).to_have_text("Acme8288good$120k")
    expect(table).to_contain_text("<b>Cinder</b>")  # a name is text, whatever it says
    assert axe_violations(page, "figure") == []
    table.get_by_role("link", name="Acme").click()
    page.wait_for_url("**/open/acme")


def test_a_chart_can_be_taken_away_as_csv_and_png(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(5)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download “Outcomes and experience” as CSV").click()
    assert download.value.suggested_filename == "outcomes-and-experience.csv"
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert rows[0] == ["Name", "Experience", "Outcomes", "Band", "ARR"]
    assert rows[1] == ["Acme", "82", "88", "good", "120000"]
    assert rows[4][0] == "'=Dune"  # a spreadsheet must not run it
    with page.expect_download() as download:
        page.get_by_role("button", name="Download “People active each week” as CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert rows[:2] == [["Week", "Acme", "All customers, mean"], ["2026-01-05", "40", "24"]]
    assert rows[10] == ["2026-03-09", "", "24"]  # missing, not 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download “ARR by month” as PNG").click()
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download “How ARR moved” as SVG").click()
    assert download.value.suggested_filename == "how-arr-moved.svg"
    drawing = download.value.path().read_text()
    assert drawing.startswith("<svg")
    assert all(f">{word}<" in drawing for word in ("Start", "+$120k", "-$80k", "End")), drawing


def test_a_chart_is_redrawn_for_its_width_and_theme(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    figure = page.locator("figure", has_text="People active each week")
    label = figure.locator("svg text", has_text="Feb").first
    expect(label).to_have_attribute("fill", "rgb(93, 89, 84)")
    wide = figure.locator("svg").bounding_box()
    page.emulate_media(color_scheme="dark")
    expect(label).to_have_attribute("fill", "rgb(169, 166, 160)")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(figure.locator("svg")).to_have_attribute("width", re.compile("^3[0-3][0-9]$"))
    narrow = figure.locator("svg").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["height"] == wide["height"]  # redrawn, not shrunk


def test_a_mark_opens_its_customer(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(5)
    figure = page.locator("figure", has_text="Outcomes and experience")
    figure.locator("svg path[fill='rgb(23, 117, 74)']").last.click()
    page.wait_for_url("**/open/acme", wait_until="commit")


def test_a_mark_opens_though_it_is_redrawn_while_it_is_pressed(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    expect(page.locator("[data-chart][data-drawn] svg")).to_have_count(5)
    figure = page.locator("figure", has_text="Outcomes and experience")
    marks = figure.locator("svg path[fill-opacity]")
    mark = figure.locator("svg path[fill='rgb(23, 117, 74)']").last
    mark.hover()
    page.mouse.down()
    page.emulate_media(color_scheme="dark")
    expect(mark).to_have_count(0)
    expect(marks.first).to_be_visible()
    page.mouse.up()
    page.wait_for_url("**/open/acme", wait_until="commit")


# --- theme, menus, live


def test_the_theme_is_remembered_and_written_by_the_server(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    page.get_by_role("button", name="Dana").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.reload()
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page.content().replace(' data-ready=""', "")


def test_on_a_phone_the_places_stand_below_and_the_rest_under_more(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana, size=PHONE)
    bar = page.get_by_role("navigation", name="Pages", exact=True).bounding_box()
    assert bar is not None
    assert bar["y"] > 760
    page.get_by_role("button", name="More").click()
    expect(page.locator("#menu").get_by_role("link", name="Settings")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("link", name="Find").click()
    expect(page.get_by_role("combobox", name="Find or do anything")).to_be_focused()


def test_news_make_what_listens_look_again(open_page: OpenPage, dana: Access) -> None:
    """The stream is the collector's; here it is played: broken off once, taken up with a new ticket."""
    streams: list[str] = []
    tickets: list[str] = []

    def stream(route: Route) -> None:
        streams.append(route.request.url)
        says = 'event: accounts\ndata: {"ids": []}\n\n' if len(streams) > 1 else ""
        route.fulfill(status=200, content_type="text/event-stream", body=f": hello\n\n{says}")

    page = open_page("/specimen", dana)
    page.route("**/live?ticket=*", stream)
    page.on("response", lambda answer: tickets.append(answer.url) if "/live-ticket" in answer.url else None)
    page.reload()
    expect(page.locator("#nav")).to_contain_text("Settings")
    Account.objects.create(workspace=dana.workspace, external_id="new", name="New")
    expect(page.locator("#nav .count")).to_have_text("1")
    assert len(streams) >= 2
    assert len(tickets) >= len(streams) - 1


def test_a_request_that_fails_says_so_in_words(open_page: OpenPage, dana: Access) -> None:
    page = open_page("/specimen", dana)
    page.route("**/done", lambda route: route.fulfill(status=500, body="no"))
    page.locator("[data-row] button").first.click()
    expect(page.locator("#toasts")).to_contain_text(
        "The server could not do that (500); nothing was changed."
    )
    page.route("**/done", lambda route: route.abort())
    page.locator("[data-row] button").first.click()
    expect(page.locator("#toasts")).to_contain_text("No answer from the server")


# --- pages of this room


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sign_in_and_settings_are_accessible(open_page: OpenPage, olga: Access, theme: str) -> None:
    actions.create_key(olga, name="Our web app")
    members.invite(olga, Role.VIEWER, "ann@example.test")
    token = members.invite(olga, Role.VIEWER)
    for path, who in (
        ("/sign-in", None),
        ("/sign-in/password", None),
        (f"/welcome/{token}", None),
        ("/welcome/used", None),
        ("/settings", olga),
        ("/settings/people", olga),
        ("/settings/keys", olga),
        ("/settings/audit", olga),
        ("/settings/you", olga),
        ("/palette", olga),
        ("/no-such-page", olga),
    ):
        page = open_page(path, who, theme=theme)
        assert axe_violations(page) == [], path
        page.set_viewport_size({"width": 320, "height": 700})
        assert axe_violations(page) == [], path
        assert sideways_scroll(page) == 0, path


def test_an_owner_invites_and_a_colleague_joins(open_page: OpenPage, olga: Access) -> None:
    page = open_page("/settings/people", olga)
    page.get_by_label("E-mail, if you know it").fill("ann@example.test")
    page.get_by_label("Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Invitation link").inner_text()
    anns = open_page(link)
    anns.get_by_label("Your name").fill("Ann Ames")
    anns.get_by_label("Password").fill("a long enough one")
    anns.get_by_role("button", name="Join").click()
    anns.wait_for_url(re.compile(r"/$"))
    anns.goto("/settings/people")
    expect(anns.get_by_role("row", name="Ann Ames")).to_contain_text("viewer")
    page.reload()
    page.goto("/settings/people")
    page.get_by_role("link", name="Change Ann Ames").click()
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Ann Ames is a manager and sees all customers.")
    page.get_by_role("link", name="Change Ann Ames").click()
    page.locator("summary", has_text="Remove").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("no longer belongs")
    expect(page.get_by_role("row", name="Ann Ames")).to_have_count(0)
