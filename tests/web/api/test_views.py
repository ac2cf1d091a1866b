"""Saved views over the API: shared ones, and a key's own."""

from __future__ import annotations

from django.http import QueryDict

from tenure.desk import viewing
from tenure.desk.models import SavedView
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tenure.workspaces.roles import Role
from tests import cast
from tests.web.api.conftest import ApiClient, Asks

BODY = {
    "name": "Large and poor",
    "where": ["band.is.poor", "arr.at_least.20000"],
    "order": "-arr",
    "columns": ["arr", "seat_use"],
}


def test_a_view_is_kept_changed_removed_and_brought_back(access: Access, asks: Asks) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    api = asks(access)
    made = api.post("views", BODY, 201)
    assert {name: made[name] for name in BODY} == BODY
    assert (made["made_by"], made["is_shared"], made["search"]) == ("key tests", True, "")
    [row] = viewing.kept(dana).views
    assert QueryDict(row.query).getlist("where") == BODY["where"], "Dana sees it on Customers"
    changed = api.put(f"views/{made['id']}", BODY | {"name": "Poor", "where": ["band.is.poor"]})
    assert (changed["name"], changed["where"]) == ("Poor", ["band.is.poor"])
    assert api.post(f"views/{made['id']}/undo", {})["name"] == "Large and poor"
    api.post(f"views/{made['id']}/remove", {})
    assert api.get("views")["items"] == []
    api.get(f"views/{made['id']}", 404)
    api.post(f"views/{made['id']}/undo", {})
    assert api.get(f"views/{made['id']}") == made


def test_views_come_in_pages_and_a_members_own_are_theirs(access: Access, asks: Asks) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    own = viewing.save(dana, "Mine", "where=band.is.poor", is_shared=False)
    shared = viewing.save(dana, "Ours", "where=no_such.is.thing&sort=nothing", is_shared=True)
    api = asks(access)
    kept = api.post("views", {"name": "For this key", "is_shared": False}, 201)
    first = api.get("views", limit=1)
    rest = api.get("views", limit=1, after=first["next"])
    assert [one["id"] for one in first["items"] + rest["items"]] == [shared.pk, kept["id"]]
    assert (rest["next"], first["items"][0]["where"], first["items"][0]["order"]) == (None, [], "success")
    assert [one.name for one in viewing.kept(dana).views] == ["Mine", "Ours"]
    api.get(f"views/{own.pk}", 404)
    api.post(f"views/{own.pk}/remove", {}, 404)
    api.post(f"views/{own.pk}/undo", {}, 404)  # nobody else is told that it is there
    assert api.put(f"views/{shared.pk}", BODY)["made_by"] == "dana@example.test", "it administers"


def test_what_is_wrong_is_named(access: Access, asks: Asks) -> None:
    api = asks(access)
    wrong = {"name": "x", "where": ["band.is"], "order": "mars", "columns": ["arr", "mars"]}
    faults = api.post("views", wrong, 422)["errors"]
    assert [one["field"] for one in faults] == ["body.where", "body.order", "body.columns.1"]
    api.post("views", BODY, 201)
    [taken] = api.post("views", BODY, 422)["errors"]
    assert taken == {"field": "body.name", "says": "you have a view called “Large and poor” already"}
    assert SavedView.objects.count() == 1


def test_a_lesser_key_shares_nothing_and_a_neighbour_sees_nothing(
    access: Access, neighbour: Access, asks: Asks
) -> None:
    made = asks(access).post("views", BODY, 201)
    lesser, other = ApiClient(create_key(access, Key.API, "lesser", [])), asks(neighbour)
    lesser.post("views", BODY, 403)
    lesser.post("views", BODY | {"is_shared": False}, 201)
    assert len(lesser.get("views")["items"]) == 2
    assert other.get("views")["items"] == []
    for client, status in ((lesser, 403), (other, 404)):
        client.put(f"views/{made['id']}", BODY, status)
        client.post(f"views/{made['id']}/remove", {}, status)
        client.post(f"views/{made['id']}/undo", {}, status)
    other.get(f"views/{made['id']}", 404)
