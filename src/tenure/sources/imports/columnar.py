"""Opens Parquet files: typed columns as the text a person would write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.sources.imports.file import FileProblem, Ragged, SourceFile, column_names, first_line, numbered

_ROWS = 20_000
_LARGEST_GROUP = 2 << 30  # bytes that a row group may take unpacked


def open_parquet(path: Path) -> SourceFile:
    """Open a Parquet file. Raises FileProblem."""
    try:
        file = pq.ParquetFile(path)
        names = column_names(list(file.schema_arrow.names))
        groups = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
    except (pa.ArrowException, OSError) as error:
        raise FileProblem(f"is a damaged Parquet file: {first_line(error)}; export it again") from error
    if not names:
        raise FileProblem("has no columns")
    if max(groups, default=0) > _LARGEST_GROUP:
        raise FileProblem(f"has row groups of more than {_LARGEST_GROUP >> 30} GB; write it in smaller ones")

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        line = 2
        try:
            for batch in file.iter_batches(_ROWS):
                lines = pa.array(np.arange(line, line + batch.num_rows))
                yield numbered(lines, [_cells(one) for one in batch.columns])
                line += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise FileProblem(f"is a damaged Parquet file: {first_line(error)}; export it again") from error

    instants = {i: _instant(one.type) for i, one in enumerate(file.schema_arrow) if _is_instant(one.type)}
    return SourceFile(names, "Parquet", read, has_types=True, typed=instants)


def _is_instant(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind))


def _instant(kind: pa.DataType) -> pa.DataType:
    """Instants stay what they are: DuckDB writes them out ten times as fast as Arrow."""
    return pa.timestamp("us", "UTC" if kind.tz else None)


def _cells(column: pa.Array) -> pa.Array:
    return column.cast(_instant(column.type), safe=False) if _is_instant(column.type) else _text(column)


def _text(column: pa.Array) -> pa.Array:
    """A typed column as the text a person would write."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return pa.array([_json(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "")
    try:
        text = column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise FileProblem(f"has a column of type {column.type}, which is not text; leave it out") from error
    return pc.if_else(pc.equal(text, ""), None, text)


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value, enc_hook=str).decode()
