"""Lifetime value and equity: models found again, changes that add up, and what a workspace is told of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.cli import clv as command  # noqa: F401  # adds itself to the app
from tenure.cli.base import app
from tenure.insight import (
    actions,
    clv,
    clv_change,
    clv_costs,
    clv_fit,
    clv_growth,
    clv_near,
    clv_queries,
    clv_state,
)
from tenure.insight.clv import Models, Payers, Terms
from tenure.insight.clv_change import Side
from tenure.insight.clv_fit import Cost
from tenure.insight.clv_growth import Growth, Pairs
from tenure.insight.clv_near import Own
from tenure.insight.clv_survival import (
    ENOUGH,
    PERIOD_DAYS,
    Force,
    Spells,
    in_force,
    renewals_of,
    survived,
    watched_from,
)
from tenure.insight.retention import constant, remaining, sbg
from tenure.kit import home
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.columns import FOREVER
from tenure.revenue.dealing import CostRow, upsert_cost_columns
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Role
from tests import cast
from tests.columns import in_columns

DAY = 20_000
TERMS = Terms(0.8, 0.1, 6000.0)
NOTHING = [clv_growth.none(clock) for clock in PERIOD_DAYS]


def customers(number: int, seed: int, alpha: float = 0.8, beta: float = 3.0, watched: int = 0) -> Spells:
    """Yearly customers who began over ten years; losses before day `watched` are not on record."""
    rng = np.random.default_rng(seed)
    start = DAY - rng.integers(30, 3650, number)
    theta = rng.beta(alpha, beta, number)
    lives = np.ceil(np.log(rng.random(number)) / np.log1p(-theta))
    end = start + np.minimum(np.round(lives * PERIOD_DAYS["year"]), 10**6).astype(np.int64)
    kept = end > watched
    end = np.where(end <= DAY, end, FOREVER)
    year, segment = np.full(number, "year"), np.where(rng.random(number) < 0.5, "Pro", "Lite")
    return Spells(start, end, year, segment).only(kept)


def test_the_truth_is_found_although_losses_of_old_are_not_on_record() -> None:
    some = customers(30_000, 1, watched=DAY - 900)
    since = watched_from(some)
    assert since is not None
    seen = renewals_of(some, "year", DAY, since)
    found = sbg.fit(seen)
    assert found.spread is not None
    away = np.log(found.values) - np.log([0.8, 3.0])
    assert away @ np.linalg.solve(found.spread, away) < 12
    # Taking everybody for watched from their first day finds them far more loyal.
    naive = sbg.fit(renewals_of(some, "year", DAY, 0))
    assert naive.values[0] / naive.values.sum() < 0.8 * 0.8 / 3.8


def test_renewals_are_counted_by_the_year_and_a_loss_belongs_to_the_next_one() -> None:
    start = np.array([DAY - 800, DAY - 800, DAY - 1200, DAY - 370, DAY - 200])
    end = np.array([DAY - 800 + 365, DAY - 800 + 730, FOREVER, FOREVER, FOREVER])
    some = Spells(start, end, np.full(5, "year"), np.full(5, ""))
    seen = renewals_of(some, "year", DAY, 0)
    assert seen.lost.tolist() == [1, 1, 0]
    # 370 days: the grace after the first renewal is not over.
    assert seen.kept.tolist() == [2, 1, 1]
    assert survived(start, DAY, "year").tolist() == [2, 2, 3, 1, 0]


def test_a_segment_has_its_own_model_where_it_lost_enough() -> None:
    some = customers(4_000, 2)
    forces = in_force(some, DAY)
    assert {(one.clock, one.segment) for one in forces} == {
        ("year", ""), ("year", "Lite"), ("year", "Pro"), ("month", ""),
    }  # fmt: skip
    everybody = next(one for one in forces if one.clock == "year" and not one.segment)
    assert everybody.name in ("sbg", "bdw")
    assert set(everybody.tested) == {"geometric", "sbg", "bdw"}
    assert max(everybody.tested.values()) - everybody.tested[everybody.name] < 1
    assert next(one for one in forces if one.clock == "month").name == "assumed"
    few = in_force(some.only(np.arange(len(some.start)) < ENOUGH), DAY)
    assert [one.name for one in few] == ["assumed", "assumed"]
    assert "is assumed" in few[0].says


def test_draws_of_a_geometric_are_its_error() -> None:
    some = customers(3_000, 3, 1e6, 9e6)
    force = next(one for one in in_force(some, DAY) if one.clock == "year" and not one.segment)
    assert force.name == "geometric"
    assert force.estimate is not None
    assert force.draws is not None
    error = force.estimate.errors["theta"]
    assert force.draws.std() == pytest.approx(error, rel=0.2)
    assert constant.Geometric(0.1).log_survival(np.array([2.0])) == pytest.approx(2 * np.log(0.9))


def payers(some: Spells, day: int, seed: int) -> Payers:
    now = np.flatnonzero((some.start <= day) & (some.end > day))
    rng = np.random.default_rng(seed)
    return Payers(
        day,
        np.array([f"a{i}" for i in now], dtype=np.str_),
        some.start[now],
        np.full(len(now), FOREVER),
        rng.integers(100, 10**7, len(now)),
        rng.uniform(0, 10**5, len(now)),
        some.clock[now],
        some.segment[now],
    )


def grows(rate: float, error: float = 0.0, years: int = 3) -> list[Growth]:
    """Growth of all, whatever their clock."""
    return [Growth(clock, "", rate, error, years, 100, "") for clock in PERIOD_DAYS]


def test_an_old_customer_s_value_is_conditional_on_having_stayed() -> None:
    some = customers(4_000, 4)
    who = payers(some, DAY, 1)
    found = clv.values(who, Models(in_force(some, DAY), NOTHING), TERMS)
    for force in set(found.force.tolist()):
        mine = np.flatnonzero(found.force == force)
        order = np.argsort(found.survived[mine], kind="stable")
        assert (np.diff(found.years[mine][order]) >= -1e-9).all()
    low, high = found.interval
    assert ((low <= found.value + 1e-6) & (found.value <= high + 1e-6)).mean() > 0.99
    assert found.value == pytest.approx(found.margin * found.years)


@pytest.fixture(scope="module")
def two() -> list[list[Force]]:
    """The models of two companies, with segments of their own in one of them."""
    return [in_force(customers(1_500, 6), DAY), in_force(customers(60, 7, 2.0, 4.0), DAY)]


@pytest.mark.parametrize("clock", ["year", "month"])
def test_chances_of_its_own_that_are_those_of_its_kind_change_nothing(clock: str) -> None:
    model, ages = constant.Geometric(0.1), np.array([0, 3, 9])
    usual = np.full(3, np.log(0.1 / 0.9))
    own = Own(usual, np.zeros(3), 0.9)
    found = clv_near.residual(model, clock, ages, np.array([1.0, 5.0, 12.0]), own, 0.1)
    rate = clv_near.per_period(0.1, clock)
    assert found == pytest.approx(remaining.residual_lifetime(model, ages, rate))


def test_who_looks_likelier_to_leave_is_worth_less_and_less_so_the_later_it_decides() -> None:
    model, ages = constant.Geometric(0.1), np.zeros(4, dtype=np.int64)
    usual = remaining.residual_lifetime(model, ages[:1], 0.1)[0]
    near = np.array([-9.0, 0.0, 2.0, 9.0])
    told = clv_near.residual(model, "year", ages, np.ones(4), Own(near, np.zeros(4), 0.9), 0.1)
    assert (np.diff(told) < 0).all()
    assert told[0] > usual > told[1]
    assert told[-1] < 0.01
    wait = np.array([1.0, 4.0, 8.0, 12.0])
    later = clv_near.residual(model, "year", ages, wait, Own(np.full(4, 2.0), np.zeros(4), 0.8), 0.1)
    assert (np.diff(later) > 0).all()
    assert (later < usual).all()


def hazards(who: Payers, seed: int) -> Own:
    """What a hazard says of most payers."""
    rng = np.random.default_rng(seed)
    near = np.where(rng.random(len(who)) < 0.8, rng.normal(-2, 1.5, len(who)), np.nan)
    return Own(near, rng.uniform(0.1, 0.5, len(who)), float(rng.uniform(0.5, 1.0)))


def test_an_interval_holds_what_is_not_known_of_the_hazard_too(two: list[list[Force]]) -> None:
    who = payers(customers(400, 8), DAY, 2)
    own = hazards(who, 1)
    narrow, wide = (
        clv.values(who, Models(two[0], NOTHING), TERMS, Own(own.near, own.error * some, 0.95)).interval
        for some in (0.01, 1.0)
    )
    known = own.known
    assert ((wide[1] - wide[0])[known] > (narrow[1] - narrow[0])[known] - 1e-6).mean() > 0.9


@settings(max_examples=40)
@given(
    st.integers(0, 10**6), st.integers(1, 900), st.floats(0.02, 0.3), st.floats(0.1, 1), st.floats(-0.3, 0.5)
)
def test_a_change_of_equity_is_the_sum_of_its_parts(
    two: list[list[Force]], seed: int, days: int, rate: float, margin: float, growth: float
) -> None:
    some = customers(200, seed)
    sides = []
    new_terms = Terms(margin, rate, 6000.0)
    for day, terms, forces in ((DAY - days, TERMS, two[seed % 2]), (DAY, new_terms, two[0])):
        who = payers(some, day, seed + day)
        own = hazards(who, seed + day) if (seed + day) % 3 else None
        # Every fifth is known to leave within two years.
        end = np.where(np.arange(len(who)) % 5 == seed % 5, day + 1 + who.arr % 700, FOREVER)
        who = replace(who, end=end)
        models = Models(forces, grows(growth * (day < DAY), 0.02))
        sides.append(Side(who, terms, clv.values(who, models, terms, own)))
    parts = clv_change.change(*sides)
    before, after = (float(one.values.value.sum()) for one in sides)
    assert sum(parts.values()) == pytest.approx(after - before, rel=1e-9, abs=1e-3)
    assert parts["new"] >= -1e8
    assert set(parts) == set(clv_change.PARTS)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.02, 0.3), st.booleans())
def test_growth_of_nothing_gives_the_value_without_it(
    two: list[list[Force]], seed: int, rate: float, is_near: bool
) -> None:
    who, terms = payers(customers(60, seed), DAY, seed), Terms(0.7, rate, 6000.0)
    own = hazards(who, seed) if is_near else None
    without = clv.values(who, Models(two[0], NOTHING), terms, own)
    plain, grown, shrunk = (
        clv.values(who, Models(two[0], grows(one)), terms, own) for one in (0.0, 0.08, -0.08)
    )
    assert plain.value == pytest.approx(without.value, rel=1e-9)
    if seed % 5 == 0:  # draws take long
        assert plain.totals == pytest.approx(without.totals, rel=1e-9)
    assert (plain.expansion == 0).all()
    assert (grown.expansion > 0).all()
    assert (shrunk.expansion < 0).all()
    assert grown.value - grown.expansion == pytest.approx(plain.value)


def test_growth_that_nobody_is_sure_of_widens_the_interval(two: list[list[Force]]) -> None:
    who = payers(customers(400, 9), DAY, 2)
    sure, unsure = (clv.values(who, Models(two[0], grows(0.05, one)), TERMS) for one in (0.0, 0.1))
    assert np.ptp(np.quantile(unsure.totals, (0.1, 0.9))) > np.ptp(np.quantile(sure.totals, (0.1, 0.9)))
    assert unsure.value == pytest.approx(sure.value)


def test_growth_ends_after_as_many_years_as_were_watched() -> None:
    for clock, one in (("year", 1), ("month", 12)):
        [growth] = [each for each in grows(0.1, years=2) if each.clock == clock]
        expected = [0.1, 0.21, 0.21]
        assert growth.excess(3 * one)[one - 1 :: one] == pytest.approx(expected)


def grown(many: int, ratio: float, segment: str, seed: int, noise: float = 0.1) -> Pairs:
    """Customers of a segment who came to pay so much more."""
    rng = np.random.default_rng(seed)
    before = rng.uniform(1_000, 9_000, many)
    after = before * (ratio + rng.normal(0, noise, many))
    who = np.arange(many) + 1_000 * seed
    return Pairs(who, before, after, np.full(many, "year"), np.full(many, segment))


def together(*some: Pairs) -> Pairs:
    names = ("customer", "before", "after", "clock", "segment")
    return Pairs(*(np.concatenate([getattr(one, name) for one in some]) for name in names))


def test_a_segment_leans_on_all_the_more_the_less_it_tells() -> None:
    many, few = grown(400, 1.2, "Pro", 1), grown(3, 1.6, "Lite", 2)
    other = grown(400, 1.0, "Team", 3)
    found = {
        one.segment: one for one in clv_growth.expected(together(many, few, other), 2) if one.clock == "year"
    }
    assert found["Pro"].rate == pytest.approx(0.2, abs=0.02)
    assert found["Team"].rate == pytest.approx(0.0, abs=0.02)
    assert found[""].rate < found["Lite"].rate < 0.6
    assert found["Lite"].error > found["Pro"].error
    assert (found["Pro"].years, found["Pro"].customers) == (2, 400)
    alike = clv_growth.expected(together(grown(50, 1.1, "Pro", 4), grown(50, 1.1, "Lite", 5)), 9)
    assert alike[1].rate == pytest.approx(alike[0].rate, abs=0.02)
    assert alike[0].years == clv_growth.LONGEST


def test_where_too_few_stayed_no_growth_is_assumed_and_said() -> None:
    for one in clv_growth.expected(grown(clv_growth.ENOUGH - 1, 1.5, "Pro", 6), 2):
        assert (one.rate, one.error, one.steps) == (0, 0, 0)
        assert one.says.startswith("No data on expansion")


def test_the_error_of_growth_is_that_of_other_draws() -> None:
    some = [clv_growth.expected(grown(60, 1.1, "", seed), 2)[0] for seed in range(200)]
    assert np.std([one.rate for one in some]) == pytest.approx(np.mean([one.error for one in some]), rel=0.2)


def test_who_has_given_notice_pays_until_then_and_no_longer(two: list[list[Force]]) -> None:
    who = payers(customers(60, 10), DAY, 2)
    models, own = Models(two[0], grows(0.1)), hazards(who, 3)
    none = survived(who.start, DAY, "year")
    soon, later = (
        clv.values(
            replace(who, end=who.start + np.round((none + 1 + more) * 365.25).astype(np.int64)),
            models,
            TERMS,
            own,
        )
        for more in (0, 2)
    )
    assert soon.value == pytest.approx(np.zeros(len(who)), abs=1e-6)
    assert later.value == pytest.approx(later.margin * (1 / 1.1 + 1 / 1.21))
    low, high = later.interval
    assert (low.tolist(), high.tolist()) == (later.value.tolist(), later.value.tolist())
    assert np.ptp(later.totals) == pytest.approx(0, abs=1e-6 * later.value.sum())


def test_nothing_changed_is_no_change() -> None:
    some = customers(500, 5)
    who, models = payers(some, DAY, 1), Models(in_force(some, DAY), NOTHING)
    side = Side(who, TERMS, clv.values(who, models, TERMS))
    assert set(clv_change.change(side, side).values()) == {0.0}
    older = replace(who, day=DAY + 400)
    parts = clv_change.change(side, Side(older, TERMS, clv.values(older, models, TERMS)))
    assert parts["paid"] < 0 <= parts["longer"] + parts["paid"]
    assert (parts["margin"], parts["model"], parts["expansion"]) == (0, 0, 0)


def test_who_costs_more_than_winning_a_good_one_fits_poorly() -> None:
    costs = {
        "good": Cost(10.0, 300.0), "better": Cost(0.0, 500.0), "dear": Cost(450.0, 50.0),
        "worthless": Cost(20.0, None), "other": Cost(450.0, None),
    }  # fmt: skip
    segments = dict.fromkeys(costs, "Pro") | {"other": "Lite"}
    typical = clv_fit.acquisition(costs, segments, frozenset(["good", "better"]))
    assert typical == {"Pro": 400.0}
    worth = {"good": 900.0, "better": 900.0, "dear": 800.0, "worthless": 10.0, "other": 800.0}
    found = clv_fit.poor_fits(worth, costs, typical, segments)
    assert [(one.account_id, one.reasons) for one in found] == [
        ("worthless", ("worthless",)), ("dear", ("dear",)),
    ]  # fmt: skip
    assert (found[1].compared_with, found[0].compared_with) == (400.0, 400.0)


TODAY = date(2026, 6, 15)
FIRST = TermRow("", "", 120_000, "USD", "year", date(2022, 1, 1), date(2023, 1, 1), product="Pro")


def contracts(name: str, start: date, years: int, leaves: bool) -> list[TermRow]:
    """Yearly contracts one after the other: so many, and then nothing, or as many as reach beyond today."""
    years = years if leaves else 2027 - start.year
    days = [date(start.year + i, start.month, start.day) for i in range(years + 1)]
    about = replace(FIRST, subscription_id=f"S-{name}", account_id=name)
    return [replace(about, starts_on=a, ends_on=b) for a, b in pairwise(days)]


@pytest.fixture
def worked(access: Access) -> Access:
    """Acme, Borealis and Cinder pay; sixty yearly customers came over the years, a third of whom left."""
    upsert_accounts(
        access.workspace, [AccountRow("acme", name="Acme", segment="Pro", owner="dana@example.test")]
    )
    rows = contracts("acme", date(2023, 3, 1), 3, leaves=False)
    rows += contracts("borealis", date(2025, 5, 1), 1, leaves=False)
    for i in range(60):
        leaves = i % 3 == 0
        rows += contracts(f"h{i}", date(2022 + i % 3, 1 + i % 6, 1), 1 + i % 2, leaves)
    upsert_terms(access.workspace, rows)
    return access


def test_equity_is_the_sum_of_what_each_is_worth(worked: Access) -> None:
    found = clv_queries.equity(worked, TODAY)
    of = {one.account_id: one for one in found.accounts}
    assert found.value_minor == pytest.approx(sum(one.value_minor for one in found.accounts))
    acme, borealis = of["acme"], of["borealis"]
    assert (acme.name, acme.segment, acme.survived, acme.clock) == ("Acme", "Pro", 3, "year")
    assert (acme.arr_minor, acme.margin_minor, borealis.survived) == (120_000, 96_000, 1)
    assert acme.value_minor == pytest.approx(acme.margin_minor * acme.years + acme.expansion_minor)
    assert acme.expansion_minor == 0  # they never paid more
    assert acme.grows_by.endswith(
        "as 1 customer of Pro came to pay in a year, leaning on all who decide by the year"
    )
    assert acme.years >= borealis.years
    assert "assumed" in found.says.lower()
    assert clv_queries.worth_of(worked, acme.id, TODAY) == acme


def test_notice_is_known_from_when_it_was_given_and_told_in_words(worked: Access) -> None:
    terms = contracts("borealis", date(2025, 5, 1), 1, leaves=False)
    [term] = [one for one in terms if one.starts_on.year == 2026]
    before = {one.account_id: one for one in clv_queries.equity(worked, TODAY).accounts}
    with time_machine.travel(datetime(2026, 6, 20, 12, tzinfo=UTC), tick=False):
        upsert_terms(worked.workspace, [replace(term, ends_on=date(2026, 9, 1), reason="value")])
    assert {one.account_id: one for one in clv_queries.equity(worked, TODAY).accounts} == before
    then = {one.account_id: one for one in clv_queries.equity(worked, date(2026, 6, 21)).accounts}
    assert before["borealis"].ends_on is None
    assert (then["borealis"].ends_on, then["borealis"].value_minor) == (date(2026, 9, 1), 0)
    assert (then["borealis"].model, then["borealis"].grows_by) == ("notice given", "")
    assert "Notice was given: paid until 31 August 2026, and nothing after" in then["borealis"].says
    assert then["acme"].value_minor == pytest.approx(before["acme"].value_minor, rel=0.05)
    parts = {one.name: one for one in clv_queries.change(worked, TODAY, date(2026, 6, 21)).parts}
    lost = before["borealis"].margin_minor * before["borealis"].years
    assert (parts["notice"].accounts, parts["notice"].minor) == (1, pytest.approx(-lost))


def later_facts(workspace: Workspace, seed: int) -> None:
    """Anything that may become known of anybody: prices, ends, notice, new customers, costs."""
    rng = np.random.default_rng(seed)
    terms = []
    for name in rng.permutation(["acme", "borealis", "cinder", *(f"h{i}" for i in range(60))])[:12]:
        start = date(2026, 7, 1) + timedelta(days=int(rng.integers(0, 60)))
        reason = str(rng.choice(["", "price"]))
        about = replace(FIRST, subscription_id=f"S-{name}", account_id=str(name), reason=reason)
        amount, until = int(rng.integers(1_000, 900_000)), start + timedelta(days=int(rng.integers(20, 800)))
        terms.append(replace(about, amount_minor=amount, starts_on=start, ends_on=until))
    upsert_terms(workspace, terms)
    costs = [
        CostRow(date(2026, 7, 1), "hours", str(one.account_id), hours=float(rng.uniform(1, 90)))
        for one in terms
    ]
    upsert_cost_columns(workspace, in_columns(costs))


def test_no_later_fact_changes_what_was_told_of_a_day(worked: Access) -> None:
    before = clv_queries.equity(worked, TODAY)
    later = []
    for seed in range(4):
        with time_machine.travel(datetime(2026, 9, 1 + seed, 12, tzinfo=UTC), tick=False):
            later_facts(worked.workspace, seed)
            later.append(clv_queries.equity(worked, date(2026, 9, 1 + seed)).value_minor)
        after = clv_queries.equity(worked, TODAY)
        assert after.accounts == before.accounts
        assert (after.low_minor, after.growths) == (before.low_minor, before.growths)
    assert len({before.value_minor, *later}) == 5


def test_values_are_kept_until_what_they_rest_on_moves(
    worked: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = clv_queries.equity(worked, TODAY)
    with monkeypatch.context() as patched:
        patched.setattr(clv_state, "made", None)  # nothing is reckoned again
        kept = clv_queries.equity(worked, TODAY)
    assert kept.accounts == made.accounts
    assert (kept.value_minor, kept.low_minor) == pytest.approx((made.value_minor, made.low_minor))
    assert [one.says for one in kept.models] == [one.says for one in made.models]
    assert kept.models[0].draws == pytest.approx(made.models[0].draws)
    actions.set_economics(worked, gross_margin=0.4)
    folder = home.lake(worked.workspace.id) / "records" / "values"
    [old] = folder.glob("*.parquet")
    os.utime(old, (0, 0))  # nobody reads it any more
    assert clv_queries.equity(worked, TODAY).value_minor < made.value_minor
    assert [one.suffix for one in sorted(folder.iterdir())] == [".draws", ".parquet"]


def test_what_it_costs_to_serve_is_taken_off_and_what_is_said_counts(worked: Access) -> None:
    before = {one.account_id: one for one in clv_queries.equity(worked, TODAY).accounts}["acme"]
    upsert_cost_columns(
        worked.workspace,
        in_columns(
            [
                CostRow(TODAY - timedelta(days=10), "hours", "acme", hours=2.0),
                CostRow(TODAY - timedelta(days=20), "credit", "acme", amount_minor=5_000, currency="USD"),
                CostRow(TODAY - timedelta(days=500), "hours", "acme", hours=90.0),
            ]
        ),
    )
    actions.set_economics(worked, gross_margin=0.5, hourly_minor=10_000)
    after = {one.account_id: one for one in clv_queries.equity(worked, TODAY).accounts}["acme"]
    assert (after.serve_minor, after.retain_minor) == (20_000, 5_000)
    assert (before.margin_minor, after.margin_minor) == (96_000, 60_000 - 20_000)
    assert clv_costs.terms_of(worked).assumed == {"discount"}
    with pytest.raises(ValueError, match="gross margin 7 is out of range"):
        actions.set_economics(worked, gross_margin=7)


def test_who_fits_poorly_is_told_with_the_comparison(worked: Access) -> None:
    assert clv_queries.poor_fits(worked, TODAY).says.startswith("No acquisition cost")
    upsert_cost_columns(
        worked.workspace,
        in_columns(
            [
                CostRow(
                    TODAY - timedelta(days=9), "programme", "borealis", amount_minor=9_000_000, currency="USD"
                )
            ]
        ),
    )
    [one] = clv_queries.poor_fits(worked, TODAY).accounts
    assert (one.account_id, one.retain_minor) == ("borealis", 9_000_000)
    assert "is less than keeping them costs in twelve months, $90k" in one.reasons[0]


def test_a_change_between_two_days_is_told_as_known_then(worked: Access) -> None:
    found = clv_queries.change(worked, date(2025, 6, 15), TODAY)
    assert sum(one.minor for one in found.parts) == pytest.approx(found.after_minor - found.before_minor)
    assert {one.name for one in found.parts} == set(clv_change.PARTS)
    assert found.before_minor == pytest.approx(clv_queries.equity(worked, date(2025, 6, 15)).value_minor)
    with pytest.raises(ValueError, match="is not before"):
        clv_queries.change(worked, TODAY, TODAY)


def test_a_book_and_a_neighbour_see_their_own(worked: Access, neighbour: Access) -> None:
    acme = Account.objects.get(external_id="acme")
    for _ in range(2):  # made, and read again
        assert clv_queries.equity(neighbour, TODAY).accounts == ()
    with pytest.raises(Http404):
        clv_queries.worth_of(neighbour, acme.pk, TODAY)
    dana = cast.member(worked, "Dana", Role.MANAGER, sees_all=False)
    [mine] = clv_queries.equity(dana, TODAY).accounts
    whole = {one.account_id: one for one in clv_queries.equity(worked, TODAY).accounts}
    assert mine == whole["acme"]  # by the models of all customers
    nobody = cast.member(worked, "Olga", Role.MANAGER, sees_all=False)
    assert clv_queries.equity(nobody, TODAY).accounts == ()
    assert clv_queries.change(nobody, date(2025, 6, 15), TODAY).after_minor == 0
    with pytest.raises(PermissionDenied):
        actions.set_economics(dana, discount=0.2)


def test_the_command_says_the_same(worked: Access, tmp_path: Path) -> None:
    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["clv", *words])
        assert result.exit_code == code, result.output
        return result.output

    table, plot = tmp_path / "clv.csv", tmp_path / "clv.svg"
    words = ["--as-of", "2026-06-15", "--since", "2025-06-15", "--poor-fit"]
    told = json.loads(run(*words, "--json", "--out", str(table), "--out", str(plot)))
    found = clv_queries.equity(worked, TODAY)
    assert told["equity"]["value"] == pytest.approx(found.value_minor / 100)
    assert told["accounts"][0]["clv"] == pytest.approx(found.accounts[0].value_minor / 100)
    parts = sum(one["amount"] for one in told["change"]["parts"].values())
    assert parts == pytest.approx(told["change"]["after"] - told["change"]["before"])
    assert len(table.read_text().splitlines()) == len(found.accounts) + 1
    assert "<svg" in plot.read_text()
    assert "Customer equity" in run(*words)
    assert "is not before" in run("--as-of", "2026-06-15", "--since", "2026-06-15", code=1)
    assert json.loads(run("assume", "--gross-margin", "0.7", "--json"))["gross_margin"] == 0.7
    assert "out of range" in run("assume", "--discount", "3", code=1)
    assert "discount: 0.1 (assumed)" in run("assume")
