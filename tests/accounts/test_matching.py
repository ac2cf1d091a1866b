"""People whom nobody placed find their account by the domain of their address, or are proposed for it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from tenure.accounts import actions, announcing, matching, placing
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.models import MatchingRule, Person
from tenure.kit import outbox
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast

ACCOUNTS = [AccountRow("acme", "Acme", "acme.example"), AccountRow("mail", "Mail", "gmail.com")]


def home_of(access: Access, ref: str) -> str:
    """The customer's own id of the account somebody is with; empty for none."""
    account = access.of(Person).select_related("account").get(external_id=ref).account
    return account.external_id if account else ""


@pytest.mark.parametrize("accounts_first", [True, False])
def test_an_address_leads_to_the_account_whichever_comes_first(access: Access, accounts_first: bool) -> None:
    people = [
        PersonRow("ann", "ann@acme.example"),
        PersonRow("bo@mail.acme.example"),
        PersonRow("cy", "cy@gmail.com"),
        PersonRow("eva", "eva@notacme.example"),
        PersonRow("fay", "fay@acme.example", account_id="dune"),
    ]
    if accounts_first:
        actions.upsert_accounts(access.workspace, ACCOUNTS)
    actions.upsert_people(access.workspace, people)
    if not accounts_first:
        actions.upsert_accounts(access.workspace, ACCOUNTS)
        assert home_of(access, "ann") == "acme"
        placing.attach_people(access.workspace)  # as every hour
    homes = {row.person_id: home_of(access, row.person_id) for row in people}
    assert homes == {"ann": "acme", "bo@mail.acme.example": "acme", "cy": "", "eva": "", "fay": "dune"}
    assert announcing.EVER in {fact.fact.first_day for fact in outbox.read("test")}


def test_a_domain_of_two_speaks_for_neither_and_ones_own_for_nobody(access: Access) -> None:
    access.workspace.own_domains = ["vendor.example"]
    access.workspace.save()
    twice = [AccountRow("a", domain="acme.example"), AccountRow("b", domain="acme.example")]
    actions.upsert_accounts(access.workspace, [*twice, AccountRow("us", domain="vendor.example")])
    actions.upsert_people(
        access.workspace, [PersonRow("ann", "ann@acme.example"), PersonRow("d", "d@vendor.example")]
    )
    assert (home_of(access, "ann"), home_of(access, "d")) == ("", "")


def test_proposed_only_if_so_chosen(access: Access, neighbour: Access) -> None:
    matching.choose(access, MatchingRule.PROPOSE)
    actions.upsert_accounts(access.workspace, ACCOUNTS)
    actions.upsert_people(access.workspace, [PersonRow("ann", "ann@acme.example")])
    assert home_of(access, "ann") == ""
    (placed,) = matching.proposed(access)
    assert (str(placed.person), str(placed.account)) == ("ann@acme.example", "Acme")
    assert matching.proposed(neighbour) == []
    assert placing.attach_people(access.workspace) == 1
    assert home_of(access, "ann") == "acme"
    assert matching.proposed(access) == []


def test_who_may_choose(access: Access) -> None:
    with pytest.raises(PermissionDenied):
        matching.choose(cast.member(access, "Dana", Role.MANAGER), MatchingRule.PROPOSE)
    with pytest.raises(ValueError, match="attach or propose"):
        matching.choose(access, "perhaps")
