"""Files of tickets and of goals."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tenure.conversations.models import TicketVersion
from tenure.plans.models import GoalVersion
from tests.sources.conftest import counts
from tests.sources.test_imports import problems


class TestTickets:
    FILE = (
        "ticket_id,account_id,person_id,created_at,first_reply_at,solved_at,replies,reopens,handle_minutes,"
        "subject,channel,priority\n"
        "T1,acme,ann,2026-03-02T09:00:00Z,2026-03-02T11:30:00Z,2026-03-03T08:00:00Z,2,0,12.5,Help,email,high\n"
        "T2,borealis,,2026-03-02 09:00,,,,,,,,\n"
    )

    def test_tickets_go_in_by_their_canonical_names_and_only_once(self, access, load):
        assert counts(load("tickets", self.FILE)) == (2, 0, 0, 0)
        assert counts(load("tickets", self.FILE)) == (0, 0, 2, 0)
        one = access.of(TicketVersion).get(ticket__external_id="T1")
        assert (one.first_reply_at, one.replies, one.handle_minutes, one.priority) == (
            datetime(2026, 3, 2, 11, 30, tzinfo=UTC), 2, 12.5, "high",
        )  # fmt: skip
        assert one.person.account.external_id == "acme"

    def test_a_help_desks_own_names_are_understood(self, access, load):
        text = (
            "Ticket Number,Company,Requester,Opened At,First Response At,Resolved At\n"
            "7,acme,ann,2026-03-02,2026-03-03,2026-03-04\n"
        )
        assert counts(load("tickets", text)) == (1, 0, 0, 0)
        assert access.of(TicketVersion).get().solved_at == datetime(2026, 3, 4, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("row", "says"),
        [
            (
                "T9,acme,2026-03-02,2026-03-01,",
                "first_reply_at '2026-03-01' is before the ticket was created",
            ),
            ("T9,acme,2026-03-02,,2026-03-01", "solved_at '2026-03-01' is before the ticket was created"),
            ("T9,acme,2126-03-02,,", "created_at '2126-03-02' lies in the future"),
            ("T9,,2026-03-02,,", "account_id is empty"),
        ],
    )
    def test_what_is_wrong_is_set_aside_and_the_rest_goes_in(self, access, load, row, says):
        header = "ticket_id,account_id,created_at,first_reply_at,solved_at\n"
        run = load("tickets", f"{header}T1,acme,2026-03-02,,\n{row}\n")
        assert counts(run) == (1, 0, 0, 1)
        assert problems(run)[3].startswith(says)


class TestGoals:
    FILE = (
        "goal_id,account_id,title,start_value,target_value,value,due\n"
        "G1,acme,Halve the reporting time,20,10,15,2026-12-31\n"
        "G2,borealis,Onboard 50 people,0,50,,\n"
    )

    def test_goals_go_in_as_of_the_imports_day_and_only_once(self, access, load):
        day = date(2026, 3, 8)
        assert counts(load("goals", self.FILE, as_of=day)) == (2, 0, 0, 0)
        assert counts(load("goals", self.FILE, as_of=date(2026, 3, 9))) == (0, 0, 2, 0)
        one = access.of(GoalVersion).get(goal__external_id="G1")
        assert (one.effective_on, one.value, one.due) == (day, 15, date(2026, 12, 31))

    def test_a_file_may_bring_the_history_of_a_value(self, access, load):
        text = (
            "goal_id,account_id,title,start_value,target_value,value,measured_on,aim,weight\n"
            "G1,acme,Reports,0,10,2,2026-01-01,,2\n"
            "G1,acme,Reports,0,10,6,2026-02-01,Reach,2\n"
            "G2,acme,Uptime,,99.5,99.9,2026-02-01,keep,\n"
        )
        assert counts(load("goals", text)) == (2, 1, 0, 0)
        assert counts(load("goals", text)) == (0, 0, 3, 0)

    @pytest.mark.parametrize(
        ("row", "says"),
        [
            (
                "G9,acme,Nothing,5,5,5,",
                "target_value '5' is the start_value too; to hold a level, write keep",
            ),
            ("G9,acme,Nothing,,5,5,", "start_value is missing"),
            ("G9,acme,Nothing,1,5,much,", "value 'much' is not a number"),
            ("G9,acme,Nothing,1,5,2,lost", "status 'lost' is not known; write open, dropped or agreed"),
        ],
    )
    def test_what_is_wrong_is_set_aside_and_the_rest_goes_in(self, access, load, row, says):
        header = "goal_id,account_id,title,start_value,target_value,value,status\n"
        run = load("goals", f"{header}G1,acme,Reports,0,10,2,\n{row}\n")
        assert counts(run) == (1, 0, 0, 1)
        assert problems(run)[3].startswith(says)
