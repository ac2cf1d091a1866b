"""The demo company is the same every time, hangs together, and its churn follows the written hazard."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tenure.demo.simulate import Simulated, leave_log_odds, simulate

UNTIL = date(2026, 3, 31)


@pytest.fixture(scope="module")
def small() -> Simulated:
    return simulate(UNTIL, accounts=40)


def test_the_same_seed_gives_the_same_company(small: Simulated) -> None:
    again = simulate(UNTIL, accounts=40)
    for name in ("accounts", "people", "subscriptions", "events", "responses", "truth"):
        assert getattr(small, name).equals(getattr(again, name)), name
    assert not simulate(UNTIL, accounts=40, seed=8).events.equals(small.events)


def test_everybody_mentioned_exists(small: Simulated) -> None:
    accounts, people = (
        set(small.accounts["account_id"].to_pylist()),
        set(small.people["person_id"].to_pylist()),
    )
    for table in (small.people, small.subscriptions, small.events, small.responses):
        assert set(table["account_id"].to_pylist()) <= accounts
    for table in (small.events, small.responses):
        assert set(table["person_id"].to_pylist()) <= people


def test_nothing_happens_after_the_last_day_or_after_a_customer_left(small: Simulated) -> None:
    assert pc.max(small.events["timestamp"]).as_py().date() <= UNTIL
    last_end = {row["account_id"]: row["end"] for row in small.subscriptions.sort_by("start").to_pylist()}
    left = {account: end for account, end in last_end.items() if end and end <= UNTIL}
    assert left, "somebody must leave, or the demo shows nothing"
    for row in small.events.group_by("account_id").aggregate([("timestamp", "max")]).to_pylist():
        if row["account_id"] in left:
            assert row["timestamp_max"].date() < left[row["account_id"]]


def test_terms_of_a_customer_follow_each_other_without_gap_or_overlap(small: Simulated) -> None:
    rows = small.subscriptions.sort_by([("account_id", "ascending"), ("start", "ascending")]).to_pylist()
    for before, after in pairwise(rows):
        if before["account_id"] == after["account_id"]:
            assert before["end"] == after["start"]


def test_the_hazard_rises_with_disuse_decline_and_friction() -> None:
    calm = leave_log_odds(np.array([0.8]), np.array([1.0]), np.array([0.0]))
    assert leave_log_odds(np.array([0.3]), np.array([1.0]), np.array([0.0])) > calm
    assert leave_log_odds(np.array([0.8]), np.array([0.5]), np.array([0.0])) > calm
    assert leave_log_odds(np.array([0.8]), np.array([1.0]), np.array([2.0])) > calm


def test_observed_use_follows_the_truth() -> None:
    """Seats seen in use over the last four weeks rank customers nearly as the hidden use does."""
    company = simulate(UNTIL, accounts=60)
    recent = company.events.filter(
        pc.greater(
            company.events["timestamp"],
            pa.scalar(datetime(2026, 3, 4, tzinfo=UTC)),
        )
    )
    seen = recent.group_by("account_id").aggregate([("person_id", "count_distinct")])
    people = company.people.group_by("account_id").aggregate([("person_id", "count")])
    joined = seen.join(people, "account_id").join(
        company.truth.filter(pc.equal(company.truth["week"], 51)), "account_id"
    )
    share = np.asarray(joined["person_id_count_distinct"]) / np.asarray(joined["person_id_count"])
    assert np.corrcoef(share, np.asarray(joined["seat_use"]))[0, 1] > 0.85
