"""What comes up for renewal in a quarter, what became of it, and what was lost, told case by case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.revenue.due import Due, Outcome, added, cohort, outcomes
from tenure.revenue.losses import PARTIAL, losses
from tenure.revenue.quarters import Quarter
from tests.revenue.contracts import ledger, term
from tests.revenue.test_ledger import quick, some_terms

D = date.fromisoformat
Q4 = Quarter(2026, 4)
YEAR = ("2025-11-01", "2026-11-01")


def due(terms: list[dict[str, Any]], as_of: str, before: list[dict[str, Any]] | None = None) -> list[Due]:
    """The fourth quarter's cohort as it stood on a day; `before`: what was known on its eve."""
    frozen = cohort(ledger(terms if before is None else before, Q4.eve), Q4.first, Q4.last)
    return outcomes(ledger(terms, D(as_of)), frozen, Q4.last)


def fate(terms: list[dict[str, Any]], as_of: str, **known: Any) -> tuple[str, int | None, int]:
    [one] = due(terms, as_of, **known)
    return str(one.outcome), one.new_arr, one.days_late


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [
        ("2026-10-31", "open"),
        ("2026-11-01", "past_due"),
        ("2026-11-30", "past_due"),
        ("2026-12-01", "churned"),
    ],
)
def test_an_undecided_term_is_open_then_past_due_then_churned(as_of, outcome):
    [one] = due([term("acme", 100, *YEAR)], as_of)
    assert one.outcome == outcome
    assert one.lost_on == (D("2026-11-01") if outcome == "churned" else None)


def test_a_term_with_notice_is_open_until_it_ends_and_then_churned_at_once():
    noticed = [term("acme", 100, *YEAR, reason="price")]
    [before], [after] = due(noticed, "2026-10-31"), due(noticed, "2026-11-01")
    assert before.is_ending
    assert (after.outcome, after.lost_on, after.said) == (Outcome.CHURNED, D("2026-11-01"), "price")


@pytest.mark.parametrize(("monthly", "direction"), [(120, "up"), (100, "flat"), (80, "down")])
def test_a_renewed_term_went_up_stayed_or_went_down(monthly, direction):
    [one] = due([term("acme", 100, *YEAR), term("acme", monthly, "2026-11-11", "2027-11-01")], "2026-12-31")
    assert (one.outcome, one.direction, one.new_arr, one.days_late) == (
        Outcome.RENEWED,
        direction,
        12 * monthly,
        10,
    )


def test_the_cohort_is_frozen_with_its_worth_and_what_came_later_is_apart():
    before = [term("acme", 100, *YEAR), term("cinder", 70, "2026-09-01", "2027-09-01")]
    later = [
        term("acme", 100, "2025-11-01", "2026-10-15"),
        term("acme", 150, "2026-10-15", "2026-11-01", agreed_end=D("2026-11-01")),
        term("borealis", 10, "2026-01-01", "2026-12-01"),
        term("cinder", 70, "2026-09-01", "2026-12-15", is_ended=True),
    ]
    [one] = due(later, "2026-10-20", before=before)
    assert (one.account_id, one.arr_minor, one.outcome) == ("acme", 1200, Outcome.OPEN)
    frozen = cohort(ledger(before, Q4.eve), Q4.first, Q4.last)
    others = added(ledger(later, D("2026-10-20")), Q4.first, Q4.last, frozen)
    assert [one.account_id for one in others] == ["borealis", "cinder"]


def test_an_amended_term_is_due_with_its_new_worth_however_short_the_rest_is():
    amended = [term("acme", 100, "2025-11-01", "2026-11-01"), term("acme", 150, "2026-08-15", "2026-11-01")]
    [one] = due(amended, "2026-10-20")
    assert (one.arr_minor, one.starts_on) == (12 * 150, D("2025-11-01"))


def test_rolling_terms_are_not_due():
    assert not due(
        [term("acme", 100, "2026-08-15", "2026-10-15"), term("dune", 9, "2025-01-01")], "2026-10-20"
    )


def test_what_renews_by_itself_is_due_each_year_and_renewed_on_its_end():
    silent = [term("acme", 100, "2023-11-30", "2024-11-30", auto_renew=True)]
    [before], [after] = due(silent, "2026-11-29"), due(silent, "2026-11-30")
    assert (before.outcome, before.starts_on, before.ends_on) == (
        Outcome.OPEN,
        D("2025-11-30"),
        D("2026-11-30"),
    )
    assert (after.outcome, after.direction, after.renewed_on) == (Outcome.RENEWED, "flat", D("2026-11-30"))
    assert cohort(ledger(silent, D("2026-06-30")), D("2026-07-01"), D("2026-09-30")) == []


def test_an_end_that_was_put_off_beyond_the_quarter_is_a_renewal():
    before = [term("acme", 100, *YEAR)]
    assert fate([term("acme", 110, "2025-11-01", "2027-11-01")], "2026-10-20", before=before) == (
        "renewed",
        1320,
        0,
    )
    moved = [term("acme", 100, "2025-11-01", "2026-12-01")]
    assert fate(moved, "2026-11-15", before=before) == ("open", None, 0)


def test_an_early_end_is_lost_on_that_day():
    [one] = due(
        [term("acme", 100, "2025-11-01", "2026-10-10", is_ended=True)],
        "2026-10-20",
        before=[term("acme", 100, *YEAR)],
    )
    assert (one.outcome, one.lost_on) == (Outcome.CHURNED, D("2026-10-10"))


def test_two_contracts_that_one_renews_share_what_it_is_worth():
    both = [
        term("acme", 100, *YEAR, sub="S-1"),
        term("acme", 50, *YEAR, sub="S-2", product="Extra"),
        term("acme", 120, "2026-11-01", "2027-11-01", sub="S-1", renews="S-2"),
    ]
    assert sum(one.new_arr or 0 for one in due(both, "2026-11-02")) == 1440


# -- losses --------------------------------------------------------------------------------------------------


def lost(terms: list[dict[str, Any]], last: str = "2026-12-31") -> list[tuple[str, str, int, bool]]:
    found = losses(ledger(terms, D(last)), Q4.first, D(last))
    return [(one.kind, str(one.lost_on), one.arr_minor, one.came_back) for one in found]


def test_a_loss_is_churn_partial_churn_or_contraction():
    assert lost([term("acme", 100, "2025-01-01", "2026-10-01", reason="x")]) == [
        ("churn", "2026-10-01", 1200, False)
    ]
    stays = term("acme", 5, "2025-01-01", sub="S-2", product="Extra")
    assert lost([term("acme", 100, "2025-01-01", "2026-10-01", reason="x"), stays]) == [
        (PARTIAL, "2026-10-01", 1200, False)
    ]
    assert lost([term("acme", 100, *YEAR), term("acme", 70, "2026-11-01")]) == [
        ("contraction", "2026-11-01", 360, False)
    ]


def test_who_came_back_is_told_so_and_only_the_last_time_counts():
    gone = [term("acme", 100, "2025-01-01", "2026-10-01", reason="x"), term("acme", 60, "2026-11-15")]
    assert lost(gone) == [("churn", "2026-10-01", 1200, True)]
    again = [gone[0], term("acme", 60, "2026-11-15", "2026-12-15", reason="y")]
    assert lost(again) == [("churn", "2026-12-15", 720, False)]


@quick
@given(some_terms, st.integers(0, 900))
def test_losses_of_a_day_are_what_movements_say_of_it(rows, offset):
    books = ledger(rows)
    day = D("2025-01-01") + timedelta(days=offset)
    moved = books.movements(day - timedelta(days=1), day).totals
    found = losses(books, day, day)
    assert -moved["churn"] == sum(one.arr_minor for one in found if one.kind == "churn")
    assert -moved["contraction"] == sum(one.arr_minor for one in found if one.kind != "churn")


# -- quarters ------------------------------------------------------------------------------------------------


@given(st.dates(D("2000-01-01"), D("2060-12-31")), st.integers(1, 12))
def test_every_day_is_in_one_quarter_of_three_months(day, starts):
    quarter = Quarter.of(day, starts)
    assert quarter.first <= day <= quarter.last
    assert 89 <= (quarter.last - quarter.first).days + 1 <= 92
    assert quarter.next.before == quarter == Quarter.read(str(quarter), starts)
    assert Quarter.of(quarter.eve, starts) == quarter.before
    assert (quarter.first.month - starts) % 3 == 0
    assert quarter.a_year_before.first.year == quarter.first.year - 1


def test_a_fiscal_year_is_called_after_the_year_in_which_it_ends():
    assert str(Quarter.of(D("2026-02-01"), 2)) == "2027Q1"
    assert str(Quarter.of(D("2026-11-26"))) == "2026Q4"
    with pytest.raises(ValueError, match="2026Q4"):
        Quarter.read("last")


@quick
@given(some_terms, st.integers(0, 400))
def test_every_term_due_has_one_outcome(rows, offset):
    day = Q4.first + timedelta(days=offset - 200)
    frozen = cohort(ledger(rows, min(Q4.eve, day)), Q4.first, Q4.last)
    found = outcomes(ledger(rows, day), frozen, Q4.last)
    assert len(found) == len(frozen)
    for one in found:
        assert (one.new_arr is not None) == (one.outcome is Outcome.RENEWED)
        assert (one.lost_on is not None) or one.outcome is not Outcome.CHURNED
