"""Writes about what we did with a customer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from tenure.accounts.actions import Upserted, resolve
from tenure.accounts.models import Account
from tenure.accounts.queries import accounts_by_ref, in_chunks
from tenure.kit import clock, upserts
from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
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


@dataclass(frozen=True)
class NoteRow:
    """What a source says that somebody wrote down; ids are the source's own."""

    account_id: str
    author: str
    text: str
    happened_at: datetime

    @property
    def key(self) -> str:
        """The same words of the same author about the same customer at the same instant are one note."""
        at = self.happened_at.astimezone(UTC).isoformat()
        return hashlib.sha256("\x1f".join([self.account_id, self.author, at, self.text]).encode()).hexdigest()


def upsert_notes(workspace: Workspace, rows: Sequence[NoteRow]) -> Upserted:
    """Add notes not known yet. Accounts not known yet are added bare."""
    resolve(workspace, {row.account_id for row in rows}, {})
    accounts = accounts_by_ref(workspace.id, {row.account_id for row in rows})
    said = {row.key: _note(workspace, accounts[row.account_id], row) for row in rows}
    added = 0
    for chunk in in_chunks(said):
        with transaction.atomic():
            some = {key: said[key] for key in chunk}
            added += len(upserts.by_external_id(Note, workspace.id, some, ()).added)
    return Upserted(added, 0, len(said) - added)


def _note(workspace: Workspace, account_id: str, row: NoteRow) -> Note:
    return Note(
        workspace=workspace,
        account_id=account_id,
        author=row.author,
        text=row.text,
        happened_at=row.happened_at,
        external_id=row.key,
    )


@transaction.atomic
def remove_note(access: Access, note_id: str) -> None:
    """Take back a note of one's own; somebody else's stays."""
    access.require(Right.WORK)
    access.of(Note).filter(pk=note_id, author=access.who).delete()
