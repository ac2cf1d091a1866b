"""Reads a whole file into DuckDB tables of its own, with every row's values and what is wrong with them.

Everything after reading is SQL over all rows at once, in an engine that puts on disk what does not fit in its
memory, so that a million rows need neither memory nor patience.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from tenure.sources.imports import circles, engine, steps
from tenure.sources.imports.file import Ragged, SourceFile
from tenure.sources.imports.judging import Judged, judge
from tenure.sources.imports.kind import Kind
from tenure.sources.imports.mapping import Columns
from tenure.sources.imports.sql import identifier, literal
from tenure.sources.imports.values import (
    Values,
    cells,
    date_columns,
    grouped_columns,
    json_columns,
    number_columns,
    open_columns,
)

# Rows that are asked for at once: to be asked costs the engine as much as some thousands of rows.
_READ_TOGETHER = 20_000


@dataclass(frozen=True)
class Terms:
    """What a file's values are read against."""

    zone: str
    currency: str
    as_of: date
    now: datetime
    manners: Mapping[str, str] = field(default_factory=dict)  # as said: by what they are about
    rated: Collection[str] = ()  # further currencies, of which a rate is known
    above: circles.Lines = circles.nobody


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
    """A file whose rows are all read and checked; `connection` has them in the tables of steps.py."""

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    judged: Judged = field(default_factory=Judged)
    is_whole: bool = True  # False: only its first rows were read
    total: int = field(init=False)
    rejected: int = field(init=False)
    repeated: int = field(init=False)

    def __post_init__(self) -> None:
        counted = self.connection.execute(
            "select (select count(*) from rows) + (select count(*) from ragged), "
            "(select count(*) from faults), (select count(*) from repeats)"
        )
        [(self.total, self.rejected, self.repeated)] = counted.fetchall()

    @property
    def kind(self) -> Kind:
        """What the rows are."""
        return self.columns.kind

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """Good rows in the order of the file, from row number `after` on, `kind.batch_rows` at a time.

        Rows that do not fit the header have the last numbers.
        """
        size = self.kind.batch_rows
        together = size * max(1, _READ_TOGETHER // size)
        for start in range(after, self.total, together):
            last = min(start + together, self.total)
            rows = self._good(_between(start, last), more=("ordinal",))
            numbers, rows = rows["ordinal"].to_numpy(), rows.drop_columns(["ordinal"])
            for one in range(start, last, size):
                end = min(one + size, last)
                first, behind = np.searchsorted(numbers, [one, end], side="right")
                yield self._batch(rows.slice(first, behind - first), one, end)

    def _batch(self, rows: pa.Table, after: int, last: int) -> Batch:
        within, repeats, rejected = _between(after, last), 0, 0
        if self.repeated or self.rejected:
            [(repeats, rejected)] = self.connection.execute(
                f"select (select count(*) from repeats where is_alike and {within}), "  # noqa: S608
                f"(select count(*) from faults where {within})"
            ).fetchall()
        return Batch(rows, last, repeats, rejected)

    def forget_cells(self) -> None:
        """Let go of the file's cells, half of what it takes: what was set aside keeps its own."""
        self.connection.execute("drop table given")

    def first_rows(self, most: int) -> list[dict[str, Any]]:
        """The first good rows as they are understood."""
        rows: list[dict[str, Any]] = self._good("true", most).to_pylist()
        return rows

    def values_of(self, ours: str) -> list[Any]:
        """The distinct values of a canonical column, in rows good and bad, nulls left out."""
        name = identifier(ours)
        found = self.connection.execute(f"select distinct {name} from rows where {name} is not null")  # noqa: S608
        return sorted(value for (value,) in found.fetchall())

    def _good(self, where: str, most: int = 1 << 40, more: Sequence[str] = ()) -> pa.Table:
        names = ", ".join(identifier(name) for name in (*self.kind.passed, *more))
        once = " and ordinal not in (select ordinal from repeats)" if self.repeated else ""
        return self.connection.sql(
            f"select {names} from numbered where {where} and is_good{once} "  # noqa: S608
            f"order by ordinal limit {most}"
        ).to_arrow_table()

    def rejects(self, most: int = 1 << 40) -> Iterator[Rejected]:
        """The rows set aside, in the order of the file."""
        found = self.connection.sql(f"select line, wrong, cells from faults order by line limit {most}")  # noqa: S608
        for batch in found.to_arrow_reader(10_000):
            for row in batch.to_pylist():
                yield _rejected(row["line"], row["wrong"], row["cells"])


def _between(after: int, last: int) -> str:
    return f"ordinal > {after} and ordinal <= {last}"


def _rejected(line: int, wrong: Sequence[dict[str, str]], cells: Sequence[str | None]) -> Rejected:
    fields = ", ".join(dict.fromkeys(one["field"] for one in wrong))
    says = "; ".join(f"{one['field']} {one['says']}".strip() for one in wrong)
    return Rejected(line, fields, says, tuple(cell or "" for cell in cells))


@contextmanager
def checked_file(
    file: SourceFile, columns: Columns, terms: Terms, most: int | None = None
) -> Iterator[CheckedFile]:
    """Read and check a whole file, or its first `most` rows.

    Raises FileProblem if the file breaks off or lacks a needed column.
    """
    columns.require()
    with engine.connection(is_large=file.is_large) as connection:
        is_whole = _read(connection, file, most)
        judged = _check(connection, columns, terms, file.has_types)
        yield CheckedFile(connection, columns, judged, is_whole)


def _read(connection: duckdb.DuckDBPyConnection, file: SourceFile, most: int | None) -> bool:
    """Make the tables `given` (ordinal, line, c0, c1, …) and `ragged` (ordinal, line, cells, says).

    Gives whether that is all.
    """
    ragged: list[Ragged] = []
    # DuckDB swallows what a stream raises, so the first problem is kept and raised here.
    problems: list[Exception] = []
    skipped: list[bool] = []
    batches = _counted(_up_to(most, _guarded(file, ragged, problems), skipped))
    reader = pa.RecordBatchReader.from_batches(_with_ordinal(file.schema), batches)
    connection.register("incoming", reader)
    cells = ", ".join(f"c{i}::varchar as c{i}" for i in range(len(file.names)))
    try:
        connection.execute(f"create temp table given as select ordinal, line, {cells} from incoming")  # noqa: S608
    except duckdb.Error:
        if not problems:
            raise
    connection.unregister("incoming")
    if problems:
        raise problems[0]
    _keep_ragged(connection, ragged)
    return not skipped


def _keep_ragged(connection: duckdb.DuckDBPyConnection, ragged: list[Ragged]) -> None:
    rows = pa.table(
        {
            "line": pa.array([one.line for one in ragged], pa.int64()),
            "cells": pa.array([one.cells for one in ragged], pa.list_(pa.string())),
            "says": pa.array([one.says for one in ragged], pa.string()),
        }
    )
    connection.register("ragged_rows", rows)
    connection.execute(
        "create temp table ragged as select (select count(*) from given) + row_number() over (order by line) "
        "as ordinal, * from ragged_rows"
    )
    connection.unregister("ragged_rows")


def _with_ordinal(schema: pa.Schema) -> pa.Schema:
    return pa.schema([("ordinal", pa.int64()), *schema])


def _counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches with the number of each row among those in which anything stands, from 1."""
    number = 1
    for batch in batches:
        ordinals = pa.array(np.arange(number, number + batch.num_rows))
        number += batch.num_rows
        yield pa.RecordBatch.from_arrays([ordinals, *batch.columns], schema=_with_ordinal(batch.schema))


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
        ("rated", f"[{', '.join(map(literal, terms.rated))}]::varchar[]"),
        ("as_of", f"date '{terms.as_of}'"),
        ("now", f"timestamptz '{terms.now.isoformat()}'"),
    ):
        connection.execute(f"set variable {name} = {value}")
    numbers = number_columns(connection, columns)
    further = [
        *open_columns(connection, numbers),
        *grouped_columns(connection, columns, numbers),
        *date_columns(connection, columns),
    ]
    asked = [*cells(columns, terms.manners, has_types), *further]
    judged = judge(connection, asked, terms.manners, has_types)
    values = Values(columns, judged, json_columns(connection, columns, numbers, further, judged.manners))
    connection.execute(steps.rows(values))
    circles.mark(connection, columns.kind.tree, terms.above)
    for statement in (
        steps.again(columns.kind),
        steps.numbered(columns.kind),
        steps.repeats(values),
    ):
        connection.execute(statement)
    connection.execute(steps.faults(values, _is_clean(connection)))
    return judged


def _is_clean(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether no row is bad or contradicts another."""
    [(is_clean,)] = connection.execute(
        "select not exists (from rows where not is_good) and not exists (from repeats where not is_alike)"
    ).fetchall()
    return bool(is_clean)


def further(row: dict[str, Any]) -> dict[str, Any]:
    """The further columns of an understood row."""
    return dict(msgspec.json.decode(row["further"])) if row.get("further") else {}
