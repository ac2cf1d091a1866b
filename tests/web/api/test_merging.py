"""Duplicates, merges, splits and their undo over the API."""

from __future__ import annotations

import pytest

from tenure.accounts import actions, duplicates
from tenure.accounts.actions import AccountRow
from tenure.accounts.models import Account, Duplicate, Person
from tenure.jobs import reactions
from tenure.kit import outbox
from tenure.kit.facts import DuplicatesRequested
from tenure.web.api.paging import written
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import AuditEntry, Key
from tests.accounts.test_merging import account_of, fill, person_of
from tests.web.api.conftest import ApiClient, Asks


@pytest.fixture
def filled(access: Access) -> Access:
    fill(access)
    rows = [AccountRow("b2", "Borealis AS", attributes={"plan": "Team"}), AccountRow("a2", "Acme")]
    actions.upsert_accounts(access.workspace, rows)
    return access


def test_what_is_proposed_is_looked_at_merged_and_undone(filled: Access, asks: Asks) -> None:
    api, kept, other = asks(filled), account_of(filled, "borealis"), account_of(filled, "b2")
    looked = api.post("duplicates/look", {})
    assert (looked["is_done"], looked["open"]) == (True, 2)
    one = api.get("duplicates", limit=1)
    rest = api.get("duplicates", limit=1, after=one["next"])
    assert rest["next"] is None
    pairs = [(it["one"]["ref"], it["other"]["ref"], it["reason"]) for it in one["items"] + rest["items"]]
    assert pairs == [("acme", "a2", "the same name"), ("borealis", "b2", "the same name")]
    pair = {"kept": kept, "other": other}
    would = api.get("merges/preview", **pair)
    assert (would["observed"], would["completes"]) == (["b2"], {"plan": "Team"})
    assert would["conflicts"] == [{"field": "name", "kept": "Borealis", "other": "Borealis AS"}]
    done = api.post("merges", pair | {"take": ["name"]}, 201)
    assert (done["says"], done["other_ref"]) == ("Borealis AS merged into Borealis", "b2")
    assert api.get(f"accounts/{kept}")["name"] == "Borealis AS"
    api.get(f"accounts/{other}", 404)
    assert AuditEntry.objects.filter(did="merged", who="key tests").exists()
    assert api.post(f"merges/{done['id']}/undo", {})["undone_by"] == "key tests"
    assert api.get(f"accounts/{other}")["attributes"] == {"plan": "Team"}
    [again] = api.get("merges")["items"]
    assert again["undone_at"] is not None
    twice = api.post(f"merges/{done['id']}/undo", {}, 422)["errors"]
    assert twice == [
        {"field": "path.regrouping", "says": "Borealis AS merged into Borealis was undone already."}
    ]


def test_very_many_are_looked_through_by_the_worker(
    filled: Access, asks: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST_AT_ONCE", 1)
    api = asks(filled)
    asked = api.post("duplicates/look", {}, 202)
    assert (asked["is_done"], asked["open"], asked["looked_at"]) == (False, 0, None)
    assert api.last["Location"] == "/api/v1/duplicates/look"
    assert api.get("duplicates/look") == asked
    waiting = [one.fact for one in outbox.read("test", kinds=[DuplicatesRequested])]
    reactions.look_for_duplicates(waiting)
    done = api.get("duplicates/look")
    assert (done["is_done"], done["open"], done["asked_at"]) == (True, 2, asked["asked_at"])


def test_two_are_two_for_good_unless_taken_back(filled: Access, asks: Asks) -> None:
    duplicates.find(filled.workspace)
    api, row = asks(filled), Duplicate.objects.order_by("pk")[0]
    assert api.post(f"duplicates/{row.pk}/dismiss", {})["dismissed_by"] == "key tests"
    assert len(api.get("duplicates")["items"]) == 1
    assert api.post(f"duplicates/{row.pk}/restore", {})["dismissed_at"] is None
    assert len(api.get("duplicates")["items"]) == 2
    assert api.get("duplicates", kind="person")["items"] == []
    for path in ("duplicates", "merges"):
        assert api.get(path, 422, after=written("x"))["errors"][0]["field"] == "query.after"
    assert api.get("merges", after=written("9" * 300))["items"] == []


def test_people_are_merged_and_split_again(filled: Access, asks: Asks) -> None:
    api, kept, other = asks(filled), person_of(filled, "acme-1"), person_of(filled, "acme-2")
    api.post("merges", {"kind": "person", "kept": kept, "other": other}, 201)
    assert not Person.objects.filter(pk=other).exists()
    asked = {"kind": "person", "source": kept, "name": "Ann", "observed": ["acme-2"]}
    assert api.post("splits/preview", asked)["moves"] == [{"what": "ids it is observed under", "rows": 1}]
    new = api.post("splits", asked, 201)
    assert api.get(f"people/{new['other']}")["person_id"] == "acme-2"
    later = api.post(f"merges/{new['id'] - 1}/undo", {}, 422)["errors"][0]["says"]
    assert later.startswith("Undo first: Ann split from")


def test_a_part_of_a_customer_becomes_one_of_its_own(filled: Access, asks: Asks) -> None:
    api, acme = asks(filled), account_of(filled, "acme")
    api.post("merges", {"kept": acme, "other": account_of(filled, "cinder")}, 201)
    parts = api.get(f"accounts/{acme}/parts")
    assert [(one["ref"], one["is_own"]) for one in parts["observed"]] == [("acme", True), ("cinder", False)]
    assert parts["subscriptions"] == ["s-acme", "s-cinder"]
    person = next(one["id"] for one in parts["people"] if one["ref"] == "cinder-1")
    chosen = {"observed": ["cinder"], "people": [person], "subscriptions": ["s-cinder"]}
    would = api.post("splits/preview", {"source": acme} | chosen)["moves"]
    assert {"what": "contracts", "rows": 1} in would
    done = api.post("splits", {"source": acme, "name": "Cinder"} | chosen, 201)
    assert account_of(filled, "cinder") == done["other"]
    assert api.get("subscriptions", account=done["other"])["items"][0]["subscription_id"] == "s-cinder"


def test_what_cannot_be_done_is_said_by_field(filled: Access, asks: Asks) -> None:
    api, acme = asks(filled), account_of(filled, "acme")
    itself = api.post("merges", {"kept": acme, "other": acme}, 422)["errors"]
    assert itself == [{"field": "body.other", "says": "Choose two: one cannot be merged with itself."}]
    other = account_of(filled, "cinder")
    take = api.post("merges", {"kept": acme, "other": other, "take": ["owner"]}, 422)["errors"][0]
    assert take["field"] == "body.take.0"
    assert "choose of attributes.city, domain, name" in take["says"]
    nothing = api.post("splits", {"source": acme}, 422)["errors"][0]
    assert nothing["says"] == "Choose the ids or people that are to be on their own."
    strange = api.post("splits", {"source": acme, "observed": ["cinder"], "people": [acme]}, 422)["errors"]
    assert [one["field"] for one in strange] == ["body.observed.0", "body.people.0"]
    assert Account.objects.count() == 5


def test_a_lesser_key_and_a_neighbour_reach_nothing(filled: Access, neighbour: Access, asks: Asks) -> None:
    duplicates.find(filled.workspace)
    acme, other = account_of(filled, "acme"), account_of(filled, "a2")
    done = asks(filled).post("merges", {"kept": acme, "other": account_of(filled, "cinder")}, 201)
    row = Duplicate.objects.order_by("pk")[0]
    pair, apart = {"kept": acme, "other": other}, {"source": acme, "observed": ["cinder"]}
    lesser = ApiClient(create_key(filled, Key.API, "lesser", ["work", "export"]))
    for client, status in ((asks(neighbour), 404), (lesser, 403)):
        client.get("merges/preview", status, **pair)
        client.get(f"accounts/{acme}/parts", status)
        for path, body in (
            ("merges", pair),
            ("splits", apart),
            ("splits/preview", apart),
            (f"merges/{done['id']}/undo", {}),
            (f"duplicates/{row.pk}/dismiss", {}),
            (f"duplicates/{row.pk}/restore", {}),
        ):
            client.post(path, body, status)
    for path in ("duplicates", "merges"):
        lesser.get(path, 403)
        assert asks(neighbour).get(path)["items"] == []
    lesser.post("duplicates/look", {}, 403)
