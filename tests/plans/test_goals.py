"""Goals keep the history of their values; corrections of a day become versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.plans import rules
from tenure.plans.actions import GoalRow, upsert_goal_columns
from tenure.plans.models import Goal, GoalVersion
from tenure.plans.queries import goals_of
from tenure.plans.rules import Stand, progress, step_of
from tests.columns import in_columns

MARCH = date(2026, 3, 1)
GOAL = GoalRow("acme", "Halve the reporting time", 10, MARCH, goal_id="G1", start_value=20, value=20)


def versions(access):
    return list(access.of(GoalVersion).order_by("effective_on", "recorded_at", "id"))


def test_a_value_has_a_history_that_counts_from_its_days(access):
    rows = [replace(GOAL, effective_on=MARCH + timedelta(days=30), value=15), GOAL]
    found = upsert_goal_columns(access.workspace, in_columns(rows))
    assert (found.added, found.changed) == (1, 1)
    assert [(one.value, one.recorded_at) for one in versions(access)] == [
        (20, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (15, datetime(2026, 3, 31, 12, tzinfo=UTC)),
    ]
    assert upsert_goal_columns(access.workspace, in_columns(rows)).same == 2


def test_a_corrected_value_of_a_day_counts_from_now_on(access):
    upsert_goal_columns(access.workspace, in_columns([GOAL]))
    start = clock.now()
    assert upsert_goal_columns(access.workspace, in_columns([replace(GOAL, value=18)])).changed == 1
    before, after = versions(access)
    assert before.superseded_at == after.recorded_at >= start


def test_two_statements_of_a_day_in_one_file_leave_one_in_force(access):
    upsert_goal_columns(access.workspace, in_columns([GOAL, replace(GOAL, value=12)]))
    assert [one.value for one in versions(access) if one.superseded_at is None] == [12]


def test_no_value_said_is_the_value_as_it_was(access):
    upsert_goal_columns(access.workspace, in_columns([GOAL]))
    later = replace(GOAL, effective_on=MARCH + timedelta(days=9), value=None, status="dropped")
    upsert_goal_columns(access.workspace, in_columns([later]))
    assert [(one.value, one.status) for one in versions(access)] == [(20, "open"), (20, "dropped")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(GOAL, target_value=20), "target_value is the start_value, 20; to hold a level"),
        (replace(GOAL, start_value=None), "start_value is missing"),
        (replace(GOAL, aim="win"), "write reach or keep"),
        (replace(GOAL, status="lost"), "write open, dropped or agreed"),
        (replace(GOAL, weight=0), "not above 0"),
    ],
)
def test_a_goal_nobody_can_be_said_to_have_reached_is_refused(access, wrong, says):
    with pytest.raises(ValueError, match=says):
        upsert_goal_columns(access.workspace, in_columns([wrong]))
    assert not access.of(Goal).exists()


def test_goals_of_an_account_as_of_a_day_and_of_nobody_else_s(access, neighbour):
    upsert_goal_columns(
        access.workspace, in_columns([GOAL, replace(GOAL, effective_on=MARCH + timedelta(days=30), value=15)])
    )
    account = access.of(Account).get()
    assert [one.progress for one in goals_of(access, account.pk, MARCH)] == [0]
    assert [one.progress for one in goals_of(access, account.pk)] == [0.5]
    with pytest.raises(Http404):
        goals_of(neighbour, account.pk)


numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers, numbers)
def test_progress_lies_between_start_and_target(start, target, value):
    if rules.problem(rules.REACH, start, target, 1, rules.OPEN):
        return
    found = progress(Stand("acme", "", target, MARCH, start_value=start, value=value))
    assert 0 <= found <= 1
    assert progress(Stand("acme", "", target, MARCH, start_value=start, value=start)) == 0
    assert progress(Stand("acme", "", target, MARCH, start_value=start, value=target)) == 1


stands = st.builds(
    Stand,
    st.just("acme"),
    st.just("Goal"),
    st.just(10.0),
    st.integers(0, 5).map(lambda day: MARCH + timedelta(days=day)),
    start_value=st.just(0.0),
    value=st.none() | st.integers(0, 10).map(float),
)


@given(st.lists(stands, max_size=8))
def test_a_day_has_one_stand_and_saying_it_again_adds_nothing(said):
    record: list[Stand] = []
    for one in said:
        if step := step_of(record, one):
            record = [kept for kept in record if kept != step.replaces] + [step.stand]
            assert step_of(record, step.stand) is None
    days = [one.effective_on for one in record]
    assert len(days) == len(set(days))
