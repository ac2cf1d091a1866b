"""Background work about what customers pay: which contracts run, kept where lists look it up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from tenure.accounts.queries import in_chunks
from tenure.kit import bulk, clock
from tenure.revenue import queries
from tenure.revenue.models import RunningTerm
from tenure.workspaces.models import Workspace

_KEPT = ("account_id", "product", "seats", "starts_on", "runs_until")


def keep_running(workspace: Workspace, account_ids: Collection[str] | None = None) -> None:
    """Bring `running_term` up to date, of some accounts or of all; only what changed is written."""
    today = clock.today(workspace.zone)
    rows = _of_today(_table(workspace, account_ids), today)
    before = RunningTerm.objects.filter(workspace=workspace)
    if account_ids is not None:
        before = before.filter(account__in=account_ids)
    kept = {key: told for key, *told in before.values_list("pk", *_KEPT).iterator(5_000)}
    gone = [key for key, told in kept.items() if rows.get(key) != told]
    new = [
        RunningTerm(workspace=workspace, id=key, **dict(zip(_KEPT, told, strict=True)))
        for key, told in rows.items()
        if kept.get(key) != told
    ]
    with transaction.atomic():
        for chunk in in_chunks(gone):
            RunningTerm.objects.filter(pk__in=chunk).delete()
        bulk.add(new)


def _table(workspace: Workspace, account_ids: Collection[str] | None) -> pa.Table:
    if account_ids is None:
        return pq.read_table(queries.running_file(workspace))
    return queries.running_of(workspace, account_ids)


def _of_today(running: pa.Table, today: date) -> dict[str, list[object]]:
    """What is known today and not over, by the id of the version."""
    is_known = pc.and_(pc.less_equal(running["known_from"], today), _is_after(running["known_until"], today))
    now = running.filter(pc.and_(is_known, _is_after(running["runs_until"], today)))
    now = now.set_column(now.column_names.index("product"), "product", pc.fill_null(now["product"], ""))
    columns = (now[name].to_pylist() for name in ("term_id", *_KEPT))
    return {key: told for key, *told in zip(*columns, strict=True)}


def _is_after(days: pa.ChunkedArray, day: date) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(days, day), True)
