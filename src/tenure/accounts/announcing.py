"""Tells the rest of Tenure that accounts and people were written."""

from __future__ import annotations

from collections.abc import Collection

from tenure.kit import changes, clock, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.models import Workspace

EVER = "1970-01-01"  # first_day of a change that gives old events another meaning
_MOST_LISTED = 500  # a fact that touches more accounts says "many"


def announce(
    workspace: Workspace, table: str, account_ids: Collection[str | None], first_day: str | None = None
) -> None:
    """Count a write to a table and record the fact, in the transaction of the write.

    Nobody's people are nobody's news: without an account concerned there is no fact.
    """
    changes.touch(workspace.id, table)
    concerned = {one for one in account_ids if one}
    if not concerned:
        return
    outbox.record(
        RecordsChanged(
            workspace_id=workspace.id,
            table=table,
            account_ids=tuple(sorted(concerned)) if len(concerned) <= _MOST_LISTED else (),
            first_day=first_day or clock.today(workspace.zone).isoformat(),
        )
    )
