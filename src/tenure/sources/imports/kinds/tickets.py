"""Tickets: one row per request for help, as it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.conversations.actions import TicketRow, upsert_ticket_columns
from tenure.conversations.models import Ticket, TicketVersion
from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.sources.imports.batches import column, floats, instants, texts
from tenure.sources.imports.forms import INSTANT, NUMBER, WHOLE, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.events import TIMESTAMP
from tenure.sources.imports.kinds.people import PERSON_ID

_MOST_MINUTES = 10_000_000
_MOST_TIMES = 1_000_000


def write(load: Load, batch: pa.Table) -> Written:
    """Write down what the rows say about tickets."""
    done = upsert_ticket_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    tickets = under(Ticket, load.workspace.id, texts(batch, "ticket_id"))
    return tickets, TicketVersion.objects.filter(ticket__in=tickets, superseded_at=None)


def _columns(batch: pa.Table) -> Columns[TicketRow]:
    words = ("ticket_id", "account_id", "person_id", "subject", "channel", "priority")
    said: dict[str, Sequence[Any]] = {
        **{name: texts(batch, name) for name in words},
        "opened_at": instants(batch, "created_at"),
        **{name: instants(batch, name) for name in ("first_reply_at", "solved_at")},
        **{name: column(batch, name) for name in ("replies", "reopens")},
        "handle_minutes": floats(batch, "handle_minutes"),
    }
    return Columns(TicketRow, said)


def not_before_created(column: str) -> Check:
    """The check that something happened after the ticket was opened."""
    return Check(
        column,
        f"{column} < created_at",
        "'is before the ticket was created, ' || created_at || '; nothing is answered before it is asked'",
    )


def not_in_future(column: str) -> Check:
    """The check that something has happened."""
    return Check(
        column,
        f"{column} > getvariable('now') + interval 1 day",
        "'lies in the future; leave it empty until it has happened'",
    )


def within(column: str, most: int) -> Check:
    """The check that a count is one."""
    return Check(column, f"{column} < 0 or {column} > {most}", "'is out of range; it is 0 or more'")


KINDS.add(
    Kind(
        name="tickets",
        title="Tickets",
        columns=(
            Column(
                "ticket_id",
                text(200),
                "the help desk's own id of the ticket",
                True,
                "ticketid ticketnumber ticket caseid casenumber case recordid conversationid "
                "issueid requestid id",
            ),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column(
                "person_id",
                text(200),
                "your id of who asked",
                also="requesterid requester contactname " + PERSON_ID,
            ),
            Column(
                "created_at",
                INSTANT,
                "when they asked",
                True,
                "createdat createdon created createdate createddate openedat opened openedon "
                "datetimeopened submittedat " + TIMESTAMP,
            ),
            Column(
                "first_reply_at",
                INSTANT,
                "when a person first answered; bots and automatic replies do not count",
                also="firstreplyat firstresponseat firstrespondedat firstresponse repliedat respondedat",
            ),
            Column(
                "solved_at",
                INSTANT,
                "when it was last solved; empty: open",
                also="solvedat resolvedat closedat solvedon resolvedon closedon solved "
                "resolved closed closedate "
                "closeddate datetimeclosed",
            ),
            Column("replies", WHOLE, "how often a person answered", also="replycount agentreplies responses"),
            Column(
                "reopens", WHOLE, "how often it was opened again", also="reopencount reopened timesreopened"
            ),
            Column(
                "handle_minutes",
                NUMBER,
                "minutes somebody worked on it",
                also="handletime handlingminutes handletimeminutes workminutes minutes",
            ),
            Column("subject", text(500), "what it is about", also="title topic summary ticketname"),
            Column(
                "channel",
                text(80),
                "how they asked: email, chat, phone",
                also="via source medium caseorigin origin",
            ),
            Column("priority", text(80), "how urgent it is", also="urgency severity prio casepriority"),
        ),
        checks=(
            not_in_future("created_at"),
            not_before_created("first_reply_at"),
            not_before_created("solved_at"),
            not_in_future("first_reply_at"),
            not_in_future("solved_at"),
            within("replies", _MOST_TIMES),
            within("reopens", _MOST_TIMES),
            within("handle_minutes", _MOST_MINUTES),
        ),
        key=("ticket_id",),
        write=write,
        about=about,
    )
)
