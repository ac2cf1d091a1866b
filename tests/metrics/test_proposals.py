"""What could be named is proposed from what customers did, with the reason in figures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.kit.business import Calendar
from tenure.kit.models import OutboxFact
from tenure.metrics import actions
from tenure.metrics.inputs import inputs_of
from tenure.metrics.proposals import Proposal, seen
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Workspace
from tenure.workspaces.roles import Role
from tests import cast
from tests.metrics.telling import ago, customer, pays, used


def proposals(access: Access) -> dict[str, list[Proposal]]:
    return seen(access).proposals


def test_what_those_that_stayed_did_and_those_that_left_did_not_is_first_value(access: Access) -> None:
    for number in range(10):
        name, start, stays = f"c{number}", ago(200), number < 5
        customer(access, name)
        pays(access, name, 10_00, start, None if stays else ago(50))
        used(access, name, "p", start + timedelta(days=1), event="Signed In")
        used(access, name, "p", start + timedelta(days=40), event="Came Late")
        if stays:
            used(access, name, "p", start + timedelta(days=4), event="Report Shared")
    found = proposals(access)
    [value] = found["first_value_event"]
    assert value.value == "Report Shared"
    assert "100\u00a0% of the customers that stayed did this in their first 30 days, and 0" in value.reason
    assert [one.value for one in found["onboarding_steps"]] == ["Signed In", "Report Shared"]
    assert found["onboarding_steps"][1].reason.endswith("half of them by day 4")
    actions.name_input(access, "first_value_event", "Report Shared")
    access.workspace.refresh_from_db()
    assert proposals(access)["first_value_event"] == []


def test_seats_come_from_numbers_that_are_called_so_and_domains_from_colleagues(access: Access) -> None:
    rows = [
        AccountRow("acme", attributes={"licences": 20, "plan": 7}),
        AccountRow("borealis", attributes={"licences": 5, "users": "many", 'a "b" seats': 3}),
    ]
    upsert_accounts(access.workspace, rows)
    cast.member(access, "Dana", Role.MANAGER)
    upsert_people(access.workspace, [PersonRow("d", "dan@example.test", account_id="acme")])
    found = proposals(access)
    assert [(one.value, one.reason) for one in found["seats_from"]] == [
        ("licences", "a whole number at 100\u00a0% of customers, 5 to 20")
    ]
    [domain] = found["own_domains"]
    assert domain.value == "example.test"
    assert "1 person with it count" in domain.reason


def test_an_empty_workspace_has_nothing_to_propose(access: Access) -> None:
    assert not any(proposals(access).values())


def test_naming_and_forgetting_keep_to_what_can_be_named(access: Access) -> None:
    for value in ("Invited", "Invited", "Exported"):
        actions.name_input(access, "onboarding_steps", f" {value} ")
    actions.name_input(access, "plan_features", "Exported", "Pro")
    actions.name_input(access, "seats_from", "licences")
    actions.set_business_hours(access, Calendar((0, 1), 480, 960, "DE"))
    named = inputs_of(Workspace.objects.get(pk=access.workspace.pk))
    assert named.onboarding_steps == ("Exported", "Invited")
    assert named.plan_features == (("Pro", ("Exported",)),)
    assert (named.seats_from, named.calendar.country) == ("licences", "DE")
    assert AuditEntry.objects.filter(did="changed settings").count() == 5
    assert OutboxFact.objects.filter(kind="RecordsChanged").count() == 5
    for name, value, plan in (("onboarding_steps", "Invited", ""), ("plan_features", "Exported", "Pro")):
        actions.forget_input(access, name, value, plan)
    actions.forget_input(access, "seats_from", "licences")
    left = inputs_of(Workspace.objects.get(pk=access.workspace.pk))
    assert (left.onboarding_steps, left.plan_features, left.seats_from) == (("Exported",), (), "")


@pytest.mark.parametrize(
    ("name", "value", "plan", "says"),
    [
        ("key_features", "  ", "", "Say which event"),
        ("key_features", "x" * 201, "", "at most 200"),
        ("plan_features", "Exported", "", "Say which product"),
    ],
)
def test_what_cannot_be_named_is_told_why(
    access: Access, name: str, value: str, plan: str, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        actions.name_input(access, name, value, plan)
