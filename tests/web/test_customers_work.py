"""Customers, worked with: columns, saved views, many changed at once, values changed in place, files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tenure.accounts.models import Account
from tenure.desk import viewing
from tenure.desk.models import Change, SavedView
from tenure.metrics import actions as own_metrics
from tenure.metrics.models import MetricValue
from tenure.metrics.own import OwnMetric
from tenure.touchpoints.models import Note
from tenure.warnings import actions as warnings
from tenure.workspaces.access import Access
from tests.warnings import scene
from tests.warnings.scene import ago, today
from tests.web.reading import names, text

Cast = dict[str, Account]
Visit = Callable[[Access], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customers(access: Access) -> Cast:
    found = scene.customers(access)
    warnings.refresh(access.workspace)
    return found


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


def nps(access: Access, row: Account, value: float) -> None:
    MetricValue.objects.create(
        workspace=access.workspace, account=row, metric="nps", value=value, as_of=today()
    )


def heads(page: bytes) -> list[str]:
    return [
        text(part.encode())
        for part in page.decode().split("<thead")[1].split("</thead>")[0].split("<th ")[2:]
    ]


def owners() -> dict[str, str]:
    return dict(Account.objects.values_list("name", "owner"))


# Columns


def test_any_metric_is_a_column_and_sorts(client: Client, access: Access, customers: Cast) -> None:
    nps(access, customers["acme"], 40)
    nps(access, customers["borealis"], -100)
    page = client.get("/customers?show=nps,arr&sort=-nps").content
    assert [head.partition(">")[2].strip(" ↓↑") for head in heads(page)] == ["Customer", "NPS", "ARR"]
    assert names(page)[:2] == ["Acme", "Borealis"]
    assert {"+40", "−100"} <= set(text(page).split())
    assert names(client.get("/customers?show=nps&sort=nps").content)[:2] == ["Borealis", "Acme"]


def test_columns_are_moved_added_and_taken_away_by_links(client: Client, customers: Cast) -> None:
    page = client.get("/customers?show=success,arr&sort=-arr").content.decode()
    sheet = "?sort=-arr&amp;show=success%2Carr"
    assert f'href="/customers{sheet.replace("?", "?choosing=1&amp;")}"' in page  # without scripts
    assert f'hx-get="/customers/columns{sheet}"' in page
    for opened in ("/customers?choosing=1&", "/customers/columns?"):
        held = client.get(f"{opened}show=success,arr&sort=-arr").content.decode()
        assert "sort=-arr&amp;show=arr%2Csuccess" in held  # success later, arr earlier
        assert '<option value="domain">' in held
    answer = client.get("/customers?show=success,arr&sort=-arr&add=domain")
    assert answer["Location"] == "/customers?choosing=1&sort=-arr&show=success%2Carr%2Cdomain"
    assert 'id="columns-sheet" open' in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("show", ["", "shoes", "shoes,,", "<script>", "success," * 400])
def test_columns_that_do_not_exist_are_passed_over(client: Client, customers: Cast, show: str) -> None:
    page = client.get("/customers", {"show": show}).content
    assert len(heads(page)) == (2 if show.startswith("success") else 10)


def test_a_page_with_six_metrics_asks_no_more_than_one_with_one(
    client: Client, customers: Cast, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client.get("/customers?show=nps")
    with django_assert_max_num_queries(19):
        client.get("/customers?show=nps,csat,seat_use,mrr,active_people,activity_trend")


# Saved views


def test_the_sheet_of_a_view_is_fetched_or_opened_by_a_link(
    client: Client, visit: Visit, customers: Cast, dana: Access, vic: Access
) -> None:
    mine = viewing.save(dana, "Mine alone", "where=band.is.poor", is_shared=False)
    about = f"where=band.is.poor&view={mine.pk}"
    assert f"/customers?keeping=1&amp;{about.replace('&', '&amp;')}" in client.get(f"/customers?{about}").text
    for opened in ("/customers?keeping=1&", "/customers/keeping?"):
        held = client.get(opened + about).text
        assert 'value="Mine alone"' in held
        assert 'name="where" value="band.is.poor"' in held
        assert "Mine alone" not in visit(vic).get(opened + about).text
        assert 'name="is_shared"' not in visit(vic).get(opened + about).text


def test_a_view_is_kept_shared_changed_and_removed_with_undo(
    client: Client, visit: Visit, customers: Cast, vic: Access, olga: Access
) -> None:
    form = {
        "name": " At  risk ",
        "where": "band.is.poor",
        "sort": "-arr",
        "show": "arr,nps",
        "is_shared": "1",
    }
    answer = client.post("/customers/views", form)
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("At risk", "where=band.is.poor&sort=-arr&show=arr%2Cnps")
    page = client.get(answer["Location"])
    assert names(page.content) == ["Borealis"]
    assert f'view={view.pk}" aria-current="page">At risk</a>' in page.content.decode()
    assert "At risk" in text(visit(vic).get("/customers").content)
    assert visit(vic).post(f"/customers/views/{view.pk}/remove").status_code == 403

    client.post(f"/customers/views/{view.pk}", {"do": "update", "where": "band.is.good", "view": view.pk})
    view.refresh_from_db()
    assert view.query == "where=band.is.good"
    client.post(f"/customers/views/{view.pk}/undo")
    view.refresh_from_db()
    assert view.query.startswith("where=band.is.poor")

    visit(olga).post(f"/customers/views/{view.pk}/remove")
    assert "At risk" not in text(client.get("/customers").content).replace("“At risk”", "")
    client.post(f"/customers/views/{view.pk}/undo")
    assert "At risk" in text(client.get("/customers").content)


def test_customers_opens_with_the_view_one_chose_and_all_is_still_there(
    client: Client, visit: Visit, customers: Cast, vic: Access
) -> None:
    client.post("/customers/views", {"name": "Mine", "where": "owner.is.me", "is_first": "1"})
    answer = client.get("/customers")
    assert answer.status_code == 302
    assert "where=owner.is.me" in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert '<a href="/customers?where=">All</a>' in page
    assert len(names(client.get("/customers?where=").content)) == 4
    assert visit(vic).get("/customers").status_code == 200


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Mine"])
def test_a_view_needs_a_name_of_its_own(client: Client, customers: Cast, name: str) -> None:
    client.post("/customers/views", {"name": "Mine"})
    page = client.post("/customers/views", {"name": name}, follow=True).content
    assert "Not kept:" in text(page)
    assert SavedView.objects.count() == 1


def test_views_are_ones_own_until_shared_and_never_a_neighbours(
    client: Client, visit: Visit, customers: Cast, olga: Access, neighbour: Access, vic: Access
) -> None:
    client.post("/customers/views", {"name": "Private"})
    view = SavedView.objects.get()
    assert "Private" not in text(visit(olga).get("/customers").content)
    for who in (olga, vic):
        for way in ("", "/remove", "/undo"):
            assert visit(who).post(f"/customers/views/{view.pk}{way}", {"name": "x"}).status_code == 404
    client.post(f"/customers/views/{view.pk}", {"name": "Private", "is_shared": "1"})
    assert visit(vic).post(f"/customers/views/{view.pk}", {"name": "Taken"}).status_code == 403
    theirs = SavedView.objects.create(
        workspace=neighbour.workspace, made_by="eve@example.test", name="Theirs", is_shared=True
    )
    assert "Theirs" not in text(client.get("/customers").content)
    for way in ("", "/remove", "/undo"):
        assert client.post(f"/customers/views/{theirs.pk}{way}", {"name": "x"}).status_code == 404
    assert visit(vic).post("/customers/views", {"name": "For all", "is_shared": "1"}).status_code == 403


# Many at once


def test_those_ticked_get_an_owner_and_back(client: Client, customers: Cast) -> None:
    form = {"do": "owner", "owner": "max@example.test", "id": [customers["acme"].pk, customers["dune"].pk]}
    page = client.post("/customers/change", form | {"sort": "-arr"}, follow=True)
    assert page.redirect_chain[0][0] == "/customers?sort=-arr"
    assert "Owner of 2 customers: “max@example.test”. Nobody here has that address" in text(page.content)
    assert owners() == {
        "Acme": "max@example.test",
        "Borealis": "Dana",
        "Cinder": "Max",
        "Dune": "max@example.test",
    }
    change = Change.objects.get()
    assert f'action="/changes/{change.pk}/undo"' in page.content.decode()
    client.post(f"/changes/{change.pk}/undo")
    assert owners()["Acme"] == "Dana"
    known = client.post("/customers/change", {"do": "owner", "owner": "Max", "id": form["id"]}, follow=True)
    assert text(known.content).count("Owner of 2 customers: “Max”.") == 1
    assert "is it written right?" not in text(known.content)


def test_all_that_the_list_means_and_nobody_else(client: Client, customers: Cast) -> None:
    form = {
        "do": "segment",
        "segment": "Watch",
        "all": "1",
        "where": "owner.is.Dana",
        "q": "ac",
        "id": customers["cinder"].pk,
    }
    client.post("/customers/change", form)
    assert list(Account.objects.filter(segment="Watch").values_list("name", flat=True)) == ["Acme"]
    assert Account.objects.get(name="Cinder").segment == ""


def test_snoozed_and_noted_together(client: Client, customers: Cast) -> None:
    ids = [row.pk for row in customers.values()]
    page = client.post("/customers/change", {"do": "snooze", "days": "7", "id": ids}, follow=True).content
    assert "are put off until" in text(page)
    page = client.post("/customers/change", {"do": "snooze", "until": "soon", "id": ids}, follow=True).content
    assert "Nothing was changed: choose a day, as 2027-01-31." in text(page)
    client.post("/customers/change", {"do": "note", "note": "Sent the roadmap.", "id": ids})
    assert Note.objects.filter(text="Sent the roadmap.", author="dana@example.test").count() == 4


def test_nobody_chosen_and_nothing_to_do_say_so(client: Client, customers: Cast) -> None:
    page = client.post("/customers/change", {"do": "owner", "owner": "Max"}, follow=True).content
    assert "Nobody is chosen" in text(page)
    form = {"do": "owner", "owner": "Max", "id": customers["cinder"].pk}
    assert "It was so already" in text(client.post("/customers/change", form, follow=True).content)
    assert client.post("/customers/change", {"do": "delete", "all": "1"}).status_code == 404
    assert client.get("/customers/change").status_code == 405


def test_hostile_neighbours_and_viewers_change_nobody(
    client: Client, visit: Visit, customers: Cast, vic: Access, neighbour: Access, olga: Access
) -> None:
    other = scene.account(neighbour, "Otherco", 1)
    client.post("/customers/change", {"do": "owner", "owner": "Eve", "id": other.pk})
    client.post("/customers/change", {"do": "owner", "owner": "Eve", "all": "1"})
    assert owners()["Otherco"] == "Dana"
    for path in (f"/customers/{other.pk}/edit/name", f"/changes/{'0' * 32}/undo"):
        assert client.post(path, {"value": "Mine"}).status_code == 404
    row, change = customers["acme"].pk, Change.objects.get().pk
    for path in ("/customers/change", f"/customers/{row}/edit/owner", f"/changes/{change}/undo"):
        assert (
            visit(vic).post(path, {"do": "owner", "owner": "Vic", "all": "1", "value": "Vic"}).status_code
            == 403
        )
        assert Client().post(path).status_code == 302
    assert 'class="edit"' not in visit(vic).get("/customers").content.decode()
    assert 'name="do"' not in visit(vic).get("/customers").content.decode()


# In place


def test_a_value_is_changed_where_it_stands(client: Client, customers: Cast) -> None:
    path = f"/customers/{customers['acme'].pk}/edit/segment"
    assert 'value=""' in client.get(path, headers=HTMX).content.decode()
    answer = client.post(
        path, {"value": "Large"}, headers=HTMX | {"HX-Current-URL": "http://testserver/customers"}
    )
    assert "Large" in text(answer.content)
    news = json.loads(answer["HX-Trigger"])["toast"]
    assert news["says"] == "Segment: “Large”."
    undone = client.post(news["undo"], headers=HTMX)
    assert (undone.status_code, Account.objects.get(name="Acme").segment) == (204, "")


def test_whoever_did_not_see_what_another_wrote_is_asked_first(client: Client, customers: Cast) -> None:
    path = f"/customers/{customers['acme'].pk}/edit/segment"
    for value, says in (("Mine", "Mine"), ("Yours", "made it “Mine” meanwhile"), ("Mine", "Mine")):
        answer = client.post(path, {"value": value, "stood": ""}, headers=HTMX)
        assert says in text(answer.content)
    assert Account.objects.get(name="Acme").segment == "Mine"
    refused = client.post(path, {"value": "Yours", "stood": ""}, headers=HTMX)
    assert refused["HX-Retarget"] == "this"
    assert 'name="stood" value="Mine"' in refused.content.decode()
    client.post(path, {"value": "Yours", "stood": "Mine"}, headers=HTMX)
    assert Account.objects.get(name="Acme").segment == "Yours"


def test_a_name_that_is_changed_is_still_the_heading_alone(client: Client, customers: Cast) -> None:
    address = f"/customers/{customers['acme'].pk}"
    here = HTMX | {"HX-Current-URL": f"http://testserver{address}"}
    answer = client.post(f"{address}/edit/name", {"value": "Acme Works"}, headers=here).content.decode()
    assert "<h1>Acme Works</h1></summary>" in answer
    assert "<h1>Acme Works</h1></summary>" in client.get(address).content.decode()


def test_a_value_is_changed_without_scripts_and_wrong_ones_are_named(client: Client, customers: Cast) -> None:
    path = f"/customers/{customers['acme'].pk}/edit/domain"
    assert "Domain of Acme" in text(client.get(path).content)
    wrong = client.post(path, {"value": "not A domain"})
    assert wrong.status_code == 422
    assert "“not A domain” is no domain; it looks like acme.example." in text(wrong.content)
    answer = client.post(path, {"value": "https://www.Acme.example/about"}, follow=True)
    assert "Domain: “acme.example”." in text(answer.content)
    assert client.get(f"/customers/{customers['acme'].pk}/edit/score").status_code == 404


def test_forms_offer_owners_in_use_and_colleagues(client: Client, customers: Cast) -> None:
    page = client.get("/customers/offers/owner").content.decode()
    assert [part.split('"')[0] for part in page.split('value="')[1:]] == ["Dana", "Max"]


# Files


def test_those_chosen_go_into_a_sheet_without_formulas(
    client: Client, access: Access, customers: Cast
) -> None:
    row = scene.account(access, "=HYPERLINK(1)", 10, score=39, band="poor")
    nps(access, row, 50)
    form = {"id": [row.pk, customers["borealis"].pk], "as": "xlsx", "show": "nps,mrr"}
    answer = client.post("/customers/export", form)
    assert answer["Content-Disposition"] == f'attachment; filename="customers-{today()}.xlsx"'
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()  # type: ignore[attr-defined]
    head, *rows = sheet
    found = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert found["=HYPERLINK(1)"]["nps"] == 50  # a text, as it is
    assert found["Borealis"]["renews_on"] == ago(-30)
    assert (found["Borealis"]["arr"], found["Borealis"]["nps"]) == (120_000, "")


def test_parquet_keeps_types_and_what_is_missing(client: Client, access: Access, customers: Cast) -> None:
    answer = client.get("/customers/export?as=parquet&sort=name&show=arr")
    table = pq.read_table(io.BytesIO(answer.getvalue()))  # type: ignore[attr-defined]
    rows = table.to_pylist()
    assert [row["name"] for row in rows] == ["Acme", "Borealis", "Cinder", "Dune"]
    assert (rows[1]["arr"], rows[1]["renews_on"], rows[0]["renews_on"]) == (Decimal(120_000), ago(-30), None)
    assert isinstance(rows[1]["last_active_on"], date)


def test_an_empty_set_is_a_file_with_a_head(client: Client, customers: Cast) -> None:
    for as_ in ("csv", "xlsx", "parquet"):
        answer = client.get(f"/customers/export?as={as_}&q=nobody")
        assert answer.status_code == 200
        assert len(answer.getvalue()) > 60  # type: ignore[attr-defined]


def test_others_customers_are_not_exported_by_id(client: Client, neighbour: Access, customers: Cast) -> None:
    other = scene.account(neighbour, "Otherco", 1)
    answer = client.post("/customers/export", {"id": other.pk})
    assert b"Otherco" not in answer.getvalue()  # type: ignore[attr-defined]


# --- metrics of one's own


def test_own_metrics_are_columns_orders_conditions_and_in_files(
    customers: Cast, client: Client, access: Access
) -> None:
    own_metrics.save_metrics(access, [OwnMetric("exports", "Exports", "count", event="Exported")])
    acme = customers["acme"]
    MetricValue.objects.create(
        workspace=access.workspace, account=acme, metric="exports", value=7, as_of=today()
    )
    page = client.get("/customers?where=exports.at_least.3&show=exports,arr&sort=-exports")
    assert names(page.content) == ["Acme"]
    assert "with exports at least 3" in text(page.content)
    assert f"/explain/metric/exports?account={acme.pk}" in page.text
    assert '<option value="exports"' in client.get("/customers?choosing=1").text
    assert '<option value="exports"' in client.get("/customers/condition?field=segment&operator=is").text
    file = b"".join(client.get("/customers/export?show=exports&where=exports.is_known")).decode()
    assert file.splitlines()[0].endswith(",exports")
    assert file.splitlines()[1].endswith(",7.0")
    view = {"name": "Exporters", "where": "exports.at_least.3", "show": "exports", "is_shared": "1"}
    client.post("/customers/views", view)
    dictionary = client.get("/data/metrics/exports").text
    assert "saved view “Exporters”" in dictionary
    own_metrics.remove_metric(access, "exports")
    gone = client.get("/customers?where=exports.at_least.3&show=exports").text
    assert "there is no field “exports”" in gone
