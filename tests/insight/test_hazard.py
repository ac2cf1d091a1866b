"""A hazard learnt from what was known month by month: what it tells, and what has no part in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.insight.chances import chances
from tenure.insight.churn.blending import Calibration
from tenure.insight.churn.columns import Column, Sort
from tenure.insight.churn.learners import one_thread
from tenure.insight.hazard import actions, belief, features, model, mood, rows, scoring
from tenure.insight.hazard.model import Hazard
from tenure.insight.leaving import COHORTS, HAZARD
from tenure.insight.models import AccountHazard, FittedHazard
from tenure.insight.panel import panel
from tenure.kit import clock, words
from tenure.workspaces.roles import Role
from tests import cast
from tests.insight.leavers import leavers, load


@pytest.fixture
def november() -> Iterator[None]:
    """A fixed day, so that months fall where they did when the company was made up."""
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        yield


def learnt(access, day: date) -> tuple[dict[str, object], dict[str, tuple[float, float]]]:
    """What is learnt as of a day, as numbers, and the log-odds of every customer by name."""
    known = panel(access, day, 18, features.metrics())
    found = actions.learn(known)
    assert found.hazard is not None
    names = dict(access.of(Account).values_list("pk", "external_id"))
    scored = scoring.score(found.hazard, known)
    return model.as_numbers(found.hazard), {names[one.account_id]: (one.near, one.error) for one in scored}


def flat(numbers: object) -> list[float]:
    if isinstance(numbers, dict):
        return [one for value in numbers.values() for one in flat(value)]
    if isinstance(numbers, list):
        return [one for value in numbers for one in flat(value)]
    return [float(numbers)] if isinstance(numbers, int | float) else []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_comes_after_the_day_has_no_part_in_what_is_learnt_or_told(november, access):
    day = clock.today() - timedelta(days=75)
    record = leavers()
    load(access, record)
    numbers, told = learnt(access, day)
    for name, other in (
        ("without", record.without(day)),
        ("shuffled", record.shuffled(day, np.random.default_rng(1))),
    ):
        workspace = cast.workspace(f"Company {name}")
        load(workspace, other)
        others, told_there = learnt(workspace, day)
        assert others["names"] == numbers["names"]
        np.testing.assert_allclose(flat(others), flat(numbers), rtol=1e-7, atol=1e-9)
        assert told_there.keys() == told.keys()
        for customer, figures in told.items():
            assert told_there[customer] == pytest.approx(figures, abs=1e-7)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hazard_that_proves_better_stands_behind_the_chances(november, access, neighbour):
    today = clock.today()
    load(access, leavers())
    before = chances(access, today, today + timedelta(days=60))
    assert before.model == COHORTS
    fitted = actions.refit(access)
    assert fitted.is_in_force
    assert "told more than the share lost among contracts like them" in fitted.says
    assert fitted.figures["models"]["hazard"]["auc"] > fitted.figures["models"]["cohorts"]["auc"]
    found = chances(access, today, today + timedelta(days=60))
    assert found.model == HAZARD
    assert fitted.says in found.says
    by_hazard = [one for one in found.accounts if one.model == HAZARD]
    worst, best = (pick(by_hazard, key=lambda one: one.p_lost) for pick in (max, min))
    assert worst.p_lost > best.p_lost + 0.1
    assert worst.low < worst.p_lost < worst.high
    assert worst.reasons[0] == "it rolls on and can end any month"
    told = [reason for one in by_hazard for reason in one.reasons]
    assert any("of seats used in two weeks, " in one and one.endswith("(raises it)") for one in told)
    assert chances(access, today - timedelta(days=5), today).model == COHORTS  # it was not known then

    actions.refit(access)
    assert access.of(FittedHazard).count() == 1
    assert access.of(AccountHazard).count() >= len(by_hazard)
    access.of(Account).filter(pk=worst.account_id).update(owner="dana@example.test")
    dana = cast.member(access, "Dana", Role.MANAGER, sees_all=False)
    assert [one.account_id for one in chances(dana, today, today + timedelta(days=60)).accounts] == [
        worst.account_id
    ]
    assert not chances(neighbour, today, today + timedelta(days=60)).accounts


def test_too_few_losses_leave_the_rates_in_force_and_it_is_said(access):
    load(access, leavers(customers=12))
    fitted = actions.refit(access)
    assert not fitted.is_in_force
    assert fitted.numbers is None
    assert fitted.says == actions.TOO_FEW
    assert not access.of(AccountHazard).exists()


def made_up(rows: int = 400) -> tuple[list[Column], np.ndarray]:
    rng = np.random.default_rng(4)
    use, rolls = rng.uniform(0, 1, rows), rng.random(rows) < 0.4
    use[:20] = np.nan
    left = rng.random(rows) < 1 / (1 + np.exp(3 * np.nan_to_num(use, nan=0.5) + rolls))
    columns = [
        Column("seat_use_14", Sort.NUMBER, "", use),
        Column(features.ROLLS, Sort.NUMBER, "", rolls * 1.0),
    ]
    return columns, left


@pytest.fixture(scope="module")
def hazard() -> Hazard:
    columns, left = made_up()
    with one_thread():
        return model.fit(columns, left, features.BELIEFS)


def test_a_hazard_is_kept_as_numbers_and_comes_back_the_same(hazard):
    columns, _ = made_up()
    again = model.from_numbers(model.as_numbers(hazard))
    assert again is not None
    np.testing.assert_allclose(again.log_odds(columns, 3), hazard.log_odds(columns, 3))
    np.testing.assert_allclose(again.error(columns), hazard.error(columns))
    assert model.from_numbers(model.as_numbers(hazard) | {"version": 0}) is None


def test_parts_add_up_to_the_log_odds(hazard):
    columns, _ = made_up()
    whole = hazard.log_odds(columns)
    rest = whole - hazard.parts(columns).sum(axis=1)
    np.testing.assert_allclose(rest, rest[0])


@given(st.floats(-4, 4), st.integers(0, 400), st.booleans(), st.floats(0.5, 1))
def test_more_time_never_makes_leaving_less_likely_where_it_rolls_on(hazard, near, days, rolls, fading):
    some = Hazard(**(vars(hazard) | {"fading": fading}))
    scored = scoring.Scored("acme", near, 0.3, rolls, (), ())
    sooner, later = (scoring.share(some, scored, True, one) for one in (days, days + 1))
    assert 0 <= sooner.low <= sooner.value <= sooner.high <= 1
    assert sooner.value <= later.value + 1e-12


def test_what_is_far_off_is_drawn_to_the_usual(hazard):
    some = Hazard(**(vars(hazard) | {"fading": 0.8}))
    scored = scoring.Scored("acme", some.usual[0] + 2, 0.1, False, (), ())
    told = [scoring.share(some, scored, False, days).value for days in (20, 100, 300, 3000)]
    assert told == sorted(told, reverse=True)
    assert told[-1] == pytest.approx(1 / (1 + np.exp(-some.usual[0])), abs=0.01)


BELIEFS = {"use": -1.0, "mood": -1.0}


def drawn(rows: int, use: float, mood: float, seed: int = 1) -> tuple[list[Column], np.ndarray]:
    """Columns of which each, to scale, does so much to the log-odds of leaving."""
    rng = np.random.default_rng(seed)
    both = rng.normal(size=(2, rows))
    left = rng.random(rows) < 1 / (1 + np.exp(2 - use * both[0] - mood * both[1]))
    named = zip(("use", "mood", features.ROLLS), (*both, rng.random(rows) < 0.5), strict=True)
    return [Column(name, Sort.NUMBER, "", some * 1.0) for name, some in named], left


def test_few_losses_leave_signs_counting_alike_and_many_overrule_it():
    few, many = (drawn(rows, use=-1.2, mood=0.0) for rows in (150, 30_000))
    use, mood, _ = belief.fit(*few, BELIEFS, 300.0).linear.weights
    assert use == pytest.approx(mood, abs=0.15)
    assert use < 0
    use, mood, _ = belief.fit(*many, BELIEFS, 300.0).linear.weights
    assert use == pytest.approx(-1.2, abs=0.15)
    assert mood == pytest.approx(0, abs=0.12)


def test_how_much_the_index_tells_is_learnt_and_what_nothing_is_believed_of_is_free():
    columns, left = drawn(4000, use=-0.7, mood=-0.7)
    found = belief.fit(columns, left, BELIEFS, 300.0)
    assert found.linear.weights[:2] == pytest.approx([-0.7, -0.7], abs=0.15)
    same = belief.fit(columns, left, {**BELIEFS, features.ROLLS: 0.0}, 300.0)
    assert abs(same.linear.weights[2]) < abs(found.linear.weights[2])
    assert np.all(np.diag(found.spread) > 0)


def test_the_firmest_within_a_standard_error_of_the_best_is_chosen():
    rng = np.random.default_rng(2)
    best = rng.exponential(size=500)
    a_little = best + rng.normal(0.001, 0.5, 500) - rng.normal(0.0, 1e-9, 500)
    assert (
        belief.firmest({10.0: best, 100.0: best + 0.2, 30.0: a_little - a_little.mean() + best.mean()}) == 30
    )
    assert belief.firmest({10.0: best, 300.0: best}) == 300


def test_without_answers_a_mood_is_what_those_of_like_use_say_that_day():
    said = np.array([0.9, 0.8, 0.4, 0.3, np.nan, np.nan, 0.1])
    answers = np.array([40, 40, 40, 40, np.nan, 0, 50.0])
    use = np.array([0.9, 0.8, 0.3, 0.2, 0.85, 0.25, 0.5])
    day = np.array([3, 3, 3, 3, 3, 3, 4])
    usual = mood.usual(said, answers, use, day)
    held = mood.held(said, answers, usual)
    assert held[4] == usual[4] > usual[5] == held[5]
    assert held[0] == pytest.approx(0.9, abs=0.01)
    np.testing.assert_allclose(mood.usual(said[:6], answers[:6], use[:6], day[:6]), usual[:6])
    nobody = mood.usual(np.array([np.nan]), np.array([np.nan]), np.array([0.5]), np.array([0]))
    assert nobody == pytest.approx([0.7])


def test_a_mood_nobody_told_is_not_called_their_answers():
    by_name = {one.name: one for one in features.FEATURES}
    silent = {"mood": float("nan"), "usual_mood": 0.62}
    assert by_name["mood"].told(silent.__getitem__, 0.5) == (
        f"no answers in eight weeks, and those who use it as much give {words.percent(0.62)} of the best mark"
    )
    assert by_name["mood"].told({"mood": 0.4}.__getitem__, 0.8) == (
        f"answers at {words.percent(0.4)} of the best mark, {words.percent(0.8)} three months before"
    )
    assert by_name["goal_attainment"].told({"goal_attainment": float("nan")}.__getitem__, 0.5) == (
        "no goal measured"
    )


def test_all_that_is_told_by_one_figure_is_one_reason():
    columns = [
        Column("seat_use_14", Sort.NUMBER, "", np.array([0.1, 0.9])),
        Column("seat_use_7", Sort.NUMBER, "", np.array([0.1, 0.9])),
        Column(features.ROLLS, Sort.NUMBER, "", np.array([0.0, 0.0])),
    ]
    linear = belief.fit(columns, np.array([True, False]), features.BELIEFS, 10.0).linear
    some = Hazard(
        tuple(one.name for one in columns), linear, Calibration(1.0, 0.0), (0.0, 0.0), 1.0, np.eye(4)
    )
    parts = np.array([0.07, 0.06, 0.0])  # too little each, enough together
    values = {"seat_use_14": np.array([0.1])}
    assert scoring.reasons_of(some, parts, values, {"seat_use_14": np.array([0.5])}, 0) == (
        (f"{words.percent(0.1)} of seats used in two weeks, {words.percent(0.5)} three months before",),
        (),
    )


def test_months_before_losses_are_on_record_are_not_learnt_from():
    rng = np.random.default_rng(3)
    day = np.arange(600.0)
    left = (day > 300) & (rng.random(600) < 0.2)
    known = np.ones(600, dtype=bool)
    some = rows.Rows(np.arange(600), np.ones(600, dtype=np.int64), day, ~known, left, known)
    first = int(np.flatnonzero(left)[0])
    assert rows.watched(some, np.arange(600)).tolist() == list(range(first + 1, 600))
    lucky = np.arange(first - 5, 600)
    assert rows.watched(some, lucky).tolist() == lucky.tolist()
    nobody = np.arange(200)
    assert rows.watched(some, nobody).tolist() == nobody.tolist()
