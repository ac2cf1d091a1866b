"""Metrics of one's own over the API."""

from __future__ import annotations

from typing import Any

from tenure.metrics.models import OwnMetricVersion
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import AuditEntry, Key
from tests.web.api.conftest import ApiClient, Asks

BODY: dict[str, Any] = {
    "title": "Exports",
    "kind": "count",
    "event": "Exported",
    "filters": [{"property": "plan", "test": "is", "value": "Pro"}],
}
WHERE = "metrics/own/exports"


def test_a_metric_is_put_listed_changed_and_taken_out(access: Access, asks: Asks) -> None:
    api = asks(access)
    made = api.put(WHERE, BODY)
    assert made["says"] == "How often “Exported” in 28 days, where plan is Pro"
    assert {name: made[name] for name in BODY} == BODY
    assert api.get(WHERE) == made
    assert "exports" in [one["name"] for one in api.get("metrics")]
    assert AuditEntry.objects.get(did="changed metric").who == "key tests"
    api.put(WHERE, BODY)
    assert OwnMetricVersion.objects.count() == 1, "said again it is no other version"
    api.put("metrics/own/double", {"title": "Twice", "kind": "ratio", "first": "exports", "second": "arr"})
    first = api.get("metrics/own", limit=1)
    rest = api.get("metrics/own", limit=1, after=first["next"])
    assert [one["name"] for one in first["items"] + rest["items"]] == ["double", "exports"]
    assert rest["next"] is None
    stays = api.post(f"{WHERE}/remove", {}, 422)["errors"][0]
    assert stays["field"] == "path.metric"
    assert "is used by" in stays["says"]
    api.post("metrics/own/double/remove", {})
    assert api.post(f"{WHERE}/remove", {}) == {"name": "exports"}
    api.get(WHERE, 404)


def test_what_cannot_be_computed_is_refused_as_the_page_does(access: Access, asks: Asks) -> None:
    api = asks(access)

    def wrong(path: str = WHERE, **more: object) -> str:
        [fault] = api.put(path, BODY | more, 422)["errors"]
        return f"{fault['field']}: {fault['says']}"

    many = {"property": "n", "test": "at_least", "value": "many"}
    plain = BODY["filters"][0]
    for says, found in (
        ("path.metric: Exports!: The name takes 2 to 60 small letters", wrong("metrics/own/Exports!")),
        ("path.metric: arr: There is a shipped metric called arr", wrong("metrics/own/arr")),
        ("body.event: exports: Say which event.", wrong(event="")),
        ("body.property: exports: Say of which property the sum is.", wrong(kind="sum")),
        ("body.second: exports: Name two metrics.", wrong(kind="ratio", first="arr")),
        (
            "body.first: exports: there is no metric mars; name",
            wrong(kind="ratio", first="mars", second="arr"),
        ),
        ("body.second: exports → exports: a metric", wrong(kind="ratio", first="arr", second="exports")),
        ("body.filters.1.value: exports: “many” is not a number", wrong(filters=[plain, many])),
        ("body.unit: exports: The unit is one of count", wrong(unit="points")),
    ):
        assert found.startswith(says)
    assert "'count', 'share'" in wrong(unit="parsec")
    assert OwnMetricVersion.objects.count() == 0


def test_a_circle_is_told_where_it_was_closed(access: Access, asks: Asks) -> None:
    api = asks(access)
    api.put(WHERE, BODY)
    api.put("metrics/own/double", {"title": "Twice", "kind": "ratio", "first": "exports", "second": "arr"})
    [fault] = api.put(WHERE, {"title": "X", "kind": "ratio", "first": "arr", "second": "double"}, 422)[
        "errors"
    ]
    assert fault["field"] == "body.second"
    assert fault["says"] == "exports → double → exports: a metric cannot rest on itself."


def test_what_scores_rest_on_is_not_computed_otherwise(access: Access, asks: Asks) -> None:
    api = asks(access)
    api.put(WHERE, BODY)
    rated = {"metric": "exports", "weight": 1, "curve": [[0, 0], [9, 100]]}
    body = {"accounts": ["segment.is.Large"], "outcomes": [{"title": "Use", "measures": [rated]}]}
    api.put("health/profiles/large", body)
    [fault] = api.put(WHERE, BODY | {"days": 7}, 422)["errors"]
    assert fault["field"] == "body.days"
    assert "Save it under another name" in fault["says"]
    assert api.put(WHERE, BODY | {"title": "Exports a month"})["title"] == "Exports a month"


def test_a_lesser_key_only_reads_and_a_neighbour_sees_nothing(
    access: Access, neighbour: Access, asks: Asks
) -> None:
    asks(access).put(WHERE, BODY)
    other = asks(neighbour)
    assert other.get("metrics/own")["items"] == []
    other.get(WHERE, 404)
    other.post(f"{WHERE}/remove", {}, 404)
    lesser = ApiClient(create_key(access, Key.API, "lesser", ["work", "load"]))
    assert len(lesser.get("metrics/own")["items"]) == 1
    lesser.put(WHERE, BODY, 403)
    lesser.post(f"{WHERE}/remove", {}, 403)
