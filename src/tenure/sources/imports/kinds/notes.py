"""Notes: one row per thing that somebody wrote down about a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.sources.imports.batches import rows
from tenure.sources.imports.forms import INSTANT, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.events import TIMESTAMP
from tenure.touchpoints.actions import LONGEST, NoteRow, upsert_notes
from tenure.touchpoints.models import Note

NOBODY = "imported"
_NOTE_KINDS = ", ".join(f"'{one}'" for one in Note.KINDS)


def write(load: Load, batch: pa.Table) -> Written:
    """Add notes not known yet."""
    done = upsert_notes(load.workspace, _rows(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    keys = [row.key for row in _rows(batch)]
    return (Note.objects.filter(workspace=load.workspace, external_id__in=keys),)


def _rows(batch: pa.Table) -> list[NoteRow]:
    return [
        NoteRow(row["account_id"], row["author"] or NOBODY, row["text"], row["timestamp"], row["note_kind"])
        for row in rows(batch)
    ]


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
