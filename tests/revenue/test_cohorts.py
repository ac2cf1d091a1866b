"""Cohorts and who moved: told case by case, and adding up for any ledger at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.revenue.cohorts import cohorts, first_arr, members, trend
from tenure.revenue.moved import because, moved
from tests.revenue.contracts import ledger, term
from tests.revenue.test_ledger import some_terms

D = date.fromisoformat
QUARTERS = [D("2025-01-01"), D("2025-04-01"), D("2025-07-01"), D("2025-10-01")]


def test_a_cohort_keeps_what_is_left_of_it_by_count_and_by_value() -> None:
    books = ledger(
        [
            term("acme", 100, "2025-02-01"),
            term("acme", 60, "2025-05-01", sub="more", product="Extra"),
            term("dune", 300, "2025-03-01", "2025-08-01", reason="value"),
            term("cinder", 50, "2025-06-30"),
        ]
    )
    first, second, third = cohorts(books, QUARTERS)
    assert (first.accounts, first.paying, first.arr_minor) == (2, (2, 2, 1), (4800, 5520, 1920))
    assert [first.share(age, by_value=True) for age in range(4)] == [1, 1.15, 0.4, None]
    assert [first.share(age, by_value=False) for age in range(3)] == [1, 1, 0.5]
    assert (second.accounts, second.paying) == (1, (1, 1))
    assert (third.accounts, third.share(0, by_value=False)) == (0, None), "of nobody there is no share"
    theirs = members(books, QUARTERS[0], QUARTERS[1], D("2025-09-30"))
    assert [(one.account_id, one.started_minor, one.arr_minor) for one in theirs] == [
        ("acme", 1200, 1920),
        ("dune", 3600, 0),
    ]


def test_whoever_first_paid_before_or_in_the_period_that_runs_is_in_no_cohort() -> None:
    books = ledger([term("acme", 100, "2024-12-31"), term("cinder", 50, "2025-10-01")])
    assert [one.accounts for one in cohorts(books, QUARTERS)] == [0, 0, 0]
    assert cohorts(books, QUARTERS[:1]) == []


def test_who_moved_and_why_is_told_by_what_ended() -> None:
    books = ledger(
        [
            term("acme", 100, "2025-01-01"),
            term("acme", 60, "2025-02-10", sub="more", product="Extra"),
            term("dune", 300, "2025-01-01", "2025-02-01", reason="value"),
            term("elm", 10, "2025-01-01", "2025-02-01", reason="value"),
            term("borealis", 40, "2025-01-01", "2025-02-05", sub="B-2", product="Extra", reason="price"),
            term("borealis", 100, "2025-01-01"),
        ]
    )
    reasons = {"dune": "value", "elm": "value", "borealis": "price", "acme": "none of growth"}
    found = moved(books, D("2025-01-31"), D("2025-02-28"), reasons)
    assert [(one.account_id, one.kind, one.change_minor, one.reason) for one in found] == [
        ("dune", "churn", -3600, "value"),
        ("acme", "expansion", 720, ""),
        ("borealis", "contraction", -480, "price"),
        ("elm", "churn", -120, "value"),
    ]
    assert [(one.kind, one.reason, one.accounts, one.change_minor) for one in because(found)] == [
        ("expansion", "", 1, 720),
        ("contraction", "price", 1, -480),
        ("churn", "value", 2, -3720),
    ]


@given(some_terms, st.randoms())
@settings(max_examples=60)
def test_cohorts_add_up_to_what_their_accounts_pay_whatever_the_order(
    terms: list[dict[str, Any]], chance: Any
) -> None:
    opens = [date(2024 + at // 4, 1 + at % 4 * 3, 1) for at in range(20)]
    books = ledger(terms, known_on=date(2029, 1, 1))
    found = cohorts(books, opens)
    ends = [later - timedelta(days=1) for later in opens[1:]]
    for at, point in enumerate(trend(books, ends)):
        begun = list(enumerate(found[: at + 1]))
        assert sum(one.arr_minor[at - place] for place, one in begun) == point.arr_minor
        assert sum(one.paying[at - place] for place, one in begun) == point.paying
    assert sum(one.started_minor for one in found) == int(first_arr(books).sum())
    chance.shuffle(terms)
    assert cohorts(ledger(terms, known_on=date(2029, 1, 1)), opens) == found


@given(some_terms)
@settings(max_examples=60)
def test_what_moved_adds_up_to_the_movements(terms: list[dict[str, Any]]) -> None:
    a, b = date(2025, 6, 30), date(2026, 6, 30)
    books = ledger(terms, known_on=date(2029, 1, 1))
    found = moved(books, a, b, {})
    assert sum(one.change_minor for one in found) == int(books.arr(b).sum() - books.arr(a).sum())
    assert sum(one.change_minor for one in because(found)) == sum(one.change_minor for one in found)
