"""Writes about what we did with a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

LONGEST = 10_000


@transaction.atomic
def write_note(access: Access, account_id: str, text: str, happened_at: datetime | None = None) -> Note:
    """Keep what somebody wrote about an account, in their name. ValueError if it is empty or too long."""
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a note has 1 to {LONGEST:,} letters, not {len(text):,}")
    return Note.objects.create(
        workspace=access.workspace,
        account=account,
        author=access.who,
        text=text,
        happened_at=happened_at or clock.now(),
    )


@transaction.atomic
def remove_note(access: Access, note_id: str) -> None:
    """Take back a note of one's own; somebody else's stays."""
    access.require(Right.WORK)
    access.of(Note).filter(pk=note_id, author=access.who).delete()
