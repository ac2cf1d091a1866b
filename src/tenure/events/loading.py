"""The last step of every way in: append observed events to the lake and say that they arrived."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from tenure.accounts import queries
from tenure.events import lake
from tenure.kit import live, outbox
from tenure.kit.facts import EventsArrived, EventsStored
from tenure.kit.outbox import Fact
from tenure.workspaces.models import Workspace

MOST_LISTED = 500  # more touched accounts than that are "many"
LIVE_TOPIC = "events"
_NEVER = "1970-01-01"


def store(workspace: Workspace, observed: pa.Table, stream: str, position: int) -> tuple[str, ...]:
    """Append events whose accounts and people are resolved, once per place in their stream, and announce.

    Announced again when a crash came between the two: the fact is idempotent. Gives the accounts
    touched; none if they are too many to list, or there are none.
    """
    lake.append(workspace.id, lake.EVENTS, observed, stream, position, lake.BY_ACCOUNT_AND_TIME)
    touched = touched_accounts(workspace, observed)
    if observed.num_rows:
        _announce(workspace, observed, touched)
    return touched or ()


def touched_accounts(workspace: Workspace, observed: pa.Table) -> tuple[str, ...] | None:
    """The accounts that these events count for; None for too many to list."""
    refs, people = _distinct(observed["account_ref"]), _distinct(observed["person_ref"])
    if len(refs) > MOST_LISTED:
        return None
    found = queries.accounts_of(workspace.id, refs, people)
    return tuple(sorted(found)) if len(found) <= MOST_LISTED else None


def first_day(observed: pa.Table) -> str:
    """The ISO date of the earliest event, UTC."""
    earliest = pc.min(observed["occurred_at"]).as_py()
    return earliest.date().isoformat() if earliest else _NEVER


def _announce(workspace: Workspace, observed: pa.Table, touched: Collection[str] | None) -> None:
    """Tell the dictionary and open pages of all events, and who computes figures of those that count."""
    facts: list[Fact] = [EventsStored(workspace_id=workspace.id, count=observed.num_rows)]
    if touched or touched is None:
        facts.append(
            EventsArrived(
                workspace_id=workspace.id,
                account_ids=tuple(touched or ()),
                first_day=first_day(observed),
                count=observed.num_rows,
            )
        )
    with transaction.atomic():
        outbox.record(*facts)
        live.publish(workspace.id, LIVE_TOPIC)


def _distinct(column: pa.ChunkedArray) -> list[str]:
    return [one for one in column.unique().to_pylist() if one]
