"""Reads a file as one table, columns as they are called in it: for models of any table of customers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tenure.sources.imports.file import Ragged, Reading
from tenure.sources.imports.files import open_file

MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Whole:
    """All rows that fit the header, as text or instants, and the lines of those that do not."""

    table: pa.Table
    ragged: list[int]


def read_whole(path: Path, reading: Reading | None = None) -> Whole:
    """Read it all, or the first two million rows. Raises FileProblem."""
    file = open_file(path, reading)
    ragged: list[Ragged] = []
    batches: list[pa.RecordBatch] = []
    rows = 0
    for batch in file.read(ragged):
        batches.append(batch)
        rows += batch.num_rows
        if rows >= MOST_ROWS:
            break
    table = pa.Table.from_batches(batches, schema=file.schema).slice(0, MOST_ROWS)
    return Whole(table.drop_columns("line").rename_columns(list(file.names)), [one.line for one in ragged])
