"""Families through the API."""

from __future__ import annotations

from tenure.workspaces.access import Access
from tests.desk.test_rolling import told
from tests.web.api.conftest import Asks


def test_families_through_the_api(asks: Asks, access: Access) -> None:
    rows = told(access)
    api = asks(access)
    found = api.get(f"accounts/{rows['acme'].pk}/family")
    assert (found["accounts"], found["arr"]["amount"], found["score"]) == (4, "4000.00", 50.0)
    assert [one["level"] for one in found["members"]] == [0, 1, 1, 2]
    assert api.get(f"accounts/{rows['dune'].pk}/family")["accounts"] == 1
    moved = api.post(f"accounts/{rows['dune'].pk}/parent", {"parent": ""})
    assert moved["parent_id"] is None
    problem = api.post(f"accounts/{rows['acme'].pk}/parent", {"parent": rows["borealis"].pk}, status=422)
    assert problem["errors"][0]["field"] == "body.parent"
    circle = {"accounts": [{"account_id": "acme", "parent_id": "borealis"}]}
    assert api.post("accounts", circle)["circles"] == ["acme"]
