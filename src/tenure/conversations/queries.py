"""Reads about what customers asked for help with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenure.accounts.models import Account
from tenure.conversations.models import TicketVersion
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class TicketLine:
    """One ticket on an account's page, as known now; `solved_at` None: it is open."""

    ticket: str
    subject: str
    person: str
    person_id: str | None
    channel: str
    priority: str
    opened_at: datetime
    first_reply_at: datetime | None
    solved_at: datetime | None


def latest_tickets(access: Access, account_id: str, most: int = 50) -> list[TicketLine]:
    """An account's newest tickets, newest first. Http404 for strangers' accounts."""
    account = access.get(Account, account_id)
    rows = access.of(TicketVersion).filter(account=account, superseded_at=None)
    rows = rows.select_related("ticket", "person").order_by("-opened_at", "-id")
    return [_line(row) for row in rows[:most]]


def _line(row: TicketVersion) -> TicketLine:
    return TicketLine(
        ticket=row.ticket.external_id,
        subject=row.subject,
        person=str(row.person) if row.person else "",
        person_id=row.person_id,
        channel=row.channel,
        priority=row.priority,
        opened_at=row.opened_at,
        first_reply_at=row.first_reply_at,
        solved_at=row.solved_at,
    )
