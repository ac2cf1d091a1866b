"""Attributes, stakeholders, consent and owners through the API."""

from __future__ import annotations

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.workspaces.access import Access
from tests.accounts.test_attributes import bring, react
from tests.web.api.conftest import Asks


def test_types_and_orders_are_looked_at_and_set(asks: Asks, access: Access) -> None:
    api = asks(access)
    bring(access, acme={"employees": "1,200"}, dune={"employees": "many"})
    assert [(one["name"], one["type"], one["is_guessed"]) for one in api.get("attributes")] == [
        ("employees", "text", True)
    ]
    asked = {"name": "employees", "type": "number", "look": True}
    assert api.post("attributes/type", asked) == {"looked_at": 2, "changed": 1, "unfit": 1, "is_all": True}
    assert api.get("attributes")[0]["type"] == "text"
    api.post("attributes/type", asked | {"look": False})
    react()
    assert api.get("accounts", account_id="acme")["items"][0]["attributes"] == {"employees": 1200}
    assert api.get("accounts", where="number:employees.above.1000")["items"][0]["account_id"] == "acme"
    problem = api.post("attributes/type", {"name": "x", "type": "choice"}, status=422)
    assert "1 to 100 entries" in problem["errors"][0]["says"]
    bring(access, "sdk", acme={"employees": 5})
    assert api.post("attributes/order", {"name": "employees", "sources": ["sdk"]})["changed"] == 1
    assert api.get("attributes")[0]["sources"] == ["sdk"]


def test_people_have_parts_consent_and_a_past(asks: Asks, access: Access) -> None:
    api = asks(access)
    ann = {"person_id": "ann", "account_id": "acme", "part": "sponsor", "consent": {"surveys": True}}
    key = api.post("people", {"people": [ann | {"left_on": "2190-01-01"}]})["ids"]["ann"]
    found = api.get(f"people/{key}")
    assert (found["part"], found["left_on"]) == ("sponsor", "2190-01-01")
    consent = api.get(f"people/{key}/consent")
    assert consent["may"] == {"product": True, "surveys": True, "marketing": False}
    assert api.get("consent/surveys", person=key) == [key]
    said = api.post(f"people/{key}/consent", {"purpose": "surveys", "is_given": False})
    assert said["may"]["surveys"] is False
    assert len(said["words"]) == 2
    assert {one["field"] for one in api.get(f"people/{key}/changes")} == {"part", "left_on"}
    wrong = api.post("people", {"people": [ann | {"part": "friend"}]}, status=422)
    assert wrong["errors"][0]["field"] == "body.people.0.part"


def test_owners_as_of_a_day(asks: Asks, access: Access) -> None:
    api = asks(access)
    done = upsert_accounts(access.workspace, [AccountRow("acme", owner="dana")])
    key = done.ids["acme"]
    assert api.get("owners", as_of="2190-01-01", account=key) == [{"account": key, "owner": "dana"}]
    assert api.get("owners", as_of="2000-01-01", account=key) == []
