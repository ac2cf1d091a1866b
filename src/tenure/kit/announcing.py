"""Tells everybody that a record table moved: one counter for copies, one fact for reactions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenure.kit import changes, outbox
from tenure.kit.facts import RecordsChanged

MOST_LISTED = 500  # a fact that touches more accounts says "many"


def records_changed(workspace_id: str, table: str, account_ids: Iterable[str], first_day: date) -> None:
    """Count a write to `table` and record the fact; call it in the transaction of the write."""
    changes.touch(workspace_id, table)
    listed = tuple(sorted(set(account_ids)))
    outbox.record(
        RecordsChanged(
            workspace_id=workspace_id,
            table=table,
            account_ids=listed if len(listed) <= MOST_LISTED else (),
            first_day=first_day.isoformat(),
        )
    )
