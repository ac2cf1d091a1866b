"""Answers go in once, are corrected, and are checked against their survey's scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account, Person
from tenure.feedback import actions, queries, rules
from tenure.feedback.actions import ResponseRow
from tenure.feedback.models import Response

ANN = ResponseRow("nps", "acme", datetime(2026, 3, 1, 9, tzinfo=UTC), "ann", 9, "Saves us a day a week")
NOBODY = ResponseRow("csat", "acme", datetime(2026, 3, 1, tzinfo=UTC), score=4)


def test_the_same_answer_again_changes_nothing(access):
    first = actions.upsert_responses(access.workspace, [ANN, NOBODY])
    again = actions.upsert_responses(access.workspace, [ANN, NOBODY])
    assert (first.added, again.added, again.same) == (2, 0, 2)
    answer = access.of(Response).get(survey="nps")
    assert answer.person == access.of(Person).get(external_id="ann")
    assert answer.recorded_at == answer.responded_at


def test_a_person_s_answer_is_corrected_in_place(access):
    actions.upsert_responses(access.workspace, [ANN])
    found = actions.upsert_responses(access.workspace, [replace(ANN, score=3)])
    assert (found.added, found.changed) == (0, 1)
    assert access.of(Response).get().score == 3


def test_unsigned_answers_alike_in_everything_both_count(access):
    twice = [NOBODY, replace(NOBODY, occurrence=2)]
    assert actions.upsert_responses(access.workspace, twice).added == 2
    assert actions.upsert_responses(access.workspace, twice).same == 2


@pytest.mark.parametrize(
    ("survey", "score"), [("nps", 11), ("nps", -1), ("nps", 7.5), ("csat", 0), ("ces", 8)]
)
def test_a_score_off_the_scale_is_refused_with_the_scale(access, survey, score):
    with pytest.raises(ValueError, match="must be a whole number from"):
        actions.upsert_responses(access.workspace, [replace(ANN, survey=survey, score=score)])
    assert not access.of(Response).exists()


@given(st.floats(-20, 20), st.sampled_from(sorted(rules.SCALES)))
def test_every_point_of_a_scale_has_a_tone_and_no_other_number_is_a_point(score, survey):
    scale = rules.SCALES[survey]
    points = range(scale.lowest, scale.highest + 1)
    assert (rules.wrong_score(survey, score) == "") == (score in points)
    assert {rules.tone(survey, point) for point in points} == {"good", "fair", "poor"}


def test_own_surveys_have_no_scale():
    assert rules.wrong_score("onboarding", 42) == ""
    assert rules.tone("onboarding", 42) == ""


def test_latest_answers_of_an_account_and_of_nobody_else_s(access, neighbour):
    actions.upsert_responses(access.workspace, [ANN, NOBODY])
    account = access.of(Account).get()
    answers = queries.latest_answers(access, account.pk)
    assert [(one.survey, one.tone, one.person) for one in answers] == [
        ("nps", "good", "ann"),
        ("csat", "good", ""),
    ]
    with pytest.raises(Http404):
        queries.latest_answers(neighbour, account.pk)
