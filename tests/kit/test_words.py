"""Figures read the same wherever they are shown."""

from __future__ import annotations

from datetime import date

import pytest

from tenure.kit import words


@pytest.mark.parametrize(
    ("minor", "currency", "short", "exact"),
    [
        (95_000, "USD", "$950", "$950.00"),
        (2_000_000, "USD", "$20k", "$20,000.00"),
        (124_950_00, "USD", "$125k", "$124,950.00"),
        (1_240_000_00, "EUR", "€1.2M", "€1,240,000.00"),
        (999_999_00, "USD", "$1M", "$999,999.00"),
        (3_000, "JPY", "¥3k", "¥3,000"),
        (300_000, "CHF", "CHF\u00a03k", "CHF\u00a03,000.00"),
        (-12_00, "USD", "−$12", "−$12.00"),
        (0, "USD", "$0", "$0.00"),
    ],
)
def test_money_is_short_with_the_exact_amount_beside(
    minor: int, currency: str, short: str, exact: str
) -> None:
    assert words.money(minor, currency) == short
    assert words.money_exact(minor, currency) == exact


def test_shares_counts_and_lists_read_as_english() -> None:
    assert words.percent(0.339) == "34\u00a0%"
    assert words.percent(0.001) == "<1\u00a0%"
    assert words.percent(0) == "0\u00a0%"
    assert words.count(1, "customer") == "1 customer"
    assert words.count(1204, "person", "people") == "1,204 people"
    assert words.number(5) == "five"
    assert words.number(13) == "13"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing(["a", "b"], "or") == "a or b"
    assert words.listing([]) == ""


def test_a_day_names_its_year_only_when_it_is_another() -> None:
    assert words.day(date(2026, 12, 21), date(2026, 11, 21)) == "21 Dec"
    assert words.day(date(2027, 1, 3), date(2026, 11, 21)) == "3 Jan 2027"
