"""Products as a condition, as a column, in the file, and on the account's page."""

from __future__ import annotations

from django.test import Client

from tenure.accounts.models import Account
from tenure.segments.rules import Rule
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.access import Access
from tests.revenue.test_products import told
from tests.web.conftest import Visit
from tests.web.reading import names, text


def test_products_are_a_condition_a_column_and_in_the_file(
    visit: Visit, dana: Access, access: Access
) -> None:
    rows = told(access)

    def found(text_: str) -> set[str]:
        q = Rule.of([text_]).q(Standpoint.of(access))
        return set(access.of(Account).filter(q).values_list("external_id", flat=True))

    assert found("product.is.Team") == {"acme", "borealis"}
    assert found("product.is.Solo") == set(), "it runs no more"
    assert found("product.is_not.Audit") == {"acme"}
    assert found("product.is_missing") == {"cinder"}
    client: Client = visit(dana)
    page = client.get("/customers?where=product.is.Audit&show=success,products")
    assert names(page.content) == ["borealis"]
    assert "Customers who have Audit" in text(page.content)
    assert "Audit Team" in text(page.content)
    file = b"".join(client.get("/customers/export?show=success,products").streaming_content).decode()
    assert '"Audit, Team"' in file
    assert "Team" in client.get("/customers/condition?field=product").content.decode()
    money = text(client.get(f"/customers/{rows['acme'].pk}/money").content)
    assert "Team has it" in money
    assert "Solo had it" in money
    assert "Audit 1 customer, 50 %" in money.replace("\u00a0", " ")
