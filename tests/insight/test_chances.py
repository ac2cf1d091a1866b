"""How likely customers are lost, from what became of contracts like theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.insight import cohorts, decisions, survivors
from tenure.insight.chances import chances
from tenure.insight.cohorts import Counts, Kind, Share, Waiting
from tenure.kit import clock
from tenure.revenue import actions
from tenure.revenue.actions import TermRow
from tenure.workspaces.roles import Role
from tests import cast

YEARLY = TermRow("S-1", "acme", 120_000, "USD", "year", date(2025, 6, 1), date(2026, 6, 1), product="Pro")
MONTHLY = TermRow("S-2", "cinder", 9_900, "USD", "month", date(2025, 1, 1), None, auto_renew=True)
TODAY = date(2026, 5, 1)


def by_name(access, found):
    names = dict(access.of(Account).values_list("pk", "external_id"))
    return {names[one.account_id]: one for one in found}


def history(lost: int, kept: int) -> list[TermRow]:
    """Yearly contracts that ended a year ago: `lost` of them, and `kept` that began anew."""
    rows = []
    for number in range(lost + kept):
        first = replace(
            YEARLY,
            subscription_id=f"H-{number}",
            account_id=f"h-{number}",
            starts_on=date(2024, 3, 1),
            ends_on=date(2025, 3, 1),
        )
        rows.append(first)
        if number >= lost:
            rows.append(replace(first, starts_on=date(2025, 3, 1), ends_on=date(2027, 3, 1)))
    return rows


def test_without_history_the_rate_is_assumed_and_said_to_be(access):
    actions.upsert_terms(access.workspace, [YEARLY, MONTHLY])
    found = chances(access, TODAY, date(2026, 6, 30))
    of = by_name(access, found.accounts)
    assert of["acme"].p_lost == pytest.approx(0.10, abs=0.01)
    assert of["acme"].is_assumed
    assert of["acme"].low < of["acme"].p_lost < of["acme"].high
    assert "assumed" in found.says
    assert "10\u00a0% lost is assumed: only 0 such contracts were decided" in of["acme"].reasons[1]
    assert of["cinder"].p_lost == pytest.approx(0.03 * 60 / 30.4375, rel=0.05)


def test_a_contract_that_ends_later_cannot_be_lost_before(access):
    actions.upsert_terms(access.workspace, [YEARLY])
    found = chances(access, TODAY, date(2026, 5, 31))
    [term], [account] = found.terms, found.accounts
    assert (account.p_lost, account.low, account.high) == (0, 0, 0)
    assert term.p_lost == 0
    assert term.p_not_renewed == pytest.approx(0.10)
    assert not term.is_past_due


def test_rates_are_counted_where_enough_was_decided(access):
    actions.upsert_terms(access.workspace, [YEARLY, *history(lost=30, kept=70)])
    found = chances(access, TODAY, date(2026, 6, 30))
    acme = by_name(access, found.accounts)["acme"]
    assert acme.p_lost == pytest.approx((30 + 2) / 120)
    assert not acme.is_assumed
    assert acme.reasons == (
        "its contract ends in 31 days",
        "30 of 100 yearly contracts decided in the last two years were lost",
    )


def yearly(name: str, ends_on: date, is_lost: bool) -> list[TermRow]:
    """A contract of a year, and unless it is lost the next one."""
    first = replace(
        YEARLY,
        subscription_id=name,
        account_id=name,
        starts_on=ends_on - timedelta(days=365),
        ends_on=ends_on,
    )
    return [
        first,
        *([] if is_lost else [replace(first, starts_on=ends_on, ends_on=ends_on + timedelta(days=800))]),
    ]


def test_years_of_which_only_those_who_stayed_are_on_record_do_not_count(access):
    imported = TODAY - timedelta(days=300)
    before = [
        row for one in range(90) for row in yearly(f"b-{one}", imported - timedelta(days=2 * one), False)
    ]
    since = [
        row
        for one in range(60)
        for row in yearly(f"s-{one}", imported + timedelta(days=1 + 4 * one), one % 4 == 0)
    ]
    actions.upsert_terms(access.workspace, [YEARLY, *before, *since])
    found = chances(access, TODAY, date(2026, 6, 30))
    acme = by_name(access, found.accounts)["acme"]
    assert acme.p_lost == pytest.approx((14 + 2) / (59 + 20))
    assert acme.reasons[1] == (
        "14 of 59 yearly contracts decided since the first loss on record (6 July 2025) were lost"
    )
    assert "Before, the record holds only customers who stayed." in found.says
    assert not acme.is_assumed


@pytest.mark.parametrize(
    ("before", "seen", "lost", "stayed"),
    [
        (90, 60, 15, True),
        (90, 60, 0, False),  # nobody was lost since either
        (90, 0, 0, False),
        (15, 60, 15, False),  # a lucky start
        (300, 300, 3, False),  # few are ever lost
    ],
)
def test_a_start_too_good_for_what_came_after_is_one_of_those_who_stayed(before, seen, lost, stayed):
    assert survivors.only_stayed([Counts(before), Counts()], [Counts(seen, lost), Counts()]) is stayed


def test_a_renewal_overdue_grows_unlikely(access):
    actions.upsert_terms(access.workspace, [YEARLY, *history(lost=30, kept=70)])
    days = (date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 15), date(2026, 6, 29))
    asked = [by_name(access, chances(access, day, date(2026, 6, 30)).accounts)["acme"].p_lost for day in days]
    assert asked == sorted(asked)
    assert asked[0] < 0.3 < 0.8 < asked[-1]
    gone = chances(access, date(2026, 7, 2), date(2026, 9, 30))
    assert "acme" not in by_name(access, gone.accounts)


def test_whoever_has_another_contract_stays(access):
    other = replace(
        YEARLY, subscription_id="S-9", product="Add-on", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1)
    )
    renewed = replace(YEARLY, starts_on=date(2026, 6, 1), ends_on=date(2027, 6, 1))
    actions.upsert_terms(access.workspace, [YEARLY, other])
    assert chances(access, TODAY, date(2026, 6, 30)).accounts[0].p_lost == 0
    actions.upsert_terms(access.workspace, [renewed])
    assert chances(access, TODAY, date(2026, 6, 30)).accounts[0].p_lost == 0


def test_a_notice_counts_for_more_than_the_rate(access):
    today = clock.today()
    term = replace(YEARLY, starts_on=today - timedelta(days=335), ends_on=today + timedelta(days=30))
    actions.upsert_terms(access.workspace, [term])
    actions.upsert_terms(access.workspace, [replace(term, reason="price")])
    [account] = chances(access, today, today + timedelta(days=60)).accounts
    assert account.p_lost == pytest.approx(0.95)
    assert "notice was given" in account.reasons[1]


def test_an_automatic_renewal_needs_no_row(access):
    actions.upsert_terms(access.workspace, [replace(YEARLY, auto_renew=True)])
    [term] = chances(access, date(2026, 8, 1), date(2027, 12, 31)).terms
    assert term.ends_on == date(2027, 6, 1)


def test_what_was_learnt_later_changes_nothing_before(access):
    actions.upsert_terms(access.workspace, [YEARLY, MONTHLY, *history(3, 7)])
    before = chances(access, date(2026, 1, 15), date(2026, 6, 30))
    later = [
        replace(YEARLY, starts_on=date(2026, 6, 1), ends_on=date(2027, 6, 1)),
        replace(MONTHLY, ends_on=date(2026, 4, 1), end_known_on=date(2026, 3, 1)),
        replace(YEARLY, subscription_id="S-7", account_id="new", starts_on=date(2026, 2, 1)),
    ]
    actions.upsert_terms(access.workspace, later)
    after = chances(access, date(2026, 1, 15), date(2026, 6, 30))
    assert [vars(one) | {"term_id": ""} for one in after.terms] == [
        vars(one) | {"term_id": ""} for one in before.terms
    ]
    assert list(after.accounts) == list(before.accounts)


def test_a_book_sees_its_own_and_the_neighbour_nothing(access, neighbour):
    actions.upsert_terms(access.workspace, [YEARLY, MONTHLY, *history(lost=30, kept=70)])
    access.of(Account).filter(external_id="acme").update(owner="dana@example.test")
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    found = chances(dana, TODAY, date(2026, 6, 30))
    assert set(by_name(access, found.accounts)) == {"acme"}
    assert found.accounts[0].p_lost == pytest.approx((30 + 2) / 120)
    assert {one.account_id for one in found.terms} == {found.accounts[0].account_id}
    assert not chances(neighbour, TODAY, date(2026, 6, 30)).accounts


def test_until_before_as_of_is_refused(access):
    with pytest.raises(ValueError, match="give a later day"):
        chances(access, TODAY, TODAY - timedelta(days=1))


def test_an_amendment_is_no_decision(access):
    more = replace(YEARLY, amount_minor=180_000, starts_on=date(2025, 12, 1))
    actions.upsert_terms(access.workspace, [YEARLY])
    actions.upsert_terms(access.workspace, [more])
    found = decisions.decisions(decisions.versions(access), TODAY)
    assert found.past[Kind.YEARLY] == Counts()
    [term] = found.open_terms
    assert term.ends_on == date(2026, 6, 1)


@given(st.integers(0, 500), st.integers(0, 500))
def test_rates_lie_in_their_intervals(lost, kept):
    past = {kind: Counts(lost + kept, lost) for kind in Kind}
    for rate in cohorts.rates(past).values():
        assert 0 <= rate.low <= rate.value <= rate.high <= 1


@given(st.lists(st.integers(-90, 29), max_size=60), st.floats(0.01, 0.99), st.integers(-29, 90))
def test_waiting_longer_never_makes_a_loss_less_likely(lateness, share, days_left):
    waiting, rate = Waiting(lateness), Share(share, share, share, ())
    sooner, later = waiting.given_not_yet(rate, days_left), waiting.given_not_yet(rate, days_left - 1)
    assert share - 1e-9 <= sooner.value <= later.value <= 1
