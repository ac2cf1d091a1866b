"""The Data page in a real browser: a file brought in while one watches; on a phone, in both themes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tenure.accounts.models import Account
from tenure.sources import actions
from tenure.sources.imports import run_import
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun, Pickup
from tenure.sources.pickups.actions import fetch_first, set_up
from tenure.sources.pickups.fetching import Fetched
from tenure.workspaces.access import Access
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.test_data import set_aside

pytestmark = pytest.mark.browser

SUBSCRIPTIONS = """customerID,gender,SeniorCitizen,Partner,tenure,Contract,MonthlyCharges,TotalCharges,Churn
7590-VHVEG,Female,0,Yes,1,Month-to-month,29.85,29.85,No
5575-GNVDE,Male,0,No,34,One year,56.95,1889.5,No
3668-QPYBK,Male,0,No,2,Month-to-month,53.85,108.15,Yes
7795-CFOCW,Male,0,No,45,One year,forty,1840.75,No
9237-HQITU,Female,0,No,2,Month-to-month,70.7,151.65,Perhaps
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Customers with churn.csv"
    path.write_text(SUBSCRIPTIONS)
    return path


LATE = "subscription_id,account_id,amount,start\n" + "".join(
    f"S{n},acme,1.234,{'03/04/2026' if n < 20 else '05/06/2026'}\n" for n in range(40)
)


@pytest.fixture
def asking(access: Access) -> ImportRun:
    """An import that waits for answers."""
    run = actions.upload(access, "terms.csv", [LATE.encode()])
    actions.request_import(access, run.pk)
    return run_import(run.pk)


@pytest.fixture
def lived_in(access: Access, file: Path, tmp_path: Path) -> ImportRun:
    """Imports of every fate, events, and some set aside; gives a draft."""
    rows = [f"2026-11-{n % 20 + 1:02d}T10:{n:02d}:00Z,acme,ann,Report exported" for n in range(30)]
    (tmp_path / "events.csv").write_text("\n".join(["timestamp,account_id,person_id,event", *rows, ""]))
    actions.import_file(access, "events", tmp_path / "events.csv", Options())
    actions.import_file(access, "subscriptions", file, Options())
    (tmp_path / "colours.csv").write_text("colour\nred\n")
    actions.import_file(access, "people", tmp_path / "colours.csv", Options())
    for number in range(3):
        set_aside(access, {"type": "track", "userId": "ann", "properties": {"n": number}}, position=number)
    return actions.upload(access, "Customers with churn.csv", [SUBSCRIPTIONS.encode()])


def test_a_file_is_dropped_understood_mended_and_imported(
    open_page: OpenPage, access: Access, dana: Access, file: Path
) -> None:
    page = open_page("/data", dana)
    page.set_input_files("#file", file)
    page.wait_for_url("**/data/imports/*")
    expect(page.locator("#map-account_id")).to_have_value("customerID")
    expect(page.get_by_text("2 rows cannot be taken")).to_be_visible()
    expect(page.get_by_text("3 to add, 0 to change")).to_be_visible()
    page.get_by_text("columns that it does not seem to have").click()
    assert page.locator("#preview .columns").evaluate("one => one.scrollHeight <= one.clientHeight")
    page.locator("#map-product").select_option("Contract")
    expect(page.locator("th", has_text="product")).to_be_visible()
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    run_import(access.of(ImportRun).get().pk)
    expect(page.get_by_role("heading", name="Rows that could not be taken")).to_be_visible()
    expect(page.get_by_text("MonthlyCharges 'forty' is not a number")).to_be_visible()
    assert access.of(Account).count() == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_view_is_accessible_and_fits(
    open_page: OpenPage, dana: Access, lived_in: ImportRun, theme: str, size: tuple[int, int]
) -> None:
    done = ImportRun.objects.get(kind="subscriptions", status="done")
    views = {
        "data": "/data",
        "preview": f"/data/imports/{lived_in.pk}",
        "result": f"/data/imports/{done.pk}",
        "aside": "/data/rejected",
    }
    for name, path in views.items():
        page = open_page(path, dana, theme=theme, size=size)
        _settled(page, name)
        if folder := os.environ.get("TENURE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}-{theme}-{size[0]}.png", full_page=True)
        assert sideways_scroll(page) == 0, path
        assert axe_violations(page) == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_questions_and_pick_ups_are_accessible_and_fit(
    open_page: OpenPage, access: Access, dana: Access, asking: ImportRun, theme: str, size: tuple[int, int]
) -> None:
    address = "https://files.example/exports/of/every/customer/that/we/have/customers.csv"
    fetching, refused, begun = (
        Pickup.objects.create(
            workspace=access.workspace, where=address, every_minutes=60, created_by="dana@us.example", **about
        )
        for about in (
            {},
            {"last_failed": True, "failures": 1, "last_says": f"{address} answered 404 Not Found"},
            {"kind": "accounts", "is_on": True, "last_says": "customers.csv: 12 rows: 12 added"},
        )
    )
    draft = actions.upload(access, "first.csv", [SUBSCRIPTIONS.encode()], begun)
    views = {
        "asking": (f"/data/imports/{asking.pk}", "Is the day or the month first?"),
        "question": (f"/data/imports/{_questioned(access)}", "Answer above"),
        "pickups": ("/data/pickups", "answered 404 Not Found"),
        "pickup-new": ("/data/pickups/new", "Where are the files?"),
        "pickup-fetching": (f"/data/pickups/{fetching.pk}", "Its first file is being fetched"),
        "pickup-refused": (f"/data/pickups/{refused.pk}", "answered 404"),
        "pickup-preview": (f"/data/imports/{draft.pk}", "This is the first file of"),
    }
    for name, (path, says) in views.items():
        page = open_page(path, dana, theme=theme, size=size)
        expect(page.get_by_text(says).first).to_be_visible()
        if folder := os.environ.get("TENURE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}-{theme}-{size[0]}.png", full_page=True)
        assert sideways_scroll(page) == 0, path
        assert axe_violations(page) == [], path


def _questioned(access: Access) -> str:
    """A draft whose preview asks."""
    return actions.upload(access, "terms.csv", [LATE.encode()]).pk


def test_an_import_asks_is_answered_and_goes_on(
    open_page: OpenPage, access: Access, dana: Access, asking: ImportRun
) -> None:
    page = open_page(f"/data/imports/{asking.pk}", dana)
    page.get_by_label("Month first:").check()
    page.get_by_label("Point:").check()
    page.get_by_role("button", name="Go on importing").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    run_import(asking.pk)
    expect(page.get_by_role("link", name="See the customers")).to_be_visible()


def test_a_first_file_that_arrives_opens_its_preview(
    open_page: OpenPage, access: Access, dana: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickup = set_up(dana, "https://files.example/customers.csv", 60)
    page = open_page(f"/data/pickups/{pickup.pk}", dana)
    expect(page.get_by_text("Its first file is being fetched")).to_be_visible()

    def fetched(url: str, headers: object, etag: str, modified: str, target: Path, policy: object) -> Fetched:
        target.write_text(SUBSCRIPTIONS)
        return Fetched(True, "customers.csv", "", "")

    monkeypatch.setattr("tenure.sources.pickups.fetching.fetch", fetched)
    fetch_first(pickup.pk)
    page.wait_for_url("**/data/imports/*")
    expect(page.get_by_text("This is the first file of")).to_be_visible()


def _settled(page: Page, name: str) -> None:
    """The parts that are fetched by themselves are there."""
    if name == "data":
        expect(page.get_by_text("30 events in all")).to_be_visible()
    if name == "preview":
        expect(page.get_by_text("to add,")).to_be_visible()
