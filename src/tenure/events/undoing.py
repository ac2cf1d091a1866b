"""Takes back what one stream brought into the lake, but what others that still count brought too.

An event comes into the lake once, with the first who tells of it. Who told of it later is written down beside
it (`repeats`), so that it stays when the first is taken back.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from tenure.events import lake, views
from tenure.workspaces.models import Workspace

REPEATS = "repeats"
_SCHEMA = pa.schema(
    [("message_id", pa.string()), ("stream", pa.string()), ("position", pa.int64()), ("month", pa.string())]
)

_NO_MONTH = "0000-00"  # they are looked up by stream
_TOLD_BEFORE = """
    SELECT DISTINCT incoming.message_id FROM incoming JOIN raw_events USING (message_id)
    WHERE raw_events.stream <> $stream"""
_TELLS_TOO = """
    SELECT message_id FROM raw_events WHERE stream = $stream AND message_id NOT IN (
        SELECT message_id FROM read_parquet($files, union_by_name = true, hive_partitioning = true)
        WHERE list_contains($streams, stream))"""


def note_repeats(workspace: Workspace, message_ids: pa.ChunkedArray, stream: str, position: int) -> None:
    """Write down which of a batch's events others told of before."""
    with views.connect(workspace) as connection:
        connection.register("incoming", pa.table({"message_id": message_ids}))
        told = connection.sql(_TOLD_BEFORE, params={"stream": stream}).to_arrow_table()
    rows = told.num_rows
    if not rows:
        return
    same = [pa.repeat(value, rows) for value in (stream, position, _NO_MONTH)]
    table = pa.table([told["message_id"], *same], schema=_SCHEMA)
    lake.append(workspace.id, REPEATS, table, stream, position)


def take_back(workspace: Workspace, stream: str, others: Collection[str]) -> int:
    """Delete a stream's events, but those that one of the other streams told of too; gives how many."""
    files = lake.files(workspace.id, REPEATS)
    if not files or not others:
        return lake.remove(workspace.id, lake.EVENTS, stream)
    with views.connect(workspace) as connection:
        asked = {"stream": stream, "files": files, "streams": sorted(others)}
        mine = connection.sql(_TELLS_TOO, params=asked).to_arrow_table()
    return lake.remove(workspace.id, lake.EVENTS, stream, pc.unique(mine["message_id"]))


def observed_refs(workspace: Workspace, kind: str) -> set[str]:
    """The ids of accounts or people that events in the lake have."""
    column = "account_ref" if kind == "account" else "person_ref"
    with views.connect(workspace) as connection:
        found = connection.execute(f"SELECT DISTINCT {column} FROM raw_events").fetchall()  # noqa: S608
    return {ref for (ref,) in found if ref}
