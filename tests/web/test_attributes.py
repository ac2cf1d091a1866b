"""Attributes on the pages: their types and orders with what they would do, and the list that follows them."""

from __future__ import annotations

import csv

import pytest
from django.test import Client
from playwright.sync_api import expect

from tenure.accounts import attribute_rules
from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tests.accounts.test_attributes import bring, data
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.conftest import Visit
from tests.web.reading import names, text


@pytest.fixture
def filled(access: Access) -> Access:
    rows = [
        AccountRow(ref, ref.title(), attributes=said)
        for ref, said in (
            (
                "acme",
                {"employees": "1,200", "go_live": "3 Apr 2026", "site": "https://acme.example", "vip": True},
            ),
            ("borealis", {"employees": 80, "go_live": "2025-01-31", "site": "javascript:alert(1)"}),
            ("cinder", {"employees": "=1+1", "vip": False}),
        )
    ]
    upsert_accounts(access.workspace, rows)
    return access


@pytest.fixture
def client(visit: Visit, olga: Access) -> Client:
    return visit(olga)


def test_a_type_is_looked_at_set_and_what_does_not_fit_is_listed(client: Client, filled: Access) -> None:
    page = text(client.get("/data/attributes").content)
    assert "go_live Date guessed" in page
    assert "vip Yes or no guessed" in page
    given = {"name": "employees", "kind": "number"}
    looked = text(client.post("/data/attributes/type", given | {"look": "1"}).content)
    assert "Of 3 customers it is about, 1 value would be shown differently, and 1 would not fit" in looked
    assert "Acme employees 1,200 1200" in looked
    assert data(filled)["acme"]["employees"] == "1,200"
    answer = client.post("/data/attributes/type", given, follow=True)
    assert "Set; values follow in a moment." in text(answer.content)
    attribute_rules.apply(filled.workspace)
    one = text(client.get("/data/attributes/one?name=employees").content)
    assert "What does not fit it takes a number, such as 1200 or 3.5" in one
    assert "Cinder =1+1" in one
    cinder = filled.of(Account).get(external_id="cinder")
    assert "does not fit: takes a number" in text(client.get(f"/customers/{cinder.pk}").content)
    wrong = client.post("/data/attributes/type", {"name": "vip", "kind": "choice"})
    assert wrong.status_code == 422
    assert "a list to choose from has 1 to 100 entries" in text(wrong.content)
    assert client.get("/data/attributes/one?name=nobody").status_code == 404


def test_the_list_sorts_filters_shows_and_exports_by_type(client: Client, filled: Access) -> None:
    attribute_rules.set_type(filled, "employees", "number")
    attribute_rules.set_type(filled, "go_live", "date")
    attribute_rules.apply(filled.workspace)
    show = "show=success,number:employees,date:go_live,url:site"
    page = client.get(f"/customers?{show}&sort=-number:employees")
    assert names(page.content) == ["Acme", "Borealis", "Cinder"]
    words = text(page.content)
    assert "1,200 3 Apr 2026 https://acme.example" in words
    assert "=1+1 does not fit" in words
    assert 'href="javascript' not in page.content.decode()
    assert names(client.get(f"/customers?{show}&sort=date:go_live").content) == ["Borealis", "Acme", "Cinder"]
    for end in ("after", "before"):
        assert client.get(f"/customers?{show}&sort=-number:employees&{end}=0~x~5").status_code == 200
    found = client.get("/customers?where=number:employees.at_least.100")
    assert names(found.content) == ["Acme"]
    assert "Customers with employees at least 100" in text(found.content)
    assert "number:employees" in client.get("/customers/condition?field=segment").content.decode()
    export = b"".join(client.get(f"/customers/export?{show}&sort=-number:employees").streaming_content)
    rows = list(csv.DictReader(export.decode("utf-8-sig").splitlines()))
    assert [(row["employees"], row["go_live"]) for row in rows] == [
        ("1200", "2026-04-03"),
        ("80", "2025-01-31"),
        ("", ""),
    ]
    assert rows[2]["employees (as given)"] == "'=1+1", "no spreadsheet takes it for a formula"


def test_an_order_of_sources_is_looked_at_and_set(client: Client, filled: Access) -> None:
    bring(filled, "sdk", acme={"employees": 5})
    given = {"name": "employees", "sources": "sdk\nimport"}
    looked = text(client.post("/data/attributes/order", given | {"look": "1"}).content)
    assert "Of 1 customers it is about, 1 value would be shown differently" in looked
    client.post("/data/attributes/order", given)
    attribute_rules.apply(filled.workspace)
    assert data(filled)["acme"]["employees"] == 5
    general = text(client.get("/data/attributes/one").content)
    assert "For everything that has no order of its own." in general
    assert client.post("/data/attributes/order", {"name": "", "sources": "sdk"}).status_code == 303
    log = text(client.get("/settings/audit").content)
    assert "ordered the sources" in log


def test_managers_look_and_do_not_set(visit: Visit, dana: Access, filled: Access) -> None:
    client = visit(dana)
    assert client.get("/data/attributes").status_code == 200
    page = client.get("/data/attributes/one?name=employees")
    assert "Look first" not in text(page.content)
    assert client.post("/data/attributes/type", {"name": "employees", "kind": "number"}).status_code == 403


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_and_axe_is_content(
    open_page: OpenPage, olga: Access, filled: Access, theme: str
) -> None:
    attribute_rules.set_type(filled, "employees", "number")
    attribute_rules.apply(filled.workspace)
    paths = ["/data/attributes", "/data/attributes/one?name=employees", "/data/attributes/one"]
    paths += ["/customers?show=success,number:employees,url:site,yes_no:vip&where=yes_no:vip.is_known"]
    for path in paths:
        for size in (DESKTOP, PHONE):
            page = open_page(path, olga, theme=theme, size=size)
            expect(page.locator("h1")).to_be_visible()
            assert sideways_scroll(page) == 0, path
            assert axe_violations(page) == [], path
            page.context.close()
