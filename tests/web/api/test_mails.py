"""Pages by e-mail over the API: made in a member's name, by keys that administer alone."""

from __future__ import annotations

from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tenure.workspaces.roles import Role
from tests import cast
from tests.web.api.conftest import ApiClient, Asks

BODY = {"title": "Monday", "page": "renewals", "owner": "dana@example.test", "to": ["dana@example.test"]}


def test_a_mailing_is_made_changed_paused_and_removed(access: Access, asks: Asks) -> None:
    cast.member(access, "Dana", Role.MANAGER)
    api = asks(access)
    made = api.post("mails", BODY, 201)
    assert (made["when"], made["owner"]) == ("every Monday at 08:00 (UTC)", "dana@example.test")
    assert made["to"] == [{"email": "dana@example.test", "is_outside": False, "stopped_at": None}]
    assert api.post(f"mails/{made['id']}/pause", {})["next_at"] is None
    assert api.post(f"mails/{made['id']}/resume", {})["next_at"] is not None
    assert [one["id"] for one in api.get("mails")] == [made["id"]]
    assert api.get(f"mails/{made['id']}/log")["items"] == []
    api.post(f"mails/{made['id']}/remove", {})
    assert api.get("mails") == []


def test_what_is_wrong_is_named(access: Access, neighbour: Access, asks: Asks) -> None:
    cast.member(access, "Dana", Role.MANAGER)
    cast.member(neighbour, "Otto", Role.OWNER)
    api = asks(access)
    wrong = api.post("mails", BODY | {"to": ["otto@example.test"]}, 422)
    assert wrong["errors"][0]["field"] == "body.to"
    assert api.post("mails", BODY | {"owner": "otto@example.test"}, 422)["errors"][0]["field"] == "body.owner"
    assert api.post("mails", BODY | {"page": "account"}, 422)["errors"][0]["field"] == "body.account"
    assert "time zone" in api.post("mails", BODY | {"zone": "Mars"}, 422)["errors"][0]["says"]


def test_a_lesser_key_and_a_neighbours_reach_nothing(access: Access, neighbour: Access, asks: Asks) -> None:
    cast.member(access, "Dana", Role.MANAGER)
    made = asks(access).post("mails", BODY, 201)
    asks(neighbour).get(f"mails/{made['id']}/log", 404)
    lesser = ApiClient(create_key(access, Key.API, "lesser", ["work", "export"]))
    lesser.get("mails", 403)
    lesser.post("mails", BODY, 403)
