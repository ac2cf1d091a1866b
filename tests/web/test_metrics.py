"""The dictionary of metrics, and own ones made on screen."""

from __future__ import annotations

from tenure.health import actions as health
from tenure.metrics import actions as own_metrics
from tenure.metrics.catalog import METRICS
from tenure.metrics.catalogue import own_of
from tenure.metrics.own import TAKEN
from tenure.segments.fields import FIELDS
from tenure.web.queries.columns import COLUMNS
from tenure.web.queries.orders import SORTS
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, customer, pays, today, used
from tests.web.conftest import Visit

FORM = {"title": "Exports a month", "kind": "count", "event": "Exported", "days": "28", "unit": "count"}


def test_the_dictionary_says_what_each_means_whom_it_covers_and_who_uses_it(
    olga: Access, visit: Visit
) -> None:
    customer(olga, "Acme")
    customer(olga, "Borealis")
    used(olga, "acme", "ann", today(), ago(40))
    health.refresh(olga.workspace)
    client = visit(olga)
    page = client.get("/data/metrics").text
    assert all(f">{metric.title}<" in page for metric in METRICS)
    one = client.get("/data/metrics/activity_trend").text
    assert "1 of 2 customers" in one
    assert "health profile Default, early warnings" in one
    assert "acme ×1.50" in one
    assert "data-figures" in client.get("/data/metrics/activity_trend/history").text
    assert client.get("/data/metrics/karma").status_code == 404


def test_a_metric_is_tried_saved_and_taken_out_on_screen(olga: Access, visit: Visit) -> None:
    customer(olga, "Acme")
    used(olga, "acme", "ann", today(), ago(3), event="Exported")
    client = visit(olga)
    tried = client.get("/data/metrics/new", FORM).text
    assert "How often “Exported” in 28 days." in tried
    assert "Known of 1 of 1 customers; the middle one has 2" in tried
    assert "the middle one has 2" in client.post("/data/metrics/new", FORM | {"preview": "1"}).text
    assert own_of(olga.workspace) == {}
    assert "Say which event." in client.get("/data/metrics/new", FORM | {"event": ""}).text
    assert client.post("/data/metrics/new", FORM | {"days": "many"}).status_code == 422
    assert "is saved" in client.post("/data/metrics/new", FORM, follow=True).text
    assert list(own_of(olga.workspace)) == ["exports_a_month"]
    assert "Exported" in client.get("/data/metrics/exports_a_month/edit").text
    assert "exports_a_month" in client.get("/data/metrics.yaml").text
    assert client.post("/data/metrics/exports_a_month/remove", follow=True).status_code == 200
    assert own_of(olga.workspace) == {}


def test_only_owners_save_and_neighbours_see_nothing(
    olga: Access, dana: Access, neighbour: Access, visit: Visit
) -> None:
    assert visit(olga).post("/data/metrics/new", FORM).status_code == 302
    client = visit(dana)
    assert client.get("/data/metrics/new").status_code == 403
    assert client.get("/data/metrics").status_code == 200
    for path in ("new", "exports_a_month/edit", "exports_a_month/remove"):
        assert client.post(f"/data/metrics/{path}", FORM | {"days": "7"}).status_code == 403
    assert own_of(olga.workspace)["exports_a_month"].days == 28
    assert own_of(neighbour.workspace) == {}


def test_hostile_words_are_only_text(olga: Access, visit: Visit) -> None:
    hostile = {"title": "<script>alert(1)</script>", "event": "'; drop table x;--", "property_1": '"]}'}
    client = visit(olga)
    assert client.post("/data/metrics/new", FORM | hostile).status_code == 302
    assert "<script>alert" not in client.get("/data/metrics").text


def test_no_own_metric_can_be_called_what_lists_call_something_else() -> None:
    shipped = {metric.name for metric in METRICS}
    taken = {*COLUMNS, *SORTS, *(field.name for field in FIELDS)} - shipped
    assert taken == TAKEN


def test_a_time_until_something_is_told_of_all_with_those_still_waiting(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    there = "/data/metrics/time_to_first_value/arrival"
    assert there in client.get("/data/metrics/time_to_first_value").text
    assert "Nobody is on the way" in client.get(there).text
    own_metrics.name_input(olga, "first_value_event", "Report Shared")
    for name, began in (("Acme", 100), ("Borealis", 90), ("Cinder", 20)):
        customer(olga, name)
        pays(olga, name.lower(), 50_00, ago(began))
    used(olga, "acme", "ann", ago(90), event="Report Shared")
    used(olga, "borealis", "ida", ago(60), event="Report Shared")
    assert "1 more began before the first product use on record" in client.get(there).text
    used(olga, "acme", "ann", ago(101))
    page = client.get(there).text
    assert "2 of 3 have got there" in page
    assert "data-figures" in page
    assert "Half within" in page
    assert "Nobody is on the way" in client.get(f"{there}?cohort=1999-01").text
    assert "1 of 2 have got there" in client.get(f"{there}?as_of={ago(70)}").text
    assert client.get(f"{there}?as_of=soon").status_code == 404
    assert client.get("/data/metrics/nps/arrival").status_code == 404
