"""Customers: the table, its order, its filter as a sentence, the chart, the export; nobody else's rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from tenure.accounts.models import Account, AccountAttributes
from tenure.health.models import Standing
from tenure.web.exporting import harmless
from tenure.web.queries import customers as queries
from tenure.web.queries.columns import COLUMNS
from tenure.workspaces.access import Access
from tests.warnings import scene
from tests.warnings.scene import ago, today
from tests.web.reading import names, text

Cast = dict[str, Account]
Visit = Callable[[Access], Client]


@pytest.fixture
def customers(access: Access) -> Cast:
    found = scene.customers(access)
    sides = {"acme": (95, 80), "borealis": (30, 62), "cinder": (None, 70)}
    for name, (outcomes, experience) in sides.items():
        row = Standing.objects.filter(account=found[name])
        row.update(outcomes=outcomes, experience=experience, weeks=[50, None, 60])
    Account.objects.filter(pk=found["acme"].pk).update(segment="Large", domain="acme.example")
    return found


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def test_dana_sees_everybody_the_worst_first_and_the_unscored_last(client: Client, customers: Cast) -> None:
    page = client.get("/customers").content
    unscored = sorted((customers["cinder"], customers["dune"]), key=lambda row: row.pk)
    assert names(page) == ["Borealis", "Acme", *(row.name for row in unscored)]
    assert "4 customers · $244k ARR" in text(page)
    row = next(part for part in page.decode().split("<tr data-row") if ">Borealis<" in part)
    assert text(row.partition(">")[2].encode()).startswith("Borealis poor 38")
    assert "$120k" in row
    assert "in 30 days" in row
    assert "34\u00a0%" in row


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=-arr", ["Borealis", "Acme", "Cinder", "Dune"]),
        ("sort=name", ["Acme", "Borealis", "Cinder", "Dune"]),
        ("sort=-success", ["Acme", "Borealis"]),
        ("sort=renewal", ["Borealis"]),
        ("sort=last_active", ["Dune", "Borealis", "Acme", "Cinder"]),
        ("sort=-seat_use", ["Acme", "Borealis"]),
        ("sort=nonsense", ["Borealis", "Acme"]),
        ("where=band.is.poor", ["Borealis"]),
        ("where=renewal.within.29", []),
        ("where=renewal.within.30", ["Borealis"]),
        ("where=arr.at_least.84000&sort=arr", ["Acme", "Borealis"]),
        ("where=score.is_missing&sort=name", ["Cinder", "Dune"]),
        ("where=seat_use.at_least.90", ["Acme"]),
        ("where=seat_use.at_most.97&where=score.below.50", ["Borealis"]),
        ("where=seat_use.is_known&where=band.is.good", ["Acme"]),
        ("where=seat_use.is_missing&sort=name", ["Cinder", "Dune"]),
        ("where=seat_use.is_known&where=activity_trend.is_known", ["Borealis"]),
        ("where=owner.is.Max", ["Cinder"]),
        ("where=owner.is.me&sort=name", ["Acme", "Borealis", "Dune"]),
        ("where=segment.is.Large&where=band.is.poor", []),
        ("q=bor", ["Borealis"]),
        ("q=acme.ex", ["Acme"]),
        ("q=DUNE", ["Dune"]),
        ("q=%25", []),
        ("q=_", []),
        ("q=bor&where=band.is.good", []),
    ],
)
def test_order_filter_and_search(client: Client, customers: Cast, query: str, expected: list[str]) -> None:
    page = client.get(f"/customers?{query}").content
    assert names(page)[: len(expected)] == expected
    if "sort" not in query:
        assert names(page) == expected


def test_the_filter_reads_as_a_sentence_whose_parts_can_be_taken_away(
    client: Client, customers: Cast
) -> None:
    page = client.get("/customers?where=band.is.poor&where=arr.at_least.20k&sort=-arr").content
    assert "Customers in poor health" in text(page)
    assert "with ARR at least $20k" in text(page)
    assert "1 of 4 · $120k ARR" in text(page)
    assert 'href="/customers?where=arr.at_least.20000&amp;sort=-arr"' in page.decode()
    assert 'href="/customers?where=band.is.poor&amp;sort=-arr"' in page.decode()


def test_a_condition_is_changed_in_its_place_without_scripts(client: Client, customers: Cast) -> None:
    form = "where=band.is.poor&where=arr.at_least.20000&sort=-arr&at=0"
    answer = client.get(f"/customers?{form}&field=owner&operator=is&value=Dana")
    assert answer.status_code == 302
    assert answer["Location"] == "/customers?where=owner.is.Dana&where=arr.at_least.20000&sort=-arr"
    assert names(client.get(answer["Location"]).content) == ["Borealis", "Acme"]


@pytest.mark.parametrize("place", ["", "7", "-1", "²", "x"])
def test_a_condition_without_a_place_is_added(client: Client, customers: Cast, place: str) -> None:
    form = {"where": "band.is.poor", "at": place, "field": "segment", "operator": "is_missing", "value": "x"}
    answer = client.get("/customers", form)
    assert answer["Location"] == "/customers?where=band.is.poor&where=segment.is_missing"


def test_what_cannot_be_read_is_named_and_the_rest_counts(client: Client, customers: Cast) -> None:
    page = client.get("/customers?where=arr.at_least.lots&where=band.is.poor&where=shoes.is.red").content
    assert names(page) == ["Borealis"]
    assert "ARR at least “lots”: give an amount of money" in text(page)
    assert "there is no field “shoes”" in text(page)


def test_the_form_of_a_condition_offers_what_its_field_has(client: Client, customers: Cast) -> None:
    form = client.get("/customers/condition?field=segment&operator=is&at=0&where=segment.is.Large").content
    assert '<option value="Large">' in form.decode()
    assert "contains" in text(form)
    closed = client.get("/customers/condition?field=band&operator=at_most&value=poor").content.decode()
    assert '<option value="poor" selected>poor</option>' in closed
    assert "at least" not in closed
    assert (
        'name="value"'
        not in client.get("/customers/condition?field=arr&operator=is_missing").content.decode()
    )


def test_views_are_tabs_and_one_is_current(client: Client, customers: Cast) -> None:
    page = client.get("/customers?where=band.is.poor").content.decode()
    assert '<a href="/customers?where=band.is.poor" aria-current="page">Poor health</a>' in page
    content = client.get("/customers?where=outcomes.below.50&where=experience.at_least.50").content
    assert names(content) == ["Borealis"]


def test_the_chart_holds_those_with_both_sides_and_says_who_is_not_there(
    client: Client, customers: Cast
) -> None:
    page = client.get("/customers").content
    assert '"name": "Borealis"' in page.decode()
    assert f'"href": "/customers/{customers["borealis"].pk}"' in page.decode()
    assert '"name": "Cinder"' not in page.decode()
    assert "2 of 4: the others lack a side." in text(page)
    large = client.get("/customers/chart?where=band.is.good").content
    assert "1 of 4 · $84k ARR" in text(large)


def test_an_empty_workspace_says_what_to_do_and_an_empty_set_how_to_get_out(
    client: Client, access: Access
) -> None:
    assert "No customers yet" in text(client.get("/customers").content)
    scene.customers(access)
    assert "Nobody fits" in text(client.get("/customers?q=zzz").content)


def test_names_are_text_whatever_they_hold(client: Client, access: Access) -> None:
    hostile = '<script>alert("x")</script>'
    row = scene.account(access, hostile, 1, hostile, score=10, band="poor", outcomes=1, experience=1)
    Account.objects.filter(pk=row.pk).update(segment=hostile, domain=f'"><{hostile}', parent=row)
    AccountAttributes.objects.create(workspace=access.workspace, account=row, data={"plan": hostile})
    page = client.get("/customers").content.decode()
    shown = ",".join([*list(COLUMNS)[1:], "text:plan"])
    page += client.get("/customers", {"show": shown}).content.decode()
    assert "<script>alert" not in page
    assert "<<" not in page
    assert "</script>alert" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page
    page = client.get(
        "/customers", {"q": "<script>alert(1)</script>", "where": "name.is.<img src=x>"}
    ).content
    assert b"<script>alert" not in page
    assert b"<img" not in page


def test_export_holds_the_set_in_its_order_and_no_formulas(
    client: Client, customers: Cast, access: Access
) -> None:
    scene.account(access, "=HYPERLINK(1)", 10, score=39, band="poor")
    answer = client.get("/customers/export?where=band.is.poor&sort=-success")
    assert answer["Content-Disposition"] == f'attachment; filename="customers-{today()}.csv"'
    content = answer.getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)", "Borealis"]
    assert rows[1] | {} == {
        "account_id": "borealis",
        "name": "Borealis",
        "domain": "",
        "segment": "",
        "owner": "Dana",
        "health": "poor",
        "score": "38.0",
        "outcomes": "30.0",
        "experience": "62.0",
        "seat_use": "0.34",
        "arr": "120000.00",
        "currency": "USD",
        "renews_on": ago(-30).isoformat(),
        "last_active_on": ago(1).isoformat(),
    }


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\u00a0@x", "＝1"])
def test_every_beginning_of_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("Acme = 1") == "Acme = 1"
    assert harmless("") == ""


def test_nobody_sees_a_neighbours_customers(client: Client, customers: Cast, neighbour: Access) -> None:
    scene.account(neighbour, "Otherco", 99_000, score=1, band="poor", outcomes=1, experience=99)
    for path in ("/customers", "/customers?q=otherco", "/customers/chart", "/customers?where=band.is.poor"):
        assert b"Otherco" not in client.get(path).content
    assert b"Otherco" not in client.get("/customers/export").getvalue()  # type: ignore[attr-defined]
    assert b"Otherco" not in client.get("/customers/condition?field=owner&operator=is").content


def test_a_stranger_is_sent_to_sign_in(customers: Cast) -> None:
    for path in ("/customers", "/customers/chart", "/customers/export", "/customers/condition"):
        assert Client().get(path)["Location"].startswith("/sign-in?next=/customers")


@pytest.mark.parametrize("narrow", [0, 2000])
@pytest.mark.parametrize("segment", ["Enterprise", "Mid-market", "Nowhere"])
def test_a_segment_of_few_is_found_another_way_and_is_the_same(
    client: Client, access: Access, narrow: int, segment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "NARROW", narrow)
    for number in range(6):
        row = scene.account(access, f"C{number}", 1000 * number, score=50.0, band="fair")
        Account.objects.filter(pk=row.pk).update(segment=("Enterprise", "Mid-market")[number % 2])
    page = client.get(f"/customers?where=segment.is.{segment}&where=arr.at_least.2000&sort=name").content
    assert names(page) == {"Enterprise": ["C2", "C4"], "Mid-market": ["C3", "C5"], "Nowhere": []}[segment]


def test_as_many_queries_for_two_hundred_as_for_four(
    client: Client,
    customers: Cast,
    access: Access,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for number in range(200):
        scene.account(access, f"C{number}", number, score=float(number % 90), band="fair", renews_on=ago(-9))
    client.get("/search")  # that a session is used is written down the first time
    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        client.get("/customers")
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        client.get(
            "/customers?where=renewal.within.30&where=owner.is.Dana&where=arr.at_least.9&sort=seat_use&q=c"
        )
