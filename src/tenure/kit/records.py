"""Record tables as Parquet, copied when they moved, so that DuckDB reads them beside the lake."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from tenure.kit import changes, home
from tenure.kit.ids import new_id

_ROWS_AT_ONCE = 50_000
_READERS_ARE_DONE_AFTER = 900  # seconds an outdated copy stays, for queries that still read it


def copy(name: str, sql: str, schema: pa.Schema, tables: Sequence[str], workspace_id: str) -> Path:
    """The Parquet file that holds what `sql` finds now, made anew only if one of `tables` was touched.

    `sql` takes the workspace id as its one parameter; its columns are cast to `schema`, so that an
    empty or all-null column has its type too. `tables` are the names given to `kit.changes.touch`.
    """
    path = place(name, f"{sql}{schema}", tables, workspace_id)
    return made(path, lambda: fetch(sql, schema, workspace_id))


def place(name: str, what: str, tables: Sequence[str], workspace_id: str) -> Path:
    """Where the file of `what` as it is now lies: elsewhere as soon as one of `tables` was touched."""
    folder = home.lake(workspace_id) / "records"
    return folder / f"{name}-{_digest(what)}-{_moved(workspace_id, tables)}.parquet"


def made(path: Path, make: Callable[[], pa.Table]) -> Path:
    """A file of `place`, with what `make` gives if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, make())
        _remove_outdated(path)
    return path


def fetch(sql: str, schema: pa.Schema, workspace_id: str) -> pa.Table:
    """What `sql` finds in the app database, as Arrow of `schema`, whose columns it names in the same order.

    Through Python's own SQLite, which Django uses too. A driver that brings another SQLite into the process
    must not open this file: the two do not see each other's locks, and one cuts the other's memory off.
    """
    uri = f"file:{quote(str(home.app_db()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        found = connection.execute(sql, (workspace_id,))
        if [name for name, *_ in found.description] != schema.names:
            raise ValueError(f"the columns found are not those of the schema: {schema.names}")
        batches = [_batch(rows, schema) for rows in iter(lambda: found.fetchmany(_ROWS_AT_ONCE), [])]
    return pa.Table.from_batches(batches, schema)


def _batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [_column(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """SQLite has neither booleans nor dates: they arrive as numbers and text."""
    if pa.types.is_boolean(kind):
        return pa.array(values, pa.int8()).cast(kind)
    if pa.types.is_temporal(kind):
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)


def _moved(workspace_id: str, tables: Sequence[str]) -> int:
    """Grows with every write to any of the tables."""
    counts = changes.counts(workspace_id)
    return sum(counts.get(table, 0) for table in tables)


def _digest(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()[:12]


def _write(path: Path, table: pa.Table) -> None:
    """Readers see the whole file or none."""
    unfinished = path.with_name(f".{new_id()}.tmp")
    pq.write_table(table, unfinished, compression="zstd", row_group_size=_ROWS_AT_ONCE)
    os.replace(unfinished, path)


def _remove_outdated(path: Path) -> None:
    name = path.name.split("-")[0]
    for other in path.parent.glob(f"{name}-*.parquet"):
        if other != path and time.time() - other.stat().st_mtime > _READERS_ARE_DONE_AFTER:
            other.unlink(missing_ok=True)
