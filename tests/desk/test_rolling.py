"""A family's figures: sums, distinct people, and scores weighted by what is paid."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts import families
from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account
from tenure.conversations.actions import TicketRow, upsert_ticket_columns
from tenure.desk import rolling
from tenure.desk.models import RollUp
from tenure.desk.rolling import Part, combine
from tenure.health.models import Standing
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.jobs import keep_running
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.columns import in_columns
from tests.warnings.scene import ago, today
from tests.web.story import noon, use


def told(access: Access) -> dict[str, Account]:
    """Acme stands above Borealis and Cinder, Cinder above Dune; Ann uses two of them."""
    tree = [("acme", ""), ("borealis", "acme"), ("cinder", "acme"), ("dune", "cinder")]
    upsert_accounts(access.workspace, [AccountRow(ref, ref.title(), parent_id=above) for ref, above in tree])
    rows = {one.external_id: one for one in access.of(Account)}
    figures = {"acme": (80, 1_000_00), "borealis": (40, 3_000_00), "cinder": (None, None), "dune": (90, 0)}
    Standing.objects.bulk_create(
        Standing(
            workspace=access.workspace, account=rows[ref], as_of=today(), score=score, arr_minor=arr, band=""
        )
        for ref, (score, arr) in figures.items()
    )
    upsert_people(access.workspace, [PersonRow("ann", account_id="acme"), PersonRow("bo", account_id="dune")])
    use(access, "acme", "ann", [1, 2], "Opened")
    use(access, "borealis", "ann", [3], "Opened")
    use(access, "dune", "bo", [4, 40], "Opened")
    Standing.objects.filter(account=rows["dune"]).update(last_active_on=ago(4), renews_on=ago(-9))
    return rows


def test_a_family_is_told_together_and_everybody_counts_once(access: Access) -> None:
    rows = told(access)
    terms = [("s-1", "acme", 10), ("s-2", "dune", 5)]
    upsert_terms(
        access.workspace,
        [TermRow(ref, to, 100_00, "USD", "month", ago(90), None, "Team", seats) for ref, to, seats in terms],
    )
    keep_running(access.workspace)
    tickets = [
        TicketRow(ticket_id=ref, account_id=to, opened_at=noon(days))
        for ref, to, days in (("t-1", "dune", 3), ("t-2", "acme", 9))
    ]
    upsert_ticket_columns(access.workspace, in_columns(tickets))
    found = rolling.family(access, rows["acme"].pk)
    assert found is not None
    assert [(one.name, one.level) for one in found.parts] == [
        ("Acme", 0),
        ("Borealis", 1),
        ("Cinder", 1),
        ("Dune", 2),
    ]
    figures = found.figures
    assert (figures.accounts, figures.arr_minor, figures.seats, figures.tickets) == (4, 4_000_00, 15, 2)
    assert figures.people == 2, "Ann uses two accounts and is one person"
    assert figures.seat_use == pytest.approx(2 / 15)
    assert figures.score == pytest.approx((80 * 1 + 40 * 3) / 4), "Dune pays nothing and weighs nothing"
    assert (figures.weighted_by, figures.band) == ("ARR", "fair")
    assert (figures.renews_on, figures.last_active_on) == (ago(-9), ago(4))
    assert rolling.family(access, rows["borealis"].pk) is None


def test_what_nobody_knows_is_no_data_and_a_seatless_contract_makes_seats_unknown(access: Access) -> None:
    upsert_accounts(access.workspace, [AccountRow("acme"), AccountRow("dune", parent_id="acme")])
    found = rolling.family(access, access.of(Account).get(external_id="acme").pk)
    assert found is not None
    figures = found.figures
    missing = (figures.arr_minor, figures.score, figures.people, figures.seats, figures.tickets)
    assert missing == (None,) * 5
    terms = [("s-1", "acme", 10), ("s-2", "dune", None)]
    upsert_terms(
        access.workspace,
        [TermRow(ref, to, 100_00, "USD", "month", ago(90), None, "Team", seats) for ref, to, seats in terms],
    )
    keep_running(access.workspace)
    again = rolling.family(access, found.top.id)
    assert again is not None
    assert again.figures.seats is None


def test_whoever_is_held_to_a_book_gets_the_figures_of_what_they_see(access: Access) -> None:
    rows = told(access)
    Account.objects.filter(pk=rows["acme"].pk).update(owner="dana@example.test")
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    found = rolling.family(dana, rows["acme"].pk)
    assert found is not None
    assert [one.name for one in found.parts] == ["Acme", "Borealis", "Cinder"]
    assert (found.hidden, found.figures.people) == (1, 1)


def test_the_kept_figures_are_the_same_and_follow(access: Access) -> None:
    rows = told(access)
    assert rolling.refresh(access.workspace) == 2
    for ref in ("acme", "cinder"):
        live = rolling.family(access, rows[ref].pk)
        kept = RollUp.objects.get(account=rows[ref])
        assert live is not None
        assert {name: getattr(kept, name) for name in rolling.KEPT} == {
            name: getattr(live.figures, name) for name in rolling.KEPT
        }
    Standing.objects.filter(account=rows["dune"]).update(arr_minor=500_00)
    assert rolling.refresh(access.workspace, [rows["dune"].pk]) == 2, "those above it"
    assert RollUp.objects.get(account=rows["acme"]).arr_minor == 4_500_00
    families.put_under(access, rows["dune"].pk, "")
    rolling.refresh(access.workspace, [rows["dune"].pk, rows["cinder"].pk])
    assert [one.account_id for one in RollUp.objects.all()] == [rows["acme"].pk]
    assert RollUp.objects.get().arr_minor == 4_000_00


def test_a_refresh_asks_as_often_for_many_families_as_for_one(access: Access) -> None:
    def asked(number: int) -> int:
        tree = [AccountRow(f"{number}-{one}", parent_id=f"{number}-top") for one in range(number)]
        upsert_accounts(access.workspace, tree)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rolling.refresh(access.workspace)
        return len(queries)

    few = asked(2)
    assert asked(40) <= few + 1, "the first time there is nothing to replace"


def part(**about: Any) -> Part:
    return Part("x", "X", None, 0, **about)


SCORES = st.one_of(st.none(), st.floats(0, 100))
ARR = st.one_of(st.none(), st.integers(0, 10**9))


@given(st.lists(st.tuples(SCORES, ARR), min_size=1, max_size=8), st.randoms())
def test_a_family_score_lies_between_its_own_and_does_not_mind_the_order(
    given_parts: list[tuple[float | None, int | None]], random: Any
) -> None:
    parts = [part(score=score, arr_minor=arr) for score, arr in given_parts]
    found = combine(parts, None, lambda _: "")
    shuffled = random.sample(parts, len(parts))
    assert combine(shuffled, None, lambda _: "").score == pytest.approx(found.score)
    known = [one.score for one in parts if one.score is not None]
    if not known:
        assert found.score is None
    elif found.score is not None:
        assert min(known) - 1e-6 <= found.score <= max(known) + 1e-6
    assert (found.score is None) == (not known)
    arrs = [one.arr_minor for one in parts if one.arr_minor is not None]
    assert found.arr_minor == (sum(arrs) if arrs else None)
