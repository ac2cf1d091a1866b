"""Accounts and people arrive many times, from many sources, and stay one each."""

from __future__ import annotations

import pytest

from tenure.accounts import actions, placing, queries
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.models import Account, Identity, Person
from tenure.kit import changes, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access


def accounts(access: Access) -> dict[str, Account]:
    rows = access.of(Account).select_related("attributes", "parent")
    return {row.external_id: row for row in rows}


def people(access: Access) -> dict[str, Person]:
    return {row.external_id: row for row in access.of(Person).select_related("account")}


def test_the_same_accounts_twice_change_nothing(access: Access) -> None:
    rows = [
        AccountRow("acme", "Acme", "https://www.Acme.example/about", attributes={"city": "Bergen"}),
        AccountRow("borealis", "Borealis", owner="dana@example.test"),
    ]
    first = actions.upsert_accounts(access.workspace, rows)
    counted = changes.counts(access.workspace.id)
    second = actions.upsert_accounts(access.workspace, rows)
    assert (first.added, first.changed, first.same) == (2, 0, 0)
    assert (second.added, second.changed, second.same) == (0, 0, 2)
    assert first.ids == second.ids
    assert changes.counts(access.workspace.id) == counted
    assert accounts(access)["acme"].domain == "acme.example"
    assert accounts(access)["acme"].attributes.data == {"city": "Bergen"}


def test_what_a_source_leaves_blank_stays_as_it_was(access: Access) -> None:
    actions.upsert_accounts(
        access.workspace, [AccountRow("acme", "Acme", segment="large", attributes={"a": 1})]
    )
    later = AccountRow("acme", owner="dana@example.test", attributes={"b": 2, "a": None})
    done = actions.upsert_accounts(access.workspace, [later])
    acme = accounts(access)["acme"]
    assert (done.added, done.changed) == (0, 1)
    assert (acme.name, acme.segment, acme.owner) == ("Acme", "large", "dana@example.test")
    assert acme.attributes.data == {"a": 1, "b": 2}


def test_rows_of_one_id_in_one_file_complete_each_other(access: Access) -> None:
    rows = [AccountRow("acme", "Acme Inc"), AccountRow(" acme ", segment="large"), AccountRow("acme", "Acme")]
    done = actions.upsert_accounts(access.workspace, rows)
    assert (done.added, done.changed, done.same) == (1, 0, 0)
    assert (accounts(access)["acme"].name, accounts(access)["acme"].segment) == ("Acme", "large")


def test_parents_may_come_later_or_never_and_circles_are_left_open(access: Access) -> None:
    rows = [
        AccountRow("acme", "Acme", parent_id="holding"),
        AccountRow("holding", "Acme Holding", parent_id="group"),
        AccountRow("self", parent_id="self"),
    ]
    actions.upsert_accounts(access.workspace, rows)
    actions.upsert_accounts(access.workspace, [AccountRow("group", "Group", parent_id="acme")])
    found = accounts(access)
    assert found["acme"].parent == found["holding"]
    assert found["holding"].parent == found["group"]
    assert found["group"].parent is None
    assert found["self"].parent is None


def test_a_person_brings_the_account_and_own_colleagues_are_marked(access: Access) -> None:
    access.workspace.own_domains = ["vendor.example"]
    access.workspace.save()
    rows = [
        PersonRow("ann", "Ann@Acme.example", "Ann", "acme", "admin", attributes={"team": "ops"}),
        PersonRow("dana@mail.vendor.example", account_id="acme"),
    ]
    done = actions.upsert_people(access.workspace, rows)
    found = people(access)
    assert done.added == 2
    assert found["ann"].email == "ann@acme.example"
    assert found["ann"].account == accounts(access)["acme"]
    assert (found["ann"].is_own, found["dana@mail.vendor.example"].is_own) == (False, True)


def test_a_new_own_domain_applies_to_people_already_known(access: Access) -> None:
    actions.upsert_people(access.workspace, [PersonRow("dana", "dana@vendor.example", account_id="acme")])
    access.workspace.own_domains = ["vendor.example"]
    assert placing.mark_own_people(access.workspace) == 1
    assert placing.mark_own_people(access.workspace) == 0
    assert people(access)["dana"].is_own


def test_resolve_adds_the_unknown_and_moves_nobody(access: Access) -> None:
    actions.upsert_people(access.workspace, [PersonRow("ann", account_id="acme"), PersonRow("bo")])
    actions.resolve(
        access.workspace, {"cinder"}, {"ann": "dune", "bo": "borealis", "cy": None, "anon:b1": "acme"}
    )
    found = people(access)
    assert set(accounts(access)) == {"acme", "borealis", "cinder", "dune"}
    assert set(found) == {"ann", "bo", "cy"}
    assert found["ann"].account.external_id == "acme"
    assert found["bo"].account.external_id == "borealis"
    assert found["cy"].account is None


def test_an_anonymous_visitor_becomes_somebody_known(access: Access) -> None:
    ids = actions.upsert_people(access.workspace, [PersonRow("ann", account_id="acme")]).ids
    assert actions.link_people(access.workspace, {"anon:b1": "ann"}, move=False) == 1
    assert actions.link_people(access.workspace, {"anon:b1": "ann", "anon:b2": "nobody"}, move=True) == 0
    assert queries.people_by_ref(access.workspace.id, ["anon:b1"]) == {"anon:b1": ids["ann"]}


def test_a_shared_browser_stays_with_the_first_unless_moved_on_purpose(access: Access) -> None:
    ids = actions.upsert_people(access.workspace, [PersonRow("ann"), PersonRow("bo")]).ids
    actions.link_people(access.workspace, {"anon:b1": "ann"}, move=False)
    assert actions.link_people(access.workspace, {"anon:b1": "bo"}, move=False) == 0
    assert queries.people_by_ref(access.workspace.id, ["anon:b1"]) == {"anon:b1": ids["ann"]}
    assert actions.link_people(access.workspace, {"anon:b1": "bo"}, move=True) == 1
    assert queries.people_by_ref(access.workspace.id, ["anon:b1"]) == {"anon:b1": ids["bo"]}


def test_facts_say_which_accounts_changed_and_nothing_when_none_did(access: Access) -> None:
    done = actions.upsert_accounts(access.workspace, [AccountRow("acme", "Acme")])
    actions.upsert_accounts(access.workspace, [AccountRow("acme", "Acme")])
    facts = [one.fact for one in outbox.read("test")]
    assert [type(one) for one in facts] == [RecordsChanged]
    assert facts[0].account_ids == (done.ids["acme"],)


def test_the_neighbour_may_use_the_same_ids(access: Access, neighbour: Access) -> None:
    ours = actions.upsert_accounts(access.workspace, [AccountRow("acme", "Acme")])
    theirs = actions.upsert_accounts(neighbour.workspace, [AccountRow("acme", "Other Acme")])
    assert ours.ids != theirs.ids
    assert accounts(access)["acme"].name == "Acme"
    assert queries.accounts_by_id(access.workspace.id, list(theirs.ids.values())) == {}


@pytest.mark.parametrize("count", [5000])
def test_thousands_of_rows_take_few_statements(
    access: Access, count: int, django_assert_max_num_queries
) -> None:
    rows = [AccountRow(f"a{number}", f"Account {number}") for number in range(count)]
    renamed = [AccountRow(f"a{number}", f"Renamed {number}") for number in range(count)]
    with django_assert_max_num_queries(1000):
        actions.upsert_accounts(access.workspace, rows)
        done = actions.upsert_accounts(access.workspace, renamed)
    assert done.changed == count
    assert Identity.objects.filter(workspace=access.workspace).count() == count
