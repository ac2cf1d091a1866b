"""An account's place in the order, whatever is open and quiet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.warnings.rules import Open, place

TODAY = date(2026, 11, 21)
DAYS = st.integers(-30, 30).map(lambda days: TODAY + timedelta(days=days))
WARNINGS = st.lists(
    st.builds(
        Open,
        st.sampled_from(["silent", "falling", "seats_full"]),
        st.integers(0, 8),
        st.booleans(),
        st.integers(0, 30).map(lambda days: TODAY - timedelta(days=days)),
        st.none() | DAYS,
    ),
    min_size=1,
    max_size=4,
)


def test_a_danger_leads_before_a_chance_of_higher_rank() -> None:
    chance = Open("seats_full", 0, True, TODAY, None)
    danger = Open("falling", 5, False, TODAY - timedelta(days=2), None)
    found = place([chance, danger], 100_00, 0.25, 50_00, TODAY)
    assert (found.lead, found.is_at_risk, found.is_small) == ("falling", True, False)
    assert found.since == TODAY - timedelta(days=2)
    assert found.sort_key == pytest.approx(100_00 * 0.25 * 0.2)


def test_what_is_quiet_does_not_count_until_it_speaks() -> None:
    quiet = Open("silent", 1, False, TODAY - timedelta(days=9), TODAY + timedelta(days=7))
    chance = Open("seats_full", 7, True, TODAY, None)
    assert place([quiet, chance], 100_00, 0.25, 0, TODAY).lead == "seats_full"
    alone = place([quiet], 100_00, 0.25, 0, TODAY)
    assert (alone.lead, alone.visible_from) == ("silent", TODAY + timedelta(days=7))


@given(WARNINGS, st.none() | st.integers(0, 10**12), st.floats(0, 1), st.floats(0, 10**12))
def test_every_account_with_something_open_has_a_place(
    warnings: list[Open], arr: int | None, chance: float, small_below: float
) -> None:
    found = place(warnings, arr, chance, small_below, TODAY)
    assert found.lead in {one.cause for one in warnings}
    assert found.since in {one.opened_on for one in warnings}
    assert (found.sort_key < 0) is (arr is None and found.sort_key != 0)
    assert found.visible_from == min(one.quiet_until or one.opened_on for one in warnings)


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_known_revenue_comes_before_unknown(chance: float, other: float, is_opportunity: bool) -> None:
    known = place([Open("silent", 1, is_opportunity, TODAY, None)], 0, chance, 0, TODAY)
    unknown = place([Open("silent", 1, False, TODAY, None)], None, other, 0, TODAY)
    assert known.sort_key >= unknown.sort_key
