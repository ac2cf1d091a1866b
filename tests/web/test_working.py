"""Pages whose figures take a moment with many customers: there at once, and the figures come into them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import expect

from tenure.kit import changes
from tenure.revenue.jobs import keep_running
from tenure.web.queries import kept
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import PHONE, OpenPage, sideways_scroll
from tests.renewals.scene import NOW, tell
from tests.web import reading
from tests.web.conftest import Visit

WORKING = "They are being worked out anew"
PAGES = [("/renewals?view=table", "Churn cost to date"), ("/portfolio?by=month", "ARR at the end")]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(visit: Visit, olga: Access, access: Access, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Of a workspace with more contracts than figures are made of at once."""
    tell(access)
    keep_running(access.workspace)
    monkeypatch.setattr(kept, "MANY", 3)
    return visit(olga)


@pytest.mark.parametrize(("address", "figure"), PAGES)
def test_the_page_is_there_before_its_figures(
    client: Client, access: Access, address: str, figure: str
) -> None:
    changes.touch(access.workspace.pk, "note")
    page = client.get(address).content.decode()
    assert WORKING in page
    assert figure not in page
    [later] = [
        part.split('"')[0].replace("&amp;", "&") for part in page.split('hx-get="?')[1:] if "now=1" in part
    ]
    assert address.partition("?")[2] in later
    path = address.partition("?")[0]
    assert figure in reading.text(client.get(f"{path}?{later}").content)
    again = reading.text(client.get(address).content)
    assert figure in again, "they are kept"
    assert WORKING not in again
    changes.touch(access.workspace.pk, "note")
    assert WORKING in client.get(address).content.decode(), "old figures never stand there as new ones"


def test_few_contracts_are_worked_out_at_once(visit: Visit, access: Access, client: Client) -> None:
    dana = visit(cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False))
    for address, _ in PAGES:
        assert WORKING not in dana.get(address).content.decode()


@pytest.mark.browser
def test_the_figures_come_into_the_page(
    client: Client, access: Access, olga: Access, open_page: OpenPage
) -> None:
    page = open_page("/portfolio", olga, size=PHONE)
    expect(page.locator("main .figures")).to_contain_text("ARR at the end")
    expect(page.locator("#working")).to_have_count(0)
    expect(page.locator("[data-chart][data-drawn] svg")).not_to_have_count(0)
    assert "now=1" not in page.url
    assert sideways_scroll(page) == 0


@pytest.mark.browser
def test_the_part_that_the_address_names_is_in_sight_once_it_is_there(
    client: Client, olga: Access, open_page: OpenPage
) -> None:
    page = open_page("/renewals?quarter=2026Q4#board", olga, size=PHONE)
    expect(page.locator("#board")).to_be_in_viewport()
