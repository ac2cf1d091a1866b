"""The demo company is the same every time, hangs together, and its churn follows the written hazard."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tenure.demo import contracts, customers, truth, voice
from tenure.demo.simulate import Simulated, simulate
from tenure.demo.truth import WEEKS, leave_log_odds

UNTIL = date(2026, 3, 31)


@pytest.fixture(scope="module")
def small() -> Simulated:
    return simulate(UNTIL, accounts=40)


def test_the_same_seed_gives_the_same_company(small: Simulated) -> None:
    again = simulate(UNTIL, accounts=40)
    for field in fields(Simulated):
        assert getattr(small, field.name).equals(getattr(again, field.name)), field.name
    assert not simulate(UNTIL, accounts=40, seed=8).events.equals(small.events)


def test_everybody_mentioned_exists(small: Simulated) -> None:
    accounts, people = (
        set(small.accounts["account_id"].to_pylist()),
        set(small.people["person_id"].to_pylist()),
    )
    for table in (getattr(small, field.name) for field in fields(Simulated)):
        assert set(table["account_id"].to_pylist()) <= accounts
    for table in (small.events, small.responses, small.tickets):
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


def test_a_ticket_is_answered_before_it_is_solved_and_open_ones_are_left_open() -> None:
    rng = np.random.default_rng(7)
    latent, firms = truth.draw(rng, 300), customers.draw(rng, 300, UNTIL)
    ledger, staff = contracts.draw(rng, firms, latent), customers.draw_staff(rng, firms)
    tickets = voice.draw_tickets(rng, firms, staff, latent, ledger)
    for row in tickets.to_pylist():
        assert row["first_reply_at"] is None or row["created_at"] <= row["first_reply_at"]
        assert row["solved_at"] is None or row["first_reply_at"] <= row["solved_at"]
        assert max(filter(None, (row["created_at"], row["solved_at"]))).date() <= UNTIL
    assert 0 < tickets["solved_at"].null_count < tickets.num_rows


def test_who_uses_the_product_comes_nearer_to_its_goals() -> None:
    company = simulate(UNTIL, accounts=120)
    last = {row["goal_id"]: row for row in company.goals.sort_by("measured_on").to_pylist()}
    use = company.truth.group_by("account_id").aggregate([("seat_use", "mean")]).to_pylist()
    by_account = {row["account_id"]: row["seat_use_mean"] for row in use}
    reached = [
        (r["value"] - r["start_value"]) / (r["target_value"] - r["start_value"]) for r in last.values()
    ]
    assert np.corrcoef(reached, [by_account[r["account_id"]] for r in last.values()])[0, 1] > 0.3


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
        company.truth.filter(pc.equal(company.truth["week"], WEEKS - 1)), "account_id"
    )
    share = np.asarray(joined["person_id_count_distinct"]) / np.asarray(joined["person_id_count"])
    assert np.corrcoef(share, np.asarray(joined["seat_use"]))[0, 1] > 0.85


def test_costs_are_of_days_on_which_the_customer_was_there(small: Simulated) -> None:
    ends = {row["account_id"]: row["end"] for row in small.subscriptions.sort_by("start").to_pylist()}
    for row in small.costs.to_pylist():
        assert row["amount"] > 0
        assert row["date"] <= UNTIL
        assert ends[row["account_id"]] is None or row["date"] < ends[row["account_id"]]
    won = small.costs.filter(pc.equal(small.costs["category"], "acquisition"))
    assert sorted(won["account_id"].to_pylist()) == sorted(small.accounts["account_id"].to_pylist())


def test_a_few_ask_for_far_more_hours_than_others_of_their_segment() -> None:
    company = simulate(UNTIL, accounts=200)
    segment = dict(
        zip(company.accounts["account_id"].to_pylist(), company.accounts["segment"].to_pylist(), strict=True)
    )
    worked = company.costs.filter(pc.equal(company.costs["category"], "hours"))
    hours: dict[str, list[float]] = {}
    for row in worked.to_pylist():
        if segment[row["account_id"]] == "Standard":
            hours.setdefault(row["account_id"], []).append(float(row["amount"]))
    middle = np.array([np.median(some) for some in hours.values()])
    assert 0 < np.mean(middle > 3 * np.median(middle)) < 0.15
