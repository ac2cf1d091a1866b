"""Tables as files, batch by batch: Parquet as it is, CSV for spreadsheets, JSON Lines for programs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tenure.sources.imports.file import guarded

PARQUET, CSV, JSONL = "parquet", "csv", "jsonl"
FORMATS = (PARQUET, CSV, JSONL)

_READ_TWO_WAYS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")  # 1.234: a thousand to some
_JSON = msgspec.json.Encoder(decimal_format="number")


class Writer(Protocol):
    """Something that takes the batches of a table one after the other."""

    def write(self, batch: pa.RecordBatch) -> None: ...


class _Parquet:
    def __init__(self, file: pq.ParquetWriter) -> None:
        self.file = file

    def write(self, batch: pa.RecordBatch) -> None:
        self.file.write_batch(batch)


class _Csv:
    def __init__(self, file: Any, names: Sequence[str]) -> None:
        self.rows = csv.writer(file)
        self.rows.writerow([guarded(name) for name in names])

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
        self.rows.writerows(zip(*columns, strict=True))


class _JsonLines:
    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, batch: pa.RecordBatch) -> None:
        for row in batch.to_pylist():
            said = {name: _plain(value) for name, value in row.items() if value is not None}
            self.file.write(_JSON.encode(said) + b"\n")


@contextmanager
def writers(folder: Path, name: str, schema: pa.Schema, formats: Sequence[str]) -> Iterator[list[Writer]]:
    """A writer for each format, of the files `name.format` in a folder; whole once they are closed."""
    with ExitStack() as stack:
        yield [_open(stack, folder / f"{name}.{one}", schema, one) for one in formats]


def _open(stack: ExitStack, path: Path, schema: pa.Schema, form: str) -> Writer:
    if form == PARQUET:
        return _Parquet(stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd")))
    if form == CSV:
        # By its mark spreadsheets know that it is UTF-8.
        file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
        return _Csv(file, schema.names)
    return _JsonLines(stack.enter_context(path.open("wb")))


def _cell(value: Any) -> Any:
    """A cell that reads as one thing only, and that no spreadsheet calculates."""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return number(value)
    return _plain(value)


def number(value: float | Decimal) -> str:
    """A number with a decimal point that nobody takes for a thousands mark: 1.2340, not 1.234."""
    text = format(value.normalize(), "f") if isinstance(value, Decimal) else repr(value).removesuffix(".0")
    return f"{text}0" if _READ_TWO_WAYS.fullmatch(text) else text


def _plain(value: Any) -> Any:
    """Instants in UTC, to the fraction of a second that they have."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return Decimal(format(value.normalize(), "f")) if isinstance(value, Decimal) else value
