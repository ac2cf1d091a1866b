"""Change counters: which record tables moved since a copy of them was made."""

from __future__ import annotations

from django.db.models import F

from tenure.kit.models import ChangeCounter


def touch(workspace_id: str, *tables: str) -> None:
    """Count a write to record tables; call it in the transaction of the write."""
    for table in tables:
        ChangeCounter.objects.get_or_create(workspace_id=workspace_id, table=table)
        ChangeCounter.objects.filter(workspace_id=workspace_id, table=table).update(count=F("count") + 1)


def counts(workspace_id: str) -> dict[str, int]:
    """The counter of every table of a workspace that was ever written."""
    rows = ChangeCounter.objects.filter(workspace_id=workspace_id)
    return dict(rows.values_list("table", "count"))
