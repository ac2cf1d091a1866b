"""Stretches of time as addresses ask for them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.web.queries import periods

D = date.fromisoformat
TODAY = D("2026-11-26")


@pytest.mark.parametrize(
    ("asked", "starts", "first", "last"),
    [
        ({}, 1, "2025-11-27", "2026-11-26"),
        ({"period": "nonsense"}, 1, "2025-11-27", "2026-11-26"),
        ({"period": "quarter"}, 1, "2026-10-01", "2026-11-26"),
        ({"period": "quarter"}, 2, "2026-11-01", "2026-11-26"),
        ({"period": "last"}, 1, "2026-07-01", "2026-09-30"),
        ({"period": "last"}, 2, "2026-08-01", "2026-10-31"),
        ({"period": "year"}, 1, "2026-01-01", "2026-11-26"),
        ({"period": "year"}, 12, "2025-12-01", "2026-11-26"),
        ({"from": "2026-03-01", "to": "2026-03-31"}, 1, "2026-03-01", "2026-03-31"),
        ({"from": "2026-03-01"}, 1, "2026-03-01", "2026-11-26"),
    ],
)
def test_what_an_address_asks_for(asked: dict[str, str], starts: int, first: str, last: str) -> None:
    found = periods.period_of(asked, TODAY, starts)
    assert (found.first, found.last, found.problem) == (D(first), D(last), "")


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [("x", "", "no day"), ("2026-03-02", "2026-03-01", "earlier"), ("2026-03-02", "2027-01-01", "come")],
)
def test_what_cannot_be_is_said_and_the_usual_shown(first: str, last: str, says: str) -> None:
    found = periods.period_of({"from": first, "to": last}, TODAY, 1)
    assert says in found.problem
    assert found.first == D("2025-11-27")


def test_quarters_are_named_by_the_fiscal_year() -> None:
    assert periods.quarter_name(D("2026-10-01"), 1) == "Q4 2026"
    assert periods.quarter_name(D("2026-11-01"), 2) == "Q4 2027"
    assert periods.quarter_name(D("2026-02-01"), 2) == "Q1 2027"
    assert periods.monday_before(D("2026-11-26")) == D("2026-11-23")
    assert periods.monday_before(D("2026-11-23")) == D("2026-11-16")
    assert periods.month_ends(D("2026-01-15"), 2) == [D("2025-11-30"), D("2025-12-31")]
    assert periods.year_before(D("2024-02-29")) == D("2023-02-28")


@given(st.dates(date(1991, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_every_day_is_in_one_quarter_of_three_months(day: date, starts: int) -> None:
    first = periods.quarter_of(day, starts)
    after = periods.months_on(first, 3)
    assert first <= day < after
    assert periods.quarter_of(after, starts) == after
    assert (first.month - starts) % 3 == 0
