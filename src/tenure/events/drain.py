"""The drain: what the intake holds becomes events in the lake, each exactly once, whatever dies when.

A batch is what one workspace sent on a stretch of one stream. It goes through named steps; every step
may be repeated: a crash anywhere leaves the rows in the intake, and the next run begins anew with them.
What was reached before is recognised by its place (stream, position): by the memory of message ids, by
the rejected events, and by the lake, which knows how far each stream is. Only then are rows forgotten.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pyarrow as pa

from tenure.accounts import actions as accounts
from tenure.accounts.statements import SDK
from tenure.collector import intake
from tenure.collector.intake import Row
from tenure.events import lake, leftout, loading, mending, rejected, retention, rules, seen
from tenure.events.leftout import Drop, Dropped
from tenure.events.mending import AnyRule
from tenure.events.models import RejectedEvent
from tenure.events.rules import Micros
from tenure.events.traits import Said, said
from tenure.events.unpack import Event, Reason, Rejected, as_request, as_sent, unpack
from tenure.kit import live
from tenure.workspaces.access import all_workspaces
from tenure.workspaces.models import Workspace

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS_A_DAY = 86_400_000_000
_POISON = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


@dataclass
class Batch:
    """A workspace's part of a stretch of a stream, on its way through the steps."""

    workspace: Workspace
    stream: str
    rows: Sequence[Row]
    events: list[Event] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


@dataclass(frozen=True)
class Drained:
    """What a run did: requests taken, events stored by workspace, set aside, and dropped by reason."""

    rows: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    dropped: Counter[Drop] = field(default_factory=Counter)

    @property
    def events(self) -> int:
        """How many events were stored."""
        return self.stored.total()

    def __add__(self, other: Drained) -> Drained:
        return Drained(
            self.rows + other.rows,
            self.stored + other.stored,
            self.rejected + other.rejected,
            self.dropped + other.dropped,
        )


def run_once(most_rows: int = 1_000, most_bytes: int = 16 << 20) -> Drained:
    """Drain a stretch of every stream; `rows` is 0 when nothing waits.

    Meant for one drain at a time; two at once do needless work but store nothing twice.
    """
    total = Drained()
    with closing(intake.connect()) as db:
        stretches = [intake.read(db, stream, 0, most_rows, most_bytes) for stream in intake.streams(db)]
        waiting = [rows for rows in stretches if rows]
        _forget_old_messages(waiting)
        for rows in waiting:
            total += _drain(rows)
            intake.forget(db, rows[-1].stream, rows[-1].position)
    return total


def take(workspace: Workspace, stream: str, rows: Sequence[Row]) -> Batch:
    """Put one workspace's rows of a stream through the steps."""
    batch = Batch(workspace, stream, rows)
    for step in STEPS:
        batch = step(batch)
    return batch


def unpack_rows(batch: Batch) -> Batch:
    """Read the events out of the requests; set aside those that cannot be read."""
    for row in batch.rows:
        for one in unpack(row):
            if isinstance(one, Event):
                batch.events.append(one)
            else:
                batch.rejected.append(one)
    return batch


def correct_clock(batch: Batch) -> Batch:
    """Say when each happened by our clock; set aside what lies before all time."""
    for event in batch.events:
        event.occurred_at = rules.happened_at(event.original, event.sent, event.received_at)
    early = [event for event in batch.events if event.occurred_at < rules.EARLIEST]
    if early:
        batch.rejected += [_too_early(batch, event) for event in early]
        batch.events = [event for event in batch.events if event.occurred_at >= rules.EARLIEST]
    return batch


def mend(batch: Batch) -> Batch:
    """Mend what would be set aside by the rules that somebody keeps for its reason."""
    kept = rejected.kept_rules(batch.workspace) if batch.rejected else {}
    if not kept:
        return batch
    rows = {row.position: row for row in batch.rows}
    again = (_reread(rows[one.position], one, kept.get(one.reason.value, ())) for one in batch.rejected)
    fixed = [event for event in again if event]
    part = correct_clock(Batch(batch.workspace, batch.stream, batch.rows, events=fixed))
    places = {(event.position, event.index) for event in part.events}
    batch.events += part.events
    batch.rejected = [one for one in batch.rejected if (one.position, one.index) not in places]
    return batch


def drop_bots(batch: Batch) -> Batch:
    """Leave out what crawlers and monitors did."""
    return _keep(batch, [not rules.is_bot(event.agent) for event in batch.events], Drop.BOT)


def dedupe(batch: Batch) -> Batch:
    """Leave out messages that arrived before, at another place, within the window."""
    if not batch.events:
        return batch
    messages = [(event.message_id, (batch.stream, event.position, event.index)) for event in batch.events]
    day = _day(min(event.received_at for event in batch.events))
    with closing(seen.connect()) as db:
        window = retention.policy_of(batch.workspace).window_days
        return _keep(batch, seen.remember(db, batch.workspace.id, messages, day, window), Drop.DUPLICATE)


def resolve(batch: Batch) -> Batch:
    """Write down what is said about people and accounts, and add those nobody knows yet."""
    _write_down(batch.workspace, said(batch.events))
    people: dict[str, str | None] = {}
    for event in batch.events:
        if event.person_ref and (event.account_ref or event.person_ref not in people):
            people[event.person_ref] = event.account_ref
    refs = {event.account_ref for event in batch.events if event.account_ref}
    accounts.resolve(batch.workspace, refs, people)
    return batch


def keep_rejected(batch: Batch) -> Batch:
    """Keep what was set aside, with its reason, until it is mended."""
    RejectedEvent.objects.bulk_create(
        (_rejected_event(batch, one) for one in batch.rejected), ignore_conflicts=True
    )
    if batch.rejected:
        live.publish(batch.workspace.id, loading.LIVE_TOPIC)
    return batch


def count_dropped(batch: Batch) -> Batch:
    """Count what was left out, by reason and day: each once, however often it is drained."""
    if batch.dropped:
        leftout.count(batch.workspace, batch.stream, batch.dropped, batch.rows[-1].position)
    return batch


def append(batch: Batch) -> Batch:
    """Append to the lake, and announce it."""
    if batch.events:
        loading.store(batch.workspace, observed(batch), batch.stream, batch.rows[-1].position)
    return batch


Step = Callable[[Batch], Batch]
STEPS: list[Step] = [
    unpack_rows,
    correct_clock,
    mend,
    drop_bots,
    dedupe,
    resolve,
    keep_rejected,
    count_dropped,
    append,
]


def _drain(rows: Sequence[Row]) -> Drained:
    """Put a stretch of a stream through, workspace by workspace."""
    of_workspace: dict[str, list[Row]] = {}
    for row in rows:
        of_workspace.setdefault(row.workspace_id, []).append(row)
    known = all_workspaces().select_related("event_policy").in_bulk(list(of_workspace))
    total = Drained(rows=len(rows))
    for workspace_id, theirs in of_workspace.items():
        if workspace_id not in known:
            log.warning("%d requests of workspace %s, which is gone", len(theirs), workspace_id)
            continue
        for batch in _take_what_goes(known[workspace_id], theirs):
            total += _account_for(batch)
    return total


def _take_what_goes(workspace: Workspace, rows: Sequence[Row]) -> Iterable[Batch]:
    """Put rows through; if they trip a step over, find the request at fault and set it alone aside."""
    try:
        yield take(workspace, rows[0].stream, rows)
    except _POISON as error:
        if len(rows) > 1:
            middle = len(rows) // 2
            yield from _take_what_goes(workspace, rows[:middle])
            yield from _take_what_goes(workspace, rows[middle:])
        else:
            log.exception("request %d of %s is set aside", rows[0].position, rows[0].stream)
            yield keep_rejected(Batch(workspace, rows[0].stream, rows, rejected=[_failed(rows[0], error)]))


def _account_for(batch: Batch) -> Drained:
    stored = Counter({batch.workspace.id: len(batch.events)})
    return Drained(
        stored=stored, rejected=len(batch.rejected), dropped=Counter(one.reason for one in batch.dropped)
    )


def _write_down(workspace: Workspace, what: Said) -> None:
    if what.accounts:
        accounts.upsert_accounts(workspace, what.accounts, source=SDK)
    if what.people:
        accounts.upsert_people(workspace, what.people, source=SDK)
    if what.visitors:
        accounts.link_people(workspace, what.visitors, move=False)
    if what.aliases:
        accounts.link_people(workspace, what.aliases, move=True)


def _keep(batch: Batch, kept: Sequence[bool], reason: Drop) -> Batch:
    """The batch with the kept events only; the others are counted."""
    if not all(kept):
        judged = list(zip(batch.events, kept, strict=True))
        batch.dropped += [
            Dropped(reason, event.position, event.received_at) for event, keep in judged if not keep
        ]
        batch.events = [event for event, keep in judged if keep]
    return batch


def observed(batch: Batch) -> pa.Table:
    """The events as the lake keeps them."""
    events, instant = batch.events, pa.timestamp("us", "UTC")
    columns = {
        "message_id": pa.array([event.message_id for event in events]),
        "kind": pa.array([event.kind for event in events]),
        "event": pa.array([event.event for event in events]),
        "account_ref": pa.array([event.account_ref for event in events], pa.string()),
        "person_ref": pa.array([event.person_ref for event in events], pa.string()),
        "occurred_at": pa.array([event.occurred_at for event in events], pa.int64()).cast(instant),
        "received_at": pa.array([event.received_at for event in events], pa.int64()).cast(instant),
        "source": pa.array([event.source for event in events]),
        "properties": pa.array([event.properties for event in events]),
        "context": pa.array([event.context for event in events]),
        "stream": pa.repeat(batch.stream, len(events)),
        "position": pa.array([event.position for event in events], pa.int64()),
        "month": pa.array([_month(event.occurred_at // _MICROS_A_DAY) for event in events]),
    }
    return pa.table(columns, schema=lake.SCHEMA)


@lru_cache(maxsize=4096)
def _month(day: int) -> str:
    """The month of a day since 1970."""
    return f"{_EPOCH + timedelta(days=day):%Y-%m}"


def _reread(row: Row, one: Rejected, kept: Sequence[AnyRule]) -> Event | None:
    """The event that the rules make of what was rejected; None if they make none."""
    body = one.body
    for rule in kept:
        body = mending.mend_text(body, rule)
    if body == one.body:
        return None
    request = as_request(body, f"{row.stream}-{row.position}-{one.index}")
    found = list(unpack(row._replace(path="batch", body=request)))
    if len(found) != 1 or not isinstance(found[0], Event):
        return None
    found[0].index = one.index
    return found[0]


def _too_early(batch: Batch, event: Event) -> Rejected:
    row = next(row for row in batch.rows if row.position == event.position)
    says = "timestamp: before 1990; send when it happened, or leave it out"
    body = as_sent(row, event.index)
    return Rejected(event.position, event.index, Reason.WRONG_TIME, says, body, event.received_at)


def _failed(row: Row, error: Exception) -> Rejected:
    says = f"this request could not be taken in: {type(error).__name__}: {error}"[:400]
    body = row.body.decode(errors="replace")
    return Rejected(row.position, 0, Reason.FAILED, says, body, row.received_at)


def _rejected_event(batch: Batch, one: Rejected) -> RejectedEvent:
    return RejectedEvent(
        workspace=batch.workspace,
        stream=batch.stream,
        position=one.position,
        index=one.index,
        reason=one.reason.value,
        says=one.says,
        body=one.body,
        received_at=_EPOCH + timedelta(microseconds=one.received_at),
    )


def _forget_old_messages(waiting: Sequence[Sequence[Row]]) -> None:
    """Let go of message ids that nothing still waiting can repeat within the window."""
    if waiting:
        with closing(seen.connect()) as db:
            oldest = _day(min(rows[0].received_at for rows in waiting))
            seen.forget_before(db, oldest, retention.longest_window())


def _day(instant: Micros) -> date:
    return (_EPOCH + timedelta(microseconds=instant)).date()
