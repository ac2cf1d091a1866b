"""Notes: one row per thing that somebody wrote down about a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.sources.imports.batches import column, instants, texts
from tenure.sources.imports.forms import INSTANT, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.events import TIMESTAMP
from tenure.touchpoints.actions import LONGEST, NoteRow, note_keys, upsert_note_columns
from tenure.touchpoints.models import Note

NOBODY = "imported"
_NOTE_KINDS = ", ".join(f"'{one}'" for one in Note.KINDS)


def write(load: Load, batch: pa.Table) -> Written:
    """Add notes not known yet."""
    done = upsert_note_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    return (under(Note, load.workspace.id, note_keys(_columns(batch))),)


def _columns(batch: pa.Table) -> Columns[NoteRow]:
    said: dict[str, Sequence[Any]] = {
        "account_id": texts(batch, "account_id"),
        "author": [one or NOBODY for one in column(batch, "author")],
        "text": texts(batch, "text"),
        "happened_at": instants(batch, "timestamp"),
        "kind": texts(batch, "note_kind"),
    }
    return Columns(NoteRow, said)


KINDS.add(
    Kind(
        name="notes",
        title="Notes",
        columns=(
            Column("timestamp", INSTANT, "when it was written", True, "writtenat notedate " + TIMESTAMP),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column(
                "author",
                text(254),
                "who wrote it, by e-mail address or name",
                also="authoremail writtenby createdby by user owner",
            ),
            Column(
                "text",
                text(LONGEST),
                "what was written",
                True,
                "note notes body content comment description summary",
            ),
            Column("note_kind", text(2000), "note, call, meeting or email; a note if left out"),
        ),
        checks=(
            Check(
                "timestamp",
                "timestamp > getvariable('now') + interval 1 day",
                "'lies in the future; a note has been written'",
            ),
        ),
        computed={
            "note_kind": f"case when lower(note_kind) in ({_NOTE_KINDS}) then lower(note_kind) "
            "else 'note' end"
        },
        key=("account_id", "timestamp", "author", "text"),
        write=write,
        about=about,
    )
)
