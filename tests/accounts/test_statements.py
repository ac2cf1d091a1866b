"""What each source says is kept; shown is whose word counts most; nothing new adds no rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts import actions, merging, past, statements
from tenure.accounts.actions import AccountRow
from tenure.accounts.models import Account, AttributeRule, Identity, Statement
from tenure.accounts.statements import HAND, IMPORT, SDK, Order
from tenure.workspaces.access import Access

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACME = AccountRow("acme", "Acme", owner="dana", attributes={"plan": "Team", "seats": 5})


def acme(access: Access) -> Account:
    return access.of(Account).select_related("attributes").get(external_id="acme")


def say(access: Access, row: AccountRow, source: str, at: datetime) -> actions.Upserted:
    with time_machine.travel(at, tick=False):
        return actions.upsert_accounts(access.workspace, [row], source=source)


def set_by_hand(access: Access, at: datetime, **values: str) -> None:
    with time_machine.travel(at, tick=False):
        Account.objects.filter(external_id="acme").update(**values)
        statements.note_by_hand(access.workspace, [acme(access).pk], list(values), "olga")


def test_the_same_again_adds_no_rows_and_another_value_closes_a_version(access: Access) -> None:
    say(access, ACME, IMPORT, MARCH)
    assert say(access, ACME, IMPORT, MARCH + timedelta(days=1)).same == 1
    (only,) = Statement.objects.all()
    assert (only.fields, only.data) == ({"name": "Acme", "owner": "dana"}, {"plan": "Team", "seats": 5})
    changed = AccountRow("acme", attributes={"seats": 7})
    assert say(access, changed, IMPORT, MARCH + timedelta(days=2)).changed == 1
    old, new = Statement.objects.order_by("pk")
    assert (old.superseded_at, old.data["seats"]) == (MARCH + timedelta(days=2), 5)
    assert (new.superseded_at, new.data) == (None, {"plan": "Team", "seats": 7})
    assert acme(access).attributes.data == {"plan": "Team", "seats": 7}


def test_within_a_day_a_version_is_amended(access: Access) -> None:
    for hours, seats in enumerate((5, 6, 7)):
        say(access, AccountRow("acme", attributes={"seats": seats}), SDK, MARCH + timedelta(hours=hours))
    (only,) = Statement.objects.all()
    assert only.data == {"seats": 7}
    assert only.since == {".seats": (MARCH + timedelta(hours=2)).isoformat()}


def test_by_hand_counts_most_then_files_then_the_sdk_and_all_are_kept(access: Access) -> None:
    say(access, AccountRow("acme", "acme inc", attributes={"plan": "free"}), SDK, MARCH)
    say(access, ACME, IMPORT, MARCH + timedelta(days=1))
    say(
        access,
        AccountRow("acme", "ACME", attributes={"plan": "trial", "theme": "dark"}),
        SDK,
        MARCH + timedelta(days=2),
    )
    found = acme(access)
    assert (found.name, found.attributes.data) == ("Acme", {"plan": "Team", "seats": 5, "theme": "dark"})
    set_by_hand(access, MARCH + timedelta(days=3), name="Acme Group", owner="olga")
    say(access, AccountRow("acme", "Acme plc", owner="tor"), IMPORT, MARCH + timedelta(days=4))
    assert (acme(access).name, acme(access).owner) == ("Acme Group", "olga")
    heard = statements.heard(statements.current([found.pk])[found.pk].values(), Order())
    assert [(one.source, one.value) for one in heard["name"]] == [
        (HAND, "Acme Group"),
        (IMPORT, "Acme plc"),
        (SDK, "ACME"),
    ]
    assert [(one.source, one.value) for one in heard[".plan"]] == [(IMPORT, "Team"), (SDK, "trial")]
    assert heard["name"][0].said_by == "olga"


def test_set_back_to_what_the_file_says_it_is_the_files_again(access: Access) -> None:
    say(access, ACME, IMPORT, MARCH)
    set_by_hand(access, MARCH + timedelta(days=1), owner="olga")
    set_by_hand(access, MARCH + timedelta(days=2), owner="dana")
    say(access, AccountRow("acme", owner="tor"), IMPORT, MARCH + timedelta(days=3))
    assert acme(access).owner == "tor"


def test_nobody_by_hand_is_a_word_too(access: Access) -> None:
    say(access, ACME, IMPORT, MARCH)
    set_by_hand(access, MARCH + timedelta(days=1), owner="")
    say(access, AccountRow("acme", owner="tor"), IMPORT, MARCH + timedelta(days=2))
    assert acme(access).owner == ""


def test_a_workspace_orders_its_sources_for_all_or_for_one_attribute(access: Access) -> None:
    AttributeRule.objects.create(workspace=access.workspace, name="plan", sources=[SDK])
    AttributeRule.objects.create(workspace=access.workspace, sources=["crm", HAND])
    say(access, AccountRow("acme", "By CRM", attributes={"plan": "crm"}), "crm:one", MARCH)
    say(access, AccountRow("acme", "By file", attributes={"plan": "file"}), IMPORT, MARCH + timedelta(days=1))
    say(access, AccountRow("acme", "By SDK", attributes={"plan": "sdk"}), SDK, MARCH + timedelta(days=2))
    assert (acme(access).name, acme(access).attributes.data) == ("By CRM", {"plan": "sdk"})


@given(st.lists(st.sampled_from([HAND, IMPORT, SDK, "crm:one", "crm:two"]), max_size=5, unique=True))
def test_an_order_is_an_order(named: list[str]) -> None:
    order = Order({"": named})
    ranks = [order.rank("x", source) for source in named]
    assert ranks == sorted(ranks)
    others = {HAND, IMPORT, SDK, "other"} - set(named)
    assert all(order.rank("x", other) > rank for other in others for rank in ranks)


def test_two_rows_of_one_merged_account_in_one_file(access: Access) -> None:
    rows = [AccountRow("acme", "Acme", attributes={"a": 1}), AccountRow("b", "Bee", attributes={"b": 1})]
    ids = actions.upsert_accounts(access.workspace, rows).ids
    before = list(Statement.objects.order_by("pk").values())
    done = merging.merge(access, Identity.ACCOUNT, ids["acme"], ids["b"])
    later = [AccountRow("acme", attributes={"a": 2}), AccountRow("b", attributes={"b": 2, "a": 3})]
    actions.upsert_accounts(access.workspace, later)
    assert acme(access).attributes.data == {"a": 3, "b": 2}
    merging.undo(access, done.pk)
    assert {row["account_id"] for row in before} == set(ids.values())
    assert Statement.objects.filter(account=ids["b"]).exists()


@pytest.mark.parametrize("day", [date(2026, 1, 5)])
def test_history_counts_from_the_day_it_took_effect(access: Access, day: date) -> None:
    actions.upsert_accounts(access.workspace, [ACME], effective_on=day)
    assert Statement.objects.get().effective_on == day


def test_who_owned_it_when(access: Access) -> None:
    say(access, ACME, IMPORT, MARCH)
    set_by_hand(access, MARCH + timedelta(days=10), owner="olga")
    say(
        access,
        AccountRow("acme", owner="tor", attributes={"plan": "Large"}),
        IMPORT,
        MARCH + timedelta(days=20),
    )
    set_by_hand(access, MARCH + timedelta(days=30), owner="tor")
    owners = [one for one in past.account_changes(access, acme(access).pk) if one.key == past.OWNER]
    assert [(one.value, one.source) for one in owners] == [("tor", IMPORT), ("olga", HAND), ("dana", IMPORT)]
    days = [(MARCH + timedelta(days=number)).date() for number in (-1, 0, 9, 10, 29, 30)]
    said = [past.owner_on(access, acme(access).pk, day) for day in days]
    assert said == [None, "dana", "dana", "olga", "olga", "tor"]


def test_an_owner_told_late_counts_from_when_it_took_effect(access: Access, neighbour: Access) -> None:
    say(access, ACME, IMPORT, MARCH)
    january = date(2026, 1, 1)
    with time_machine.travel(MARCH + timedelta(days=1), tick=False):
        actions.upsert_accounts(access.workspace, [AccountRow("acme", owner="eva")], "crm:one", january)
    assert past.owner_on(access, acme(access).pk, january) == "eva"
    assert past.owner_on(neighbour, acme(access).pk, january) is None
