"""Products through the API."""

from __future__ import annotations

from tenure.workspaces.access import Access
from tests.revenue.test_products import told
from tests.web.api.conftest import Asks


def test_products_through_the_api(asks: Asks, access: Access) -> None:
    rows = told(access)
    found = asks(access).get(f"accounts/{rows['acme'].pk}/products")
    assert [one["name"] for one in found["bought"]] == ["Team", "Solo"]
    assert found["bought"][0]["arr"]["amount"] == "2400.00"
    assert found["whitespace"] == ["Audit"]
