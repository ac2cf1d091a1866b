"""Tickets go in once, grow as the help desk goes on, and corrections count from when they were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.conversations import rules
from tenure.conversations.actions import TicketRow, upsert_ticket_columns
from tenure.conversations.models import Ticket, TicketVersion
from tenure.conversations.queries import latest_tickets
from tenure.conversations.rules import Told
from tenure.kit import changes, clock
from tests.columns import in_columns

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPEN = TicketRow("acme", ASKED, "ann", ticket_id="T1", subject="Export hangs", channel="email")
SOLVED = replace(OPEN, first_reply_at=ASKED + timedelta(hours=2), solved_at=ASKED + timedelta(days=1))


def versions(access):
    return list(access.of(TicketVersion).order_by("recorded_at", "id"))


def test_the_same_ticket_again_changes_nothing(access):
    first, again = (upsert_ticket_columns(access.workspace, in_columns([SOLVED])) for _ in range(2))
    assert (first.added, again.same) == (1, 1)
    [version] = versions(access)
    assert (version.person.external_id, version.recorded_at) == ("ann", ASKED)


def test_a_reply_and_a_solution_count_from_when_they_happened(access):
    upsert_ticket_columns(access.workspace, in_columns([OPEN]))
    assert upsert_ticket_columns(access.workspace, in_columns([SOLVED])).changed == 1
    before, after = versions(access)
    assert before.superseded_at == after.recorded_at == SOLVED.first_reply_at
    assert after.superseded_at is None


def test_a_correction_counts_from_now_on(access):
    upsert_ticket_columns(access.workspace, in_columns([SOLVED]))
    start = clock.now()
    upsert_ticket_columns(
        access.workspace, in_columns([replace(SOLVED, first_reply_at=ASKED + timedelta(hours=1))])
    )
    before, after = versions(access)
    assert before.superseded_at == after.recorded_at >= start


def test_what_is_left_out_stays_and_a_reopened_one_is_open_again(access):
    upsert_ticket_columns(access.workspace, in_columns([SOLVED]))
    upsert_ticket_columns(access.workspace, in_columns([replace(OPEN, subject="", replies=3)]))
    latest = versions(access)[-1]
    assert (latest.subject, latest.solved_at, latest.replies) == ("Export hangs", SOLVED.solved_at, 3)
    upsert_ticket_columns(access.workspace, in_columns([replace(OPEN, reopens=1)]))
    assert versions(access)[-1].solved_at is None


def test_one_that_moved_to_another_account_says_so_in_both(access):
    upsert_ticket_columns(access.workspace, in_columns([OPEN]))
    moved = replace(OPEN, account_id="borealis", person_id=None)
    upsert_ticket_columns(access.workspace, in_columns([moved]))
    assert access.of(Ticket).get().account.external_id == "borealis"
    assert [one.account.external_id for one in versions(access)] == ["acme", "borealis"]


def test_only_a_write_moves_the_counter(access):
    upsert_ticket_columns(access.workspace, in_columns([OPEN]))
    moved = changes.counts(access.workspace.id)["ticket"]
    upsert_ticket_columns(access.workspace, in_columns([OPEN]))
    assert changes.counts(access.workspace.id)["ticket"] == moved


def test_newest_tickets_of_an_account_and_of_nobody_else_s(access, neighbour):
    later = replace(OPEN, ticket_id="T2", opened_at=ASKED + timedelta(days=3), person_id=None)
    upsert_ticket_columns(access.workspace, in_columns([SOLVED, later]))
    account = access.of(Account).get()
    assert [(one.ticket, one.person) for one in latest_tickets(access, account.pk)] == [
        ("T2", ""),
        ("T1", "ann"),
    ]
    with pytest.raises(Http404):
        latest_tickets(neighbour, account.pk)


moments = st.none() | st.integers(0, 9).map(lambda hours: ASKED + timedelta(hours=hours))
told = st.builds(
    Told,
    st.sampled_from(["acme", "borealis"]),
    st.just(ASKED),
    person_id=st.sampled_from([None, "ann"]),
    first_reply_at=moments,
    solved_at=moments,
    replies=st.none() | st.integers(0, 3),
    reopens=st.none() | st.integers(0, 3),
)


@given(told, told)
def test_what_was_completed_says_everything_that_was_said_and_completing_twice_is_once(known, said):
    found = rules.completed(said, known)
    for name in rules.NAMES:
        if getattr(said, name) not in (None, ""):
            assert getattr(found, name) == getattr(said, name)
    assert rules.completed(found, found) == found


@given(told, told)
def test_what_is_learnt_as_of_its_day_takes_back_nothing_known_before(known, said):
    said = rules.completed(said, known)
    at = rules.learnt_at(known, said)
    if at is not None:
        assert known.first_reply_at in (None, said.first_reply_at)
        assert at in (said.first_reply_at, said.solved_at)
