"""Reads a whole file into a DuckDB table of its own, with every row's values and what is wrong with them.

Everything after reading is SQL over all rows at once, in a file beside the upload, so that a million rows
need neither memory nor patience.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from tenure.sources.imports.file import Ragged, SourceFile
from tenure.sources.imports.forms import MACROS
from tenure.sources.imports.judging import Judged, judge
from tenure.sources.imports.kind import Kind
from tenure.sources.imports.mapping import Columns
from tenure.sources.imports.sql import identifier, literal
from tenure.sources.imports.steps import cells, checking_sql, json_columns

_SETTINGS = """
    set TimeZone = 'UTC'; set memory_limit = '512MB'; set threads = 2; set preserve_insertion_order = true;
    set enable_progress_bar = false;
    set autoinstall_known_extensions = false; set autoload_known_extensions = false"""


@dataclass(frozen=True)
class Terms:
    """What a file's values are read against."""

    zone: str
    currency: str
    as_of: date
    now: datetime
    manners: Mapping[str, str] = field(default_factory=dict)  # as said: by what they are about


@dataclass(frozen=True)
class Rejected:
    """A row that was set aside: its line, the field at fault, what is wrong and what would be right."""

    line: int
    field: str
    says: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """Rows to write, with what else there is between its first and last row in the file."""

    rows: pa.Table
    last: int
    repeats: int
    rejected: int


@dataclass
class CheckedFile:
    """A file whose rows are all read and checked; `connection` has them in the table `checked`."""

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    judged: Judged = field(default_factory=Judged)
    is_whole: bool = True  # False: only its first rows were read
    total: int = field(init=False)
    rejected: int = field(init=False)

    def __post_init__(self) -> None:
        counted = self.connection.execute("select count(*), count(wrong) from checked")
        [(self.total, self.rejected)] = counted.fetchall()

    @property
    def kind(self) -> Kind:
        """What the rows are."""
        return self.columns.kind

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """Good rows in the order of the file, from row number `after` on, `kind.batch_rows` at a time."""
        for start in range(after, self.total, self.kind.batch_rows):
            yield self._batch(start, min(start + self.kind.batch_rows, self.total))

    def _batch(self, after: int, last: int) -> Batch:
        within = f"ordinal > {after} and ordinal <= {last}"
        [(repeats, rejected)] = self.connection.execute(
            f"select count(*) filter (is_repeat), count(wrong) from checked where {within}"  # noqa: S608
        ).fetchall()
        return Batch(self._good(within), last, repeats, rejected)

    def first_rows(self, most: int) -> list[dict[str, Any]]:
        """The first good rows as they are understood."""
        rows: list[dict[str, Any]] = self._good("true", most).to_pylist()
        return rows

    def values_of(self, ours: str) -> list[Any]:
        """The distinct values of a canonical column, in rows good and bad, nulls left out."""
        name = identifier(ours)
        found = self.connection.execute(f"select distinct {name} from checked where {name} is not null")  # noqa: S608
        return sorted(value for (value,) in found.fetchall())

    def _good(self, where: str, most: int = 1 << 40) -> pa.Table:
        names = ", ".join(identifier(name) for name in self.kind.passed)
        return self.connection.sql(
            f"select {names} from checked where {where} and wrong is null and not is_repeat "  # noqa: S608
            f"order by ordinal limit {most}"
        ).to_arrow_table()

    def rejects(self, most: int = 1 << 40) -> Iterator[Rejected]:
        """The rows set aside, in the order of the file."""
        found = self.connection.sql(
            f"select line, wrong, cells from checked where wrong is not null order by ordinal limit {most}"  # noqa: S608
        )
        for batch in found.to_arrow_reader(10_000):
            for row in batch.to_pylist():
                yield _rejected(row["line"], row["wrong"], row["cells"])


def _rejected(line: int, wrong: Sequence[dict[str, str]], cells: Sequence[str | None]) -> Rejected:
    fields = ", ".join(dict.fromkeys(one["field"] for one in wrong))
    says = "; ".join(f"{one['field']} {one['says']}".strip() for one in wrong)
    return Rejected(line, fields, says, tuple(cell or "" for cell in cells))


@contextmanager
def checked_file(
    file: SourceFile, columns: Columns, terms: Terms, place: Path, most: int | None = None
) -> Iterator[CheckedFile]:
    """Read and check a whole file, or its first `most` rows, working in the folder `place`.

    Raises FileProblem if the file breaks off or lacks a needed column.
    """
    columns.require()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="working-", dir=place) as folder:
        connection = duckdb.connect(str(Path(folder) / "rows.duckdb"))
        try:
            is_whole = _read(connection, file, most)
            judged = _check(connection, columns, terms, file.has_types)
            yield CheckedFile(connection, columns, judged, is_whole)
        finally:
            connection.close()


def _read(connection: duckdb.DuckDBPyConnection, file: SourceFile, most: int | None) -> bool:
    """Make the tables `given` (line, c0, c1, …) and `ragged` (line, cells, says); whether that is all."""
    connection.execute(_SETTINGS)
    ragged: list[Ragged] = []
    # DuckDB swallows what a stream raises, so the first problem is kept and raised here.
    problems: list[Exception] = []
    skipped: list[bool] = []
    batches = _up_to(most, _guarded(file, ragged, problems), skipped)
    reader = pa.RecordBatchReader.from_batches(file.schema, batches)
    connection.register("incoming", reader)
    try:
        connection.execute("create table given as select * from incoming")
    except duckdb.Error:
        if not problems:
            raise
    connection.unregister("incoming")
    if problems:
        raise problems[0]
    rows = pa.table(
        {
            "line": pa.array([one.line for one in ragged], pa.int64()),
            "cells": pa.array([one.cells for one in ragged], pa.list_(pa.string())),
            "says": pa.array([one.says for one in ragged], pa.string()),
        }
    )
    connection.register("ragged_rows", rows)
    connection.execute("create table ragged as select * from ragged_rows")
    connection.unregister("ragged_rows")
    return not skipped


def _up_to(
    most: int | None, batches: Iterator[pa.RecordBatch], skipped: list[bool]
) -> Iterator[pa.RecordBatch]:
    """Batches until there are `most` rows; says in `skipped` if there would have been more."""
    rows = 0
    for batch in batches:
        if most is not None and rows >= most:
            skipped.append(True)
            return
        yield batch if most is None else batch.slice(0, most - rows)
        if most is not None and batch.num_rows > most - rows:
            skipped.append(True)
            return
        rows += batch.num_rows


def _guarded(file: SourceFile, ragged: list[Ragged], problems: list[Exception]) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.read(ragged)
    except Exception as error:  # whatever it is, it is raised again where it can be seen
        problems.append(error)


def _check(connection: duckdb.DuckDBPyConnection, columns: Columns, terms: Terms, has_types: bool) -> Judged:
    for name, value in (
        ("zone", literal(terms.zone)),
        ("currency", literal(terms.currency)),
        ("as_of", f"date '{terms.as_of}'"),
        ("now", f"timestamptz '{terms.now.isoformat()}'"),
    ):
        connection.execute(f"set variable {name} = {value}")
    connection.execute(MACROS)
    judged = judge(connection, cells(columns), terms.manners, has_types)
    connection.execute(checking_sql(columns, json_columns(connection, columns), judged.manners))
    return judged


def further(row: dict[str, Any]) -> dict[str, Any]:
    """The further columns of an understood row."""
    return dict(msgspec.json.decode(row["further"])) if row.get("further") else {}
