"""Families on the pages: told together with how, shown per family in the list, moved and moved back."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tenure.accounts.models import Account
from tenure.desk import rolling
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.desk.test_rolling import told
from tests.web.conftest import Visit
from tests.web.reading import names, text


@pytest.fixture
def rows(access: Access) -> dict[str, Account]:
    found = told(access)
    rolling.refresh(access.workspace)
    return found


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def test_a_family_is_a_part_of_the_page_and_every_figure_says_how(
    client: Client, rows: dict[str, Account]
) -> None:
    acme = rows["acme"]
    assert f"/customers/{acme.pk}/family" in client.get(f"/customers/{acme.pk}").content.decode()
    page = client.get(f"/customers/{acme.pk}/family")
    words = text(page.content)
    assert "Acme and 3 below" in words
    assert "Success fair 50 ARR $4k Active people 2 Seats used no data" in words
    for figure in re.findall(rf'href="(/explain/family/{acme.pk}/\w+)"', page.content.decode()):
        assert client.get(figure).status_code == 200, figure
    score = text(client.get(f"/explain/family/{acme.pk}/success").content)
    assert "50.0" in score
    assert "Here each counts by its ARR." in score
    assert "Borealis 40.0 $3,000.00" in score
    assert "1 of 4 have no value" in score
    assert "distinct" in text(client.get(f"/explain/family/{acme.pk}/people").content).lower()
    assert client.get(f"/explain/family/{acme.pk}/nonsense").status_code == 404
    assert client.get(f"/explain/family/{rows['dune'].pk}/arr").status_code == 404
    assert "/family" not in client.get(f"/customers/{rows['dune'].pk}").content.decode()


def test_the_list_per_family_sorts_by_what_it_shows(
    client: Client, access: Access, rows: dict[str, Account]
) -> None:
    other = Account.objects.create(workspace=access.workspace, external_id="eos", name="Eos")
    per_account = client.get("/customers?sort=-arr")
    assert names(per_account.content)[0] == "Borealis"
    assert "Per family" in text(per_account.content)
    page = client.get("/customers?sort=-arr&roll=1")
    assert names(page.content) == ["Acme", "Eos"], "whoever stands on top"
    words = text(page.content)
    assert "Acme 4 accounts" in words
    assert "$4k" in words
    assert f"/explain/family/{rows['acme'].pk}/arr" in page.content.decode()
    assert "Per account" in words
    for sort in ("success", "-success", "renewal", "last_active", "outcomes", "name", "seat_use"):
        assert set(names(client.get(f"/customers?roll=1&sort={sort}").content)) == {"Acme", other.name}
    assert client.get("/customers/chart?roll=1").status_code == 200
    assert client.get("/customers/export?roll=1").status_code == 200


def test_children_are_found_by_whom_they_belong_to(client: Client, rows: dict[str, Account]) -> None:
    page = client.get("/customers?where=parent.is.Acme&show=success,parent")
    assert set(names(page.content)) == {"Borealis", "Cinder"}
    assert "Customers belonging to Acme" in text(page.content)


def test_whoever_is_held_to_a_book_has_no_list_per_family(
    visit: Visit, access: Access, rows: dict[str, Account]
) -> None:
    max_ = cast.member(access, "Max", Role.MANAGER, sees_all=False)
    Account.objects.filter(pk=rows["acme"].pk).update(owner="max@example.test")
    page = visit(max_).get("/customers?roll=1&sort=-arr")
    assert "4 accounts" not in text(page.content)
    assert "/explain/family" not in page.content.decode()
    assert set(names(page.content)) == {"Acme", "Borealis", "Cinder"}
    part = text(visit(max_).get(f"/customers/{rows['acme'].pk}/family").content)
    assert "Without 1 account of it outside your book." in part
    assert "Dune" not in part


def test_an_account_is_put_under_another_and_back(client: Client, rows: dict[str, Account]) -> None:
    dune, acme = rows["dune"], rows["acme"]
    way = f"/customers/{dune.pk}/parent"
    assert "It stands under Cinder." in text(client.get(way).content)
    assert "Acme" in text(client.get(f"{way}?q=acm").content)
    answer = client.post(way, {"parent": acme.pk}, follow=True)
    assert "Dune stands under Acme now." in text(answer.content)
    dune.refresh_from_db()
    assert dune.parent_id == acme.pk
    undo = re.search(r'action="([^"]*back=[^"]*)"', answer.content.decode())
    assert undo is not None
    client.post(html.unescape(undo[1]))
    dune.refresh_from_db()
    assert dune.parent_id == rows["cinder"].pk
    refused = client.post(f"/customers/{acme.pk}/parent", {"parent": dune.pk})
    assert refused.status_code == 422
    assert "Dune stands below Acme already; take Dune out from under it first." in text(refused.content)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_and_axe_is_content(
    open_page: OpenPage, dana: Access, rows: dict[str, Account], theme: str
) -> None:
    pk = rows["acme"].pk
    paths = [f"/customers/{pk}", f"/explain/family/{pk}/success", f"/customers/{pk}/parent?q=bor"]
    paths += ["/customers?roll=1&sort=-arr&show=success,arr,seat_use,parent,weeks"]
    for path in paths:
        for size in (DESKTOP, PHONE):
            page = open_page(path, dana, theme=theme, size=size)
            expect(page.locator(".skeleton:visible")).to_have_count(0)
            assert sideways_scroll(page) == 0, path
            assert axe_violations(page) == [], path
            page.context.close()
