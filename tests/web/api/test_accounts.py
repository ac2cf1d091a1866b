"""Customers and people through the API: in, out, in pages, and nothing of the neighbour's."""

from __future__ import annotations

import pytest

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tests.web.api.conftest import ApiClient, Asks

ACME = {
    "account_id": "acme",
    "name": "Acme",
    "domain": "https://acme.example/x",
    "attributes": {"plan": "Team"},
}


@pytest.fixture
def api(asks: Asks, access: Access) -> ApiClient:
    return asks(access)


def test_a_customer_goes_in_and_comes_out_with_what_is_not_known_as_null(api: ApiClient) -> None:
    done = api.post("accounts", {"accounts": [ACME]})
    assert (done["added"], done["changed"], done["same"]) == (1, 0, 0)
    found = api.get(f"accounts/{done['ids']['acme']}")
    assert found["account_id"] == "acme"
    assert found["domain"] == "acme.example"
    assert found["attributes"] == {"plan": "Team"}
    assert found["health"] is found["arr"] is found["renews_on"] is None
    assert api.get("accounts", account_id="acme")["items"] == [found]
    assert api.post("accounts", {"accounts": [ACME]})["same"] == 1


def test_pages_lead_through_all_customers_once(api: ApiClient, access: Access) -> None:
    upsert_accounts(access.workspace, [AccountRow(f"a{number}") for number in range(25)])
    seen, after = [], ""
    for _ in range(3):
        page = api.get("accounts", limit=10, after=after)
        seen += [one["account_id"] for one in page["items"]]
        after = page["next"] or ""
    assert len(seen) == len(set(seen)) == 25
    assert page["next"] is None


def test_conditions_are_those_of_the_customers_page(api: ApiClient) -> None:
    api.post(
        "accounts", {"accounts": [ACME | {"segment": "Large"}, {"account_id": "dune", "segment": "Small"}]}
    )
    found = api.get("accounts", where="segment.is.Large")["items"]
    assert [one["account_id"] for one in found] == ["acme"]
    problem = api.get("accounts", where="colour.is.blue", status=422)
    assert problem["errors"][0]["field"] == "query.where"
    assert "colour" in problem["errors"][0]["says"]


def test_what_is_wrong_is_named_with_its_place(api: ApiClient) -> None:
    problem = api.post("accounts", {"accounts": [ACME, {"name": "Nobody", "colour": "blue"}]}, status=422)
    assert api.last.headers["Content-Type"] == "application/problem+json"
    fields = {fault["field"] for fault in problem["errors"]}
    assert fields == {"body.accounts.1.account_id", "body.accounts.1.colour"}
    assert Account.objects.count() == 0
    assert api.post("accounts", "{", status=400)["title"] == "The request cannot be read"
    assert api.get("accounts", after="%%%", status=422)["errors"][0]["field"] == "query.after"


def test_people_belong_to_accounts(api: ApiClient) -> None:
    done = api.post(
        "people", {"people": [{"person_id": "ann", "email": "Ann@acme.example", "account_id": "acme"}]}
    )
    [account] = api.get("accounts")["items"]
    assert account["account_id"] == "acme"
    [ann] = api.get("people", account=account["id"])["items"]
    assert (ann["id"], ann["email"]) == (done["ids"]["ann"], "ann@acme.example")
    assert api.get("people", email="ANN@acme.example")["items"] == [ann]
    assert api.get(f"people/{ann['id']}") == ann


def test_a_neighbour_finds_nothing(api: ApiClient, asks: Asks, neighbour: Access) -> None:
    done = api.post("accounts", {"accounts": [ACME]})
    other = asks(neighbour)
    assert other.get("accounts")["items"] == []
    assert other.get("accounts", account_id="acme")["items"] == []
    assert other.get(f"accounts/{done['ids']['acme']}", status=404)["status"] == 404
    assert other.get("people", account=done["ids"]["acme"], status=404)["status"] == 404


def test_without_a_good_key_there_is_nothing(api: ApiClient) -> None:
    for token in ("", "ta_nonsense"):
        answer = ApiClient(token).get("accounts", status=401)
        assert "Authorization: Bearer" in answer["detail"]
    assert api.client.get("/api/v1/accounts").headers["WWW-Authenticate"] == "Bearer"


def test_a_key_does_what_its_scopes_say(access: Access) -> None:
    reader = ApiClient(create_key(access, Key.API, "reader"))
    assert reader.get("accounts")["items"] == []
    refused = reader.post("accounts", {"accounts": [ACME]}, status=403)
    assert "load" in refused["detail"]
    reader.get("audit", status=403)
    assert reader.get("workspace")["rights"] == ["read"]
