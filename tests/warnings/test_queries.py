"""The list: who comes first, what that is worth, and what is folded away."""

from __future__ import annotations

import pytest

from tenure.accounts.models import Account
from tenure.health.models import Standing
from tenure.metrics.models import MetricValue
from tenure.segments.rules import Rule
from tenure.segments.standpoint import Standpoint
from tenure.warnings import actions, queries
from tenure.warnings.models import LossRate, Priority
from tenure.warnings.queries import Asked, Need
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene
from tests.warnings.scene import ago, today


@pytest.fixture
def customers(access: Access) -> dict[str, Account]:
    found = scene.customers(access)
    actions.refresh(access.workspace)
    return found


def asked(access: Access, *where: str, cause: str = "") -> Asked:
    return Asked(access, Standpoint.of(access), Rule.of(where), cause)


def listed(access: Access, *where: str) -> list[Need]:
    return queries.needs(access, Standpoint.of(access), Rule.of(where))


def test_borealis_comes_first_and_dune_and_otherco_do_not_come(
    access: Access, neighbour: Access, customers: dict[str, Account]
) -> None:
    scene.account(neighbour, "Otherco", 900_000, score=10, band="poor", renews_on=ago(-3))
    actions.refresh(neighbour.workspace)
    assert [need.name for need in listed(access)] == ["Borealis", "Acme", "Cinder"]
    assert [need.name for need in listed(neighbour)] == ["Otherco"]


def test_why_borealis_what_it_is_worth_and_what_to_do(access: Access, customers: dict[str, Account]) -> None:
    """$120k × 25 %, assumed for poor health, × 20 % that a step saves."""
    need = listed(access)[0]
    assert [reason.cause for reason in need.reasons] == ["renewal_near", "falling", "seats_unused"]
    assert need.lead.step == "Call the sponsor"
    assert need.chance.is_assumed
    assert need.worth_minor == pytest.approx(120_000_00 * 0.25 * 0.2)
    assert not need.is_opportunity


def test_acme_may_grow_by_a_fifth(access: Access, customers: dict[str, Account]) -> None:
    need = next(one for one in listed(access) if one.name == "Acme")
    assert need.is_opportunity
    assert need.gain_minor == pytest.approx(16_800_00)
    assert need.worth_minor == pytest.approx(84_000_00 * 0.2 * 0.1)


def test_a_danger_silences_the_chance_to_sell(access: Access, customers: dict[str, Account]) -> None:
    scene.answer(access, customers["acme"], 2, 1)
    actions.refresh(access.workspace)
    need = next(one for one in listed(access) if one.name == "Acme")
    assert not need.is_opportunity
    assert need.lead.name == "detractor"


def test_the_order_is_that_of_the_worth_shown(access: Access, customers: dict[str, Account]) -> None:
    for number, band in enumerate(["poor", "fair", "good", ""] * 4):
        scene.account(
            access, f"N{number}", 10_000 + 7_000 * (number % 5), band=band, score=50, last_active_on=ago(20)
        )
    scene.account(access, "Unpriced", None, band="poor", score=9, last_active_on=ago(20))
    actions.refresh(access.workspace)
    found = queries.needs(access, Standpoint.of(access), most=50)
    worths = [need.worth_minor for need in found]
    known = [worth for worth in worths if worth is not None]
    assert known == sorted(known, reverse=True)
    assert worths[len(known) :] == [None]
    assert found[-1].name == "Unpriced"


def test_history_replaces_the_assumption(access: Access, customers: dict[str, Account]) -> None:
    LossRate.objects.filter(band="poor").update(lost=50, seen=100)
    actions.refresh(access.workspace, [customers["borealis"].pk])
    chance = listed(access)[0].chance
    assert not chance.is_assumed
    assert chance.share == pytest.approx(55 / 120)


def test_my_book_is_a_rule(access: Access, customers: dict[str, Account]) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    assert [need.name for need in listed(dana, "owner.is.me")] == ["Borealis", "Acme"]
    assert [need.name for need in listed(access, "owner.is.Max")] == ["Cinder"]


def test_the_rest_is_counted_and_the_small_are_pooled(access: Access, customers: dict[str, Account]) -> None:
    for number in range(12):
        scene.account(access, f"Mid {number}", 30_000, band="fair", score=50, last_active_on=ago(20))
    for number in range(38):
        scene.account(access, f"Small {number}", 500, band="poor", score=30, last_active_on=ago(20))
    scene.account(access, "Small full", 700, band="good", score=80, metrics={"seat_use": 1.0})
    actions.refresh(access.workspace)
    found = queries.worklist(asked(access), most=10)
    assert found.needs[0].name == "Borealis"
    assert len(found.needs) == 10
    assert (found.more.count, found.more.arr_minor) == (5, 150_000_00)
    assert [(pool.cause.name, pool.count, pool.arr_minor) for pool in found.pools] == [
        ("silent", 38, 19_000_00),
        ("seats_full", 1, 700_00),
    ]
    total = found.total
    assert total.count == 3 + 12 + 38 + 1
    assert (total.at_risk, total.growing) == (52, 2)
    assert total.arr_minor == (120_000 + 40_000 + 12 * 30_000 + 38 * 500) * 100
    assert total.new_arr_minor == total.arr_minor


def test_a_pool_can_be_opened(access: Access, customers: dict[str, Account]) -> None:
    for number in range(3):
        scene.account(access, f"Small {number}", 500, band="poor", score=30, last_active_on=ago(20))
    actions.refresh(access.workspace)
    found = queries.worklist(asked(access, cause="silent"))
    assert [need.name for need in found.needs] == ["Small 0", "Small 1", "Small 2"]
    assert found.pools == []


def test_what_is_known_since_last_week_is_not_new(access: Access, customers: dict[str, Account]) -> None:
    customers["borealis"].warnings.filter(cause="falling").update(opened_on=ago(7))
    actions.refresh(access.workspace)
    total = queries.worklist(asked(access)).total
    assert total.arr_minor == 160_000_00
    assert total.new_arr_minor == 40_000_00


def test_nobody_needs_anything(access: Access) -> None:
    scene.account(access, "Acme", 84_000, score=90, band="good", last_active_on=today())
    actions.refresh(access.workspace)
    found = queries.worklist(asked(access))
    assert (found.needs, found.pools, found.more.count, found.total.count) == ([], [], 0, 0)
    assert found.total.arr_minor is None


def test_one_account_s_need(access: Access, neighbour: Access, customers: dict[str, Account]) -> None:
    borealis, dune = customers["borealis"].pk, customers["dune"].pk
    need = queries.need_of(access, borealis, Standpoint.of(access))
    assert need is not None
    assert need.name == "Borealis"
    assert queries.need_of(access, dune, Standpoint.of(access)) is None
    assert queries.need_of(neighbour, borealis, Standpoint.of(neighbour)) is None


def test_what_is_put_off_comes_back_by_itself_on_its_day(
    access: Access, customers: dict[str, Account]
) -> None:
    actions.snooze(access, customers["borealis"].pk, ago(-7))
    week = Standpoint(ago(-7))
    assert [need.name for need in listed(access)] == ["Acme", "Cinder"]
    assert [need.name for need in queries.needs(access, week)] == ["Borealis", "Acme", "Cinder"]


def test_a_customer_who_recovers_leaves_no_row_behind(access: Access, customers: dict[str, Account]) -> None:
    access.of(Standing).filter(account=customers["borealis"]).update(band="good", score=80)
    access.of(MetricValue).filter(account=customers["borealis"]).delete()
    actions.refresh(access.workspace, [customers["borealis"].pk])
    assert not access.of(Priority).filter(account=customers["borealis"]).exists()
    assert access.of(Priority).count() == 2
