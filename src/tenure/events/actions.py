"""Writes about events: loading many at once, and putting through what was set aside."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from tenure.accounts import actions as accounts
from tenure.accounts.rules import clean_text
from tenure.collector.intake import Row
from tenure.events import drain, lake, loading, views
from tenure.events.models import EventName, RejectedEvent
from tenure.events.unpack import Rejected, as_request, micros
from tenure.kit import clock, leases
from tenure.kit.ids import new_id
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

REPLAY = "replay"
LONGEST_DESCRIPTION = 1_000
Mend = Callable[[str], str]

_REPLAY_SECONDS = 120
_REPLAY_STEPS = (drain.unpack_rows, drain.correct_clock, drain.drop_bots, drain.resolve)
_DEFAULTS = {"kind": "track", "properties": "{}", "context": "{}"}
_SEEN = ("person_ref", "account_ref", "occurred_at")
_NEEDED = ("message_id", "event", "occurred_at")

_KNOWN = """
    SELECT DISTINCT message_id FROM incoming SEMI JOIN (
        SELECT message_id FROM raw_events WHERE NOT (stream = $stream AND position = $position)
    ) USING (message_id)"""

_PEOPLE = """
    SELECT person_ref, arg_max(account_ref, occurred_at) FILTER (account_ref IS NOT NULL)
    FROM incoming WHERE person_ref IS NOT NULL GROUP BY person_ref"""


@dataclass(frozen=True)
class Loaded:
    """What became of a batch of events. No `account_ids`: too many to list, or none."""

    added: int
    duplicates: int
    first_day: str  # ISO date of the earliest added, UTC
    account_ids: tuple[str, ...] = ()


def load_events(workspace: Workspace, table: pa.Table, *, stream: str, position: int, source: str) -> Loaded:
    """Load events by the thousand; message ids that the lake has for these months are left out.

    `table` has `message_id`, `event`, `occurred_at` (UTC) without nulls, `account_ref` and/or
    `person_ref`, and may have `kind` (track), `received_at` (now), `properties` and `context` (JSON).
    A stream's positions grow from 1; the same place twice is a replay and changes nothing.
    """
    incoming = _complete(table, stream, position, source)
    if not incoming.num_rows:
        return Loaded(0, 0, loading.first_day(incoming))
    with views.as_collected(workspace, *_months(incoming)) as connection:
        # Only what is asked for: moving all of an event through the engine costs more than the answer.
        connection.register("incoming", incoming.select(["message_id", *_SEEN]))
        known = connection.sql(_KNOWN, params={"stream": stream, "position": position}).to_arrow_table()
        people = dict(connection.execute(_PEOPLE).fetchall())
        [(different,)] = connection.execute("SELECT count(DISTINCT message_id) FROM incoming").fetchall()
    once = incoming if different == incoming.num_rows else _first_of_each(incoming)
    new = _without(once, known["message_id"])
    _resolve(workspace, new, people)
    touched = loading.store(workspace, new, stream, position) if new.num_rows else ()
    return Loaded(new.num_rows, incoming.num_rows - new.num_rows, loading.first_day(new), touched)


def _without(incoming: pa.Table, known: pa.ChunkedArray) -> pa.Table:
    if not len(known):
        return incoming
    return incoming.filter(pc.invert(pc.is_in(incoming["message_id"], value_set=known.combine_chunks())))


def _first_of_each(incoming: pa.Table) -> pa.Table:
    """Of events of one message id, the earliest."""
    numbers = pa.array(np.arange(incoming.num_rows))
    in_time = incoming.append_column("number", numbers).sort_by([("occurred_at", "ascending")])
    first = in_time.group_by("message_id", use_threads=False).aggregate([("number", "first")])
    return incoming.take(first["number_first"].sort())


class BusyError(Exception):
    """Somebody else is putting events through at this moment; try again."""


@dataclass(frozen=True)
class Replayed:
    """How many went through, and what is still wrong with the others, by their number."""

    done: int
    still_wrong: Mapping[int, str]


def replay(access: Access, ids: Collection[int], mend: Mend | str | None = None) -> Replayed:
    """Put rejected events through again, as they came or mended (by a function of the body, or a new body).

    They count as received when they first were. What is in the lake already is not added again. Raises
    BusyError while another replay of the workspace runs.
    """
    access.require(Right.LOAD)
    lease, holder = f"replay:{access.workspace.id}", new_id()
    if not leases.take(lease, holder, _REPLAY_SECONDS):
        raise BusyError("another replay of this workspace is running; try again in a moment")
    try:
        waiting = list(access.of(RejectedEvent).filter(pk__in=ids, replayed_at=None))
        done = _replay(access.workspace, waiting, mend)
        access.log("replayed events", f"{done.done} went through, {len(done.still_wrong)} still cannot")
        return done
    finally:
        leases.release(lease, holder)


def _replay(workspace: Workspace, waiting: Sequence[RejectedEvent], mend: Mend | str | None) -> Replayed:
    bodies = {one.pk: _mended(one.latest, mend) for one in waiting}
    batch = drain.Batch(workspace, REPLAY, [_row(one, bodies[one.pk]) for one in waiting])
    for step in _REPLAY_STEPS:
        batch = step(batch)
    if batch.events:
        position = lake.position(workspace.id, lake.EVENTS, REPLAY) + 1
        load_events(workspace, drain.observed(batch), stream=REPLAY, position=position, source=REPLAY)
        drain.dedupe(batch)  # not to leave any out, but so that a client who sends it again is noticed
    wrong = {one.position: one for one in batch.rejected}
    done = [one.pk for one in waiting if one.pk not in wrong]
    RejectedEvent.objects.filter(pk__in=done).update(replayed_at=clock.now())
    if not isinstance(mend, str):  # who is still writing has not given up
        _keep_what_is_wrong([one for one in waiting if one.pk in wrong], wrong, bodies)
    return Replayed(len(done), {number: one.says for number, one in wrong.items()})


def would_go(workspace: Workspace, waiting: Sequence[RejectedEvent], mend: Mend) -> Mapping[int, Rejected]:
    """What would still be wrong with rejected events if they were mended so, by their number."""
    batch = drain.Batch(workspace, REPLAY, [_row(one, mend(one.latest)) for one in waiting])
    return {one.position: one for one in drain.correct_clock(drain.unpack_rows(batch)).rejected}


def _keep_what_is_wrong(
    rows: Sequence[RejectedEvent], wrong: Mapping[int, Rejected], bodies: Mapping[int, str]
) -> None:
    """Say of each what is wrong with it now, and go on from where the mending got."""
    for row in rows:
        row.reason, row.says = wrong[row.pk].reason.value, wrong[row.pk].says
        row.mended = bodies[row.pk] if bodies[row.pk] != row.body else ""
    RejectedEvent.objects.bulk_update(rows, ["reason", "says", "mended"], batch_size=200)


def _mended(body: str, mend: Mend | str | None) -> str:
    if mend is None:
        return body
    return mend if isinstance(mend, str) else mend(body)


def _row(rejected: RejectedEvent, body: str) -> Row:
    """A request of its own for a mended event, in place of the one it came with."""
    return Row(
        stream=REPLAY,
        position=rejected.pk,
        workspace_id=rejected.workspace_id,
        key_id=REPLAY,
        path="batch",
        received_at=micros(rejected.received_at),
        agent="",
        body=as_request(body, f"{rejected.stream}-{rejected.position}-{rejected.index}"),
    )


def _resolve(workspace: Workspace, new: pa.Table, people: Mapping[str, str | None]) -> None:
    refs = [ref for ref in new["account_ref"].unique().to_pylist() if ref]
    arrived = set(new["person_ref"].unique().to_pylist())
    accounts.resolve(workspace, refs, {ref: people[ref] for ref in people if ref in arrived})


def _complete(table: pa.Table, stream: str, position: int, source: str) -> pa.Table:
    """The table with every column of the lake. ValueError names what is missing."""
    for name in _NEEDED:
        if name not in table.column_names or table[name].null_count:
            raise ValueError(f"events need {name!r} in every row")
    occurred = table["occurred_at"].cast(pa.timestamp("us", "UTC"))
    same = {"stream": stream, "position": position, "source": source}
    columns = [_column(table, field, same.get(field.name)) for field in lake.SCHEMA]
    complete = pa.table(columns, schema=lake.SCHEMA)
    return complete.set_column(complete.schema.get_field_index("month"), "month", _month_of(occurred))


def _month_of(occurred: pa.ChunkedArray) -> pa.ChunkedArray:
    """Months in words: each put in words once, since that is dear."""
    months = pc.floor_temporal(occurred, unit="month").combine_chunks().dictionary_encode()
    words = pc.strftime(months.dictionary, format="%Y-%m")
    return pa.chunked_array([words.take(months.indices)])


def _column(table: pa.Table, field: pa.Field, same: object) -> pa.ChunkedArray | pa.Array:
    """A column of the lake: the same for all, given, or by default."""
    if same is not None:
        return pa.repeat(pa.scalar(same, field.type), table.num_rows)
    default = clock.now() if field.name == "received_at" else _DEFAULTS.get(field.name)
    if field.name not in table.column_names:
        return pa.repeat(pa.scalar(default, field.type), table.num_rows)
    given = table[field.name].cast(field.type)
    return given if default is None else given.fill_null(pa.scalar(default, field.type))


def _months(incoming: pa.Table) -> tuple[date, date]:
    """The first and the last day of the months concerned."""
    span = pc.min_max(incoming["occurred_at"])
    first, last = span["min"].as_py().date(), span["max"].as_py().date()
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


@transaction.atomic
def describe(access: Access, name_id: int, description: str, *, is_retired: bool) -> EventName:
    """Say in words what an event means, and whether it is no longer sent on purpose."""
    access.require(Right.LOAD)
    name = access.get(EventName, name_id)
    said = clean_text(description, LONGEST_DESCRIPTION)
    if (name.description, name.is_retired) != (said, is_retired):
        name.description, name.is_retired = said, is_retired
        name.described_by, name.described_at = access.who, clock.now()
        name.save(update_fields=["description", "is_retired", "described_by", "described_at"])
        access.log("described event", f"{name.event}{' (no longer sent)' if is_retired else ''}: {said}")
    return name
