"""Who may be one is proposed with its reason, in time that grows with the number, and not twice."""

from __future__ import annotations

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts import actions, duplicates, likeness, merging
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.likeness import One
from tenure.accounts.models import Duplicate, Identity
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ACME, Inc.", "acme"),
        ("Acme  GmbH & Co. KG", "acme"),
        ("Müller & Söhne G.m.b.H.", "muller sohne"),
        ("The Acme Company", "acme"),
        ("Ltd", "ltd"),
        ("", ""),
        ("株式会社", "株式会社"),
    ],
)
def test_names_are_bare_of_form_case_and_punctuation(name: str, plain: str) -> None:
    assert likeness.plain_name(name) == plain


@given(st.text())
def test_a_bare_name_is_its_own(name: str) -> None:
    plain = likeness.plain_name(name)
    assert likeness.plain_name(plain.upper()) == likeness.plain_name(likeness.plain_name(plain.upper()))


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("borealis", "borealiss", True),
        ("borealis", "boreelis", True),
        ("borealis", "boxeelis", False),
        ("borealis shipping", "boreelis shiping", True),
        ("acme 1 north", "acme 2 north", False),
    ],
)
def test_near_is_a_slip_and_never_another_number(one: str, other: str, near: bool) -> None:
    assert likeness.is_near(one, other) is near


def test_accounts_by_domain_and_name_but_not_parent_and_child() -> None:
    rows = [
        One("1", "Acme", "acme.example"),
        One("2", "ACME Inc.", "acme.example"),
        One("3", "Acme Labs", "acme.example", parent_id="1"),
        One("4", "Borealis Shipping", "borealis.example"),
        One("5", "Boreelis Shiping"),
        One("6", "Cinder", "gmail.com"),
        One("7", "Dune", "gmail.com"),
        One("8", "Cinder Ltd", "cinder.example"),
    ]
    found = [(one.one_id, one.other_id, one.confidence) for one in likeness.alike_accounts(rows)]
    assert found == [("1", "2", 0.98), ("6", "8", 0.85), ("4", "5", 0.65)]


def test_people_by_address_and_by_name_at_one_account() -> None:
    rows = [
        One("1", "Ann Ames", email="ann@acme.example", account_id="a"),
        One("2", "", email="ann@acme.example", account_id="b"),
        One("3", "Ann  AMES", account_id="a"),
        One("4", "Ann", account_id="a"),
        One("5", "Ann Ames", account_id="c"),
    ]
    assert [(one.one_id, one.other_id) for one in likeness.alike_people(rows)] == [("1", "2"), ("1", "3")]


def test_a_key_that_half_of_all_share_says_nothing() -> None:
    rows = [One(str(number), f"Branch {number}", "holding.example") for number in range(60)]
    assert likeness.alike_accounts(rows) == []


def test_a_hundred_thousand_take_seconds() -> None:
    rows = [
        One(f"{number:06}", f"Customer {number * 7919 % 100_000} of {chr(97 + number % 26)}")
        for number in range(100_000)
    ]
    began = time.perf_counter()
    likeness.alike_accounts(rows)
    assert time.perf_counter() - began < 60


def test_found_dismissed_for_good_and_merged(access: Access) -> None:
    rows = [
        AccountRow("1", "Acme", "acme.example"),
        AccountRow("2", "Acme Ltd", "acme.example"),
        AccountRow("3", "Dune", "dune.example"),
        AccountRow("4", "DUNE"),
    ]
    actions.upsert_accounts(access.workspace, rows)
    actions.upsert_people(
        access.workspace, [PersonRow("ann", "ann@acme.example"), PersonRow("a", "ann@acme.example")]
    )
    assert duplicates.find(access.workspace) == 3
    first, second = duplicates.proposed(access, Identity.ACCOUNT)
    assert (str(first.one), str(first.other), first.says) == ("Acme", "Acme Ltd", "almost certain")
    assert duplicates.count(access) == {"account": 2, "person": 1}
    duplicates.dismiss(access, second.id)
    assert duplicates.find(access.workspace) == 2
    assert [one.id for one in duplicates.proposed(access, Identity.ACCOUNT)] == [first.id]
    merging.merge(access, Identity.ACCOUNT, first.one.pk, first.other.pk)
    assert duplicates.proposed(access, Identity.ACCOUNT) == []
    duplicates.dismiss(access, second.id, back=True)
    assert [one.id for one in duplicates.proposed(access, Identity.ACCOUNT)] == [second.id]
    actions.upsert_accounts(access.workspace, [AccountRow("4", "Fjord")])
    assert duplicates.find(access.workspace) == 1


def test_neighbours_and_viewers_dismiss_nothing(access: Access, neighbour: Access) -> None:
    actions.upsert_accounts(access.workspace, [AccountRow("1", "Acme"), AccountRow("2", "ACME")])
    duplicates.find(access.workspace)
    row = Duplicate.objects.get()
    assert duplicates.proposed(neighbour, Identity.ACCOUNT) == []
    with pytest.raises(Http404):
        duplicates.dismiss(neighbour, row.pk)
    with pytest.raises(PermissionDenied):
        duplicates.dismiss(cast.member(access, "Vic", Role.VIEWER), row.pk)
