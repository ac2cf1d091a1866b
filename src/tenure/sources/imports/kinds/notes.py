"""Notes: one row per thing that somebody wrote down about a customer."""

from __future__ import annotations

import pyarrow as pa

from tenure.sources.imports.forms import INSTANT, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.events import TIMESTAMP
from tenure.touchpoints.actions import LONGEST, NoteRow, upsert_notes

NOBODY = "imported"


def write(load: Load, batch: pa.Table) -> Written:
    """Add notes not known yet."""
    rows = [
        NoteRow(row["account_id"], row["author"] or NOBODY, row["text"], row["timestamp"])
        for row in batch.to_pylist()
    ]
    done = upsert_notes(load.workspace, rows)
    return Written(done.added, done.changed, done.same)


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
        ),
        checks=(
            Check(
                "timestamp",
                "timestamp > getvariable('now') + interval 1 day",
                "'lies in the future; a note has been written'",
            ),
        ),
        key=("account_id", "timestamp", "author", "text"),
        write=write,
    )
)
