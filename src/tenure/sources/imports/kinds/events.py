"""Events: one row per thing somebody did; further columns become properties."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tenure.events import views
from tenure.events.actions import load_events
from tenure.events.undoing import note_repeats
from tenure.events.unpack import KINDS as CALLS
from tenure.sources.imports.forms import INSTANT, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID
from tenure.sources.imports.kinds.people import PERSON_ID

TIMESTAMP = (
    "time date datetime at occurredat createdat happenedat eventtime eventtimestamp eventdate ts "
    "originaltimestamp"
)

_CALLS = ", ".join(f"'{one}'" for one in CALLS)


def write(load: Load, batch: pa.Table) -> Written:
    """Append the events to the lake; those whose message id is there already are the same."""
    rows = len(batch)
    loaded = load_events(
        load.workspace,
        pa.table(
            {
                "message_id": batch["message_id"],
                "kind": batch["event_kind"],
                "event": batch["event"],
                "account_ref": batch["account_id"],
                "person_ref": batch["person_id"],
                "occurred_at": pc.cast(batch["timestamp"], pa.timestamp("us", "UTC")),
                "received_at": pa.array([load.started_at] * rows, pa.timestamp("us", "UTC")),
                "properties": batch["further"],
                "context": pa.repeat("{}", rows),
            }
        ),
        stream=load.run_id,
        position=load.position,
        source=load.run_id,
    )
    if loaded.duplicates:
        note_repeats(load.workspace, batch["message_id"], load.run_id, load.position)
    return Written(added=loaded.added, same=loaded.duplicates)


def would(load: Load, batch: pa.Table) -> Written:
    """How many of the events are not in the lake yet."""
    with views.connect(load.workspace) as lake:
        lake.register("incoming", batch)
        [(known,)] = lake.execute(
            "select count(*) from incoming semi join raw_events using (message_id)"
        ).fetchall()
    return Written(added=len(batch) - known, same=known)


KINDS.add(
    Kind(
        name="events",
        title="Events",
        columns=(
            Column(
                "timestamp", INSTANT, "when it happened; without a zone, in the workspace's", True, TIMESTAMP
            ),
            Column("account_id", text(200), "your id of the customer", also=ACCOUNT_ID),
            Column("person_id", text(200), "your id of the person", also=PERSON_ID),
            Column(
                "event",
                text(200),
                "what happened, in a few words",
                True,
                "eventname eventtype action activity name type",
            ),
            Column(
                "message_id",
                text(200),
                "the event's own id, if it has one",
                also="messageid eventid uuid insertid id",
            ),
            Column(
                "event_kind",
                text(2000),
                "the call that told of it, as exports name it: track, page or another",
            ),
        ),
        checks=(
            Check(
                "person_id",
                "person_id is null and account_id is null",
                "'is missing, and so is the account; an event needs a person, an account, or both'",
            ),
            Check(
                "timestamp",
                "timestamp > getvariable('now') + interval 1 day",
                "'lies in the future; an event has happened'",
            ),
        ),
        computed={
            "event_kind": f"case when lower(event_kind) in ({_CALLS}) then lower(event_kind) else 'track' end"
        },
        late={"message_id": "'import-' || digest || '-' || occurrence"},
        key=("message_id",),
        repeats_are_same=True,
        further="properties",
        write=write,
        batch_rows=100_000,
        is_record=False,
        would=would,
    )
)
