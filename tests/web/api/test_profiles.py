"""Health profiles over the API: tried, saved, looked back at, removed."""

from __future__ import annotations

from tenure.health.models import HealthProfile
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import AuditEntry, Key
from tests.health.scene import known
from tests.web.api.conftest import ApiClient, Asks

RATED = {"metric": "seat_use", "weight": 1.0, "curve": [[0.0, 0.0], [0.4, 100.0]]}
BODY = {"accounts": ["segment.is.Large"], "outcomes": [{"title": "Use", "measures": [RATED]}]}
WHERE = "health/profiles/large"


def test_a_profile_is_tried_saved_and_looked_back_at(access: Access, asks: Asks) -> None:
    acme = known(access, "acme", "Large", seat_use=0.3)
    known(access, "borealis", "Small", seat_use=0.9)
    api = asks(access)
    told = api.post(f"{WHERE}/preview", BODY)
    assert (told["accounts"], told["belongs"], told["change_band"]) == (2, 1, 1)
    [moved] = told["moved"]
    assert (moved["account"], moved["after"], moved["band"]) == (acme.pk, 75, "good")
    assert (moved["profile_before"], moved["profile"]) == ("Default", "Large")
    assert sum(one["accounts"] for one in told["flows"]) == 2
    assert HealthProfile.objects.count() == 0
    made = api.put(WHERE, BODY | {"comment": "they are few"})
    assert made == {"version": 1, "is_new": True, "changed": []}
    assert AuditEntry.objects.get(did="saved a health profile").who == "key tests"
    assert api.put(WHERE, BODY)["is_new"] is False, "sent again it is as it is"
    again = api.put(WHERE, BODY | {"bands": {"good": 80, "fair": 40}, "based_on": 1})
    assert again == {"version": 2, "is_new": True, "changed": ["Good from 80 instead of 70"]}
    assert api.get(WHERE)["bands"] == {"good": 80, "fair": 40}
    assert api.get(f"{WHERE}/versions/1") == api.get(WHERE) | {
        "version": 1,
        "bands": {"good": 70, "fair": 40},
    }
    first = api.get(f"{WHERE}/versions", limit=1)
    rest = api.get(f"{WHERE}/versions", limit=1, after=first["next"])
    assert [one["version"] for one in first["items"] + rest["items"]] == [2, 1]
    assert (rest["items"][0]["comment"], rest["next"]) == ("they are few", None)


def test_profiles_are_asked_in_the_order_that_was_put(access: Access, asks: Asks) -> None:
    api = asks(access)
    for name in ("large", "huge"):
        api.put(f"health/profiles/{name}", BODY)
    listed = [(one["name"], one["place"]) for one in api.put("health/profiles", {"order": ["huge", "large"]})]
    assert listed[:2] == [("huge", 1), ("large", 2)]
    assert api.get("health/profiles/huge/versions")["items"][0]["comment"] == "Another order"
    [fault] = api.put("health/profiles", {"order": ["huge"]}, 422)["errors"]
    assert fault == {"field": "body.order", "says": "name each of huge, large once"}
    lesser = ApiClient(create_key(access, Key.API, "lesser", ["work", "load"]))
    lesser.put("health/profiles", {"order": ["large", "huge"]}, 403)


def test_what_was_got_can_be_put_again(access: Access, asks: Asks) -> None:
    api = asks(access)
    shipped = api.get("health/profiles/default")
    body = {name: value for name, value in shipped.items() if name not in ("name", "title", "version")}
    assert api.put("health/profiles/default", body)["is_new"] is False
    changed = api.put("health/profiles/default", body | {"weight_of_outcomes": 0.5})
    assert changed["changed"] == ["Outcomes count 50\N{NO-BREAK SPACE}% instead of 60\N{NO-BREAK SPACE}%"]
    assert [one["version"] for one in api.get("health/profiles/default/versions")["items"]] == [2, 1]


def test_a_profile_is_removed_after_a_look(access: Access, asks: Asks) -> None:
    known(access, "acme", "Large", seat_use=0.3)
    api = asks(access)
    api.put(WHERE, BODY)
    listed = [(one["name"], one["says"]) for one in api.get("health/profiles")]
    assert [name for name, _ in listed] == ["large", "default"]
    assert "Large" in listed[0][1]
    assert api.get(f"{WHERE}/remove/preview")["change_band"] == 1
    left = api.post(f"{WHERE}/remove", {"comment": "no more"})
    assert [one["name"] for one in left] == ["default"]
    api.get(WHERE, 404)
    assert api.get(f"{WHERE}/versions")["items"][0]["is_removed"]
    stays = api.post("health/profiles/default/remove", {}, 422)["errors"][0]
    assert stays["field"] == "path.profile"


def test_what_is_wrong_is_said_by_field(access: Access, asks: Asks) -> None:
    api = asks(access)

    def wrong(path: str = WHERE, **more: object) -> tuple[str, str]:
        [one] = api.put(path, BODY | more, 422)["errors"]
        return one["field"], one["says"]

    assert wrong(accounts=[])[0] == "body.accounts"
    assert wrong(bands={"good": 10, "fair": 40})[0] == "body.bands"
    assert wrong("health/profiles/No%20name")[0] == "path.profile"
    falling = RATED | {"curve": [[1, 0], [0, 100]]}
    at, says = wrong(outcomes=[{"title": "Use", "measures": [falling]}])
    assert at == "body.outcomes.0.measures.0"
    assert "values rising" in says
    unknown = wrong(outcomes=[{"title": "Use", "measures": [RATED | {"metric": "mars"}]}])
    assert "there is no metric 'mars'" in unknown[1]
    api.put(WHERE, BODY)
    assert wrong(place=7, based_on=4)[0] == "body.based_on"
    assert HealthProfile.objects.count() == 1


def test_a_lesser_key_only_reads_and_a_neighbour_sees_nothing(
    access: Access, neighbour: Access, asks: Asks
) -> None:
    asks(access).put(WHERE, BODY)
    other = asks(neighbour)
    assert [one["name"] for one in other.get("health/profiles")] == ["default"]
    for path in (WHERE, f"{WHERE}/versions", f"{WHERE}/versions/1", f"{WHERE}/remove/preview"):
        other.get(path, 404)
    other.post(f"{WHERE}/remove", {}, 404)
    lesser = ApiClient(create_key(access, Key.API, "lesser", ["work", "load"]))
    assert lesser.get(WHERE)["version"] == 1
    lesser.get(f"{WHERE}/remove/preview", 403)
    lesser.put(WHERE, BODY, 403)
    for path in ("preview", "remove"):
        lesser.post(f"{WHERE}/{path}", BODY if path == "preview" else {}, 403)
