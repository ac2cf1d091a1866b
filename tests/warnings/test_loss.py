"""The chance to lose a customer: counted where there is history, assumed and said so where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.warnings import loss
from tenure.warnings.rules import worth_of_growing, worth_of_saving


def test_without_history_the_chances_are_the_assumed_ones_and_say_so() -> None:
    found = loss.chances({})
    assert {band: one.share for band, one in found.items()} == loss.ASSUMED
    assert all(one.is_assumed for one in found.values())


def test_history_moves_the_assumption_by_its_weight() -> None:
    """Poor: 20 assumed account-months at 25 % and 60 seen, of which 30 were lost: (5 + 30) / 80."""
    poor = loss.chance("poor", lost=30, seen=60)
    assert poor.share == pytest.approx(35 / 80)
    assert not poor.is_assumed


def test_a_few_account_months_are_not_enough() -> None:
    assert loss.chance("good", lost=5, seen=loss.ENOUGH - 1).share == loss.ASSUMED["good"]


def test_accounts_without_a_band_get_the_share_of_all() -> None:
    found = loss.chances({"poor": (20, 40), "fair": (10, 100), "good": (2, 160)})
    assert (found[""].lost, found[""].seen) == (32, 300)
    assert found[""].share == pytest.approx((2 + 32) / 320)


def test_the_interval_is_wilsons() -> None:
    """50 of 100 at 80 %: 0.43644 to 0.56356 (z = 1.2816)."""
    assert loss._wilson(0.5, 100) == pytest.approx((0.43644, 0.56356), abs=1e-5)


@given(st.sampled_from(["poor", "fair", "good", ""]), st.integers(0, 5000), st.integers(0, 5000))
def test_a_chance_lies_in_its_interval_and_rises_with_losses(band: str, lost: int, kept: int) -> None:
    one = loss.chance(band, lost, lost + kept)
    assert 0 <= one.low <= one.share <= one.high <= 1
    more = loss.chance(band, lost + 1, lost + kept + 1)
    if not one.is_assumed:
        assert more.share > one.share


@given(st.integers(1, 5000))
def test_more_history_narrows_the_interval(half: int) -> None:
    few, many = loss.chance("fair", half, 2 * half), loss.chance("fair", 4 * half, 8 * half)
    if not few.is_assumed:
        assert many.high - many.low < few.high - few.low


def test_what_a_step_is_worth() -> None:
    """$120k at 41 %, of which a step saves a fifth; $110k that may grow by a fifth, one in ten times."""
    assert worth_of_saving(120_000_00, 0.41) == pytest.approx(9_840_00)
    assert worth_of_growing(110_000_00) == pytest.approx(2_200_00)
