"""When a term is live, what it is worth, and how statements become versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.revenue import rules
from tenure.revenue.rules import Agreed, Statement

MARCH = date(2026, 3, 1)
days = st.dates(date(2020, 1, 1), date(2029, 12, 31))


def agreed(starts_on: date = MARCH, ends_on: date | None = None, amount: int = 1000) -> Agreed:
    return Agreed("acme", amount, "USD", "month", starts_on, ends_on)


@st.composite
def terms(draw: st.DrawFn) -> Agreed:
    starts_on = draw(days)
    length = draw(st.none() | st.integers(1, 900))
    return Agreed(
        "acme",
        draw(st.integers(0, 10**9)),
        "USD",
        draw(st.sampled_from(sorted(rules.TIMES_A_MONTH))),
        starts_on,
        None if length is None else starts_on + timedelta(days=length),
    )


def test_a_term_is_live_from_its_start_until_the_day_before_its_end():
    term = agreed(ends_on=date(2026, 4, 1))
    alive = [rules.is_live(term, MARCH + timedelta(days=n)) for n in (-1, 0, 30, 31)]
    assert alive == [False, True, True, False]


@pytest.mark.parametrize(
    ("interval", "monthly"), [("year", 100), ("quarter", 400), ("month", 1200), ("week", 5200)]
)
def test_an_amount_per_interval_is_so_much_a_month(interval, monthly):
    assert rules.monthly(replace(agreed(amount=1200), interval=interval)) == pytest.approx(monthly)


def test_a_month_to_month_term_is_rolling_and_a_quarter_is_not():
    assert rules.is_rolling(agreed())
    assert rules.is_rolling(agreed(ends_on=date(2026, 4, 1)))
    assert not rules.is_rolling(agreed(date(2026, 1, 1), date(2026, 4, 1)))


def test_an_end_that_came_up_later_was_not_known_before():
    [line] = rules.lines_of([], [Statement(agreed(ends_on=date(2026, 9, 1)), end_known_on=date(2026, 8, 15))])
    known = [(version.known_on, version.agreed.ends_on) for version in line.versions(None)]
    assert known == [(MARCH, None), (date(2026, 8, 15), date(2026, 9, 1))]


def test_a_contract_s_end_is_known_from_its_start():
    [line] = rules.lines_of([], [Statement(agreed(ends_on=date(2027, 3, 1)))])
    assert [version.known_on for version in line.versions(None)] == [MARCH]


def test_an_amendment_ends_the_term_before_it_on_the_day_it_starts():
    june = date(2026, 6, 1)
    first, second = rules.lines_of([], [Statement(agreed(ends_on=date(2027, 3, 1))), Statement(agreed(june))])
    known = [(version.known_on, version.agreed.ends_on) for version in first.versions(june)]
    assert known == [(MARCH, date(2027, 3, 1)), (june, june)]
    assert [version.agreed.ends_on for version in second.versions(None)] == [None]


@given(terms(), days)
def test_a_cut_term_is_never_live_once_the_next_has_started(term, next_start):
    cut = rules.cut(term, next_start)
    assert not rules.is_live(cut, next_start) or cut.ends_on > next_start
    assert cut.ends_on is not None
    assert cut.ends_on <= next_start


@given(terms(), st.none() | days, st.none() | days)
def test_the_last_version_says_what_was_stated_and_days_only_go_forward(term, end_known_on, next_start):
    next_start = next_start if next_start and next_start > term.starts_on else None
    [line] = rules.lines_of([], [Statement(term, end_known_on)])
    versions = line.versions(next_start)
    assert versions[0].known_on == term.starts_on
    assert versions[-1].agreed == rules.cut(term, next_start)
    assert all(a.known_on < b.known_on for a, b in pairwise(versions))


@given(terms(), st.none() | days)
def test_saying_the_same_again_adds_no_version(term, next_start):
    next_start = next_start if next_start and next_start > term.starts_on else None
    on_record = rules.cut(term, next_start)
    [line] = rules.lines_of([on_record], [Statement(term)])
    assert line.versions(next_start) == []


class TestCountedInMonths:
    """A source that says "12 months, as of today" month after month."""

    @staticmethod
    def counted(day: date, starts_on: date, churned: bool = False) -> Statement:
        ends_on = day if churned else None
        return Statement(agreed(starts_on, ends_on), end_known_on=ends_on, counted_on=day)

    def test_next_month_s_file_is_about_the_same_term(self):
        on_record = agreed(date(2025, 1, 31))
        [line] = rules.lines_of([on_record], [self.counted(date(2026, 2, 28), date(2025, 1, 28))])
        assert line.versions(None) == []

    def test_a_loss_ends_the_term_and_is_told_again_without_effect(self):
        on_record, lost = agreed(date(2025, 3, 10)), date(2026, 3, 15)
        [line] = rules.lines_of([on_record], [self.counted(lost, date(2025, 3, 15), churned=True)])
        [version] = line.versions(None)
        assert (version.agreed.starts_on, version.agreed.ends_on) == (date(2025, 3, 10), lost)
        assert version.known_on == lost
        later = date(2026, 7, 15)  # the source's months stand still once it has lost the customer
        [again] = rules.lines_of([version.agreed], [self.counted(later, date(2025, 7, 15), churned=True)])
        assert again.versions(None) == []

    def test_a_customer_who_came_back_has_a_second_term(self):
        ended = agreed(date(2024, 1, 1), date(2025, 1, 1))
        lines = rules.lines_of([ended], [self.counted(MARCH, date(2026, 1, 1))])
        assert [line.on_record for line in lines] == [ended, None]

    def test_a_contract_s_end_on_record_stays(self):
        contract = agreed(date(2025, 12, 1), date(2026, 12, 1))
        [line] = rules.lines_of([contract], [self.counted(MARCH, date(2025, 12, 1))])
        assert line.versions(None) == []

    def test_months_that_differ_by_more_than_one_move_the_start(self):
        [line] = rules.lines_of([agreed(date(2025, 1, 1))], [self.counted(MARCH, date(2024, 6, 1))])
        [version] = line.versions(None)
        assert version.agreed.starts_on == date(2024, 6, 1)

    @given(
        st.none() | st.just(agreed(date(2025, 1, 1))),
        st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=4),
    )
    def test_several_in_one_file_are_about_one_term_as_one_after_another_would_be(self, on_record, said):
        counted = [self.counted(MARCH, months_before(months), churned) for months, churned in said]
        lines = rules.lines_of([on_record] if on_record else [], counted)
        assert [line.on_record for line in lines if line.on_record] == ([on_record] if on_record else [])
        assert all(line.is_stated for line in lines)
        assert len(lines) == 1 or any(churned for _, churned in said)  # who left may have come back


def months_before(months: int) -> date:
    """The first day of so many months before March."""
    return date(MARCH.year - (months + 9) // 12, (MARCH.month - months - 1) % 12 + 1, 1)
