"""What a file to import is, whatever its format: columns by name, and rows as text in batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

MOST_COLUMNS = 2_000
LONGEST_NAME = 500  # characters of a column's name
LARGEST_CELL = 1 << 20  # characters

_BLANKS = " \t\r\n\u00a0"
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-][\d.,\u00a0 ]+")


class FileProblem(Exception):
    """A file that cannot be imported as a whole; the message says why and what would be right."""


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, where somebody said so; empty: found out from the file itself."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Ragged:
    """A row that does not fit the header; `says` why, empty: it has not as many cells."""

    line: int
    cells: tuple[str, ...]
    says: str = ""


@dataclass(frozen=True)
class SourceFile:
    """A file's columns by name, and a way to read its rows as text.

    `read` gives batches with a column `line` (1 is the header of most) and columns `c0`, `c1`, … in the
    order of `names`: text, or of the type that `typed` gives for their place. Rows that do not fit the header
    are added to the list it is given. `reading` is how it is read, said or found out. `sheets`: all it has.
    `has_types`: its numbers are numbers, not texts in the manner of some country. `is_large`: checking it may
    need more than a little memory.
    """

    names: tuple[str, ...]
    says: str
    read: Callable[[list[Ragged]], Iterator[pa.RecordBatch]]
    reading: Reading = field(default_factory=Reading)
    sheets: tuple[str, ...] = ()
    has_types: bool = False
    typed: Mapping[int, pa.DataType] = field(default_factory=dict)
    is_large: bool = False

    @property
    def schema(self) -> pa.Schema:
        """The schema of what `read` gives."""
        cells = [(f"c{i}", self.typed.get(i, pa.string())) for i in range(len(self.names))]
        return pa.schema([("line", pa.int64()), *cells])


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names as the caller knows them: nameless ones numbered, later ones of the same name too.

    Raises FileProblem for more columns, or longer names, than a table of customers has.
    """
    if len(header) > MOST_COLUMNS:
        raise FileProblem(f"has {len(header):,} columns; at most {MOST_COLUMNS:,} are read: leave some out")
    names: dict[str, None] = {}
    for number, cell in enumerate(header, 1):
        name = cell.strip().strip("\ufeff\x00") or f"column {number}"
        if len(name) > LONGEST_NAME:
            raise FileProblem(
                f"has a column name of {len(name):,} characters (column {number}); its first line must "
                "name the columns"
            )
        names[name if name not in names else f"{name} ({number})"] = None
    return tuple(names)


def numbered(lines: pa.Array | list[int], columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """A batch with its lines, cells without the blanks around them, without rows in which nothing stands."""
    names = ["line", *(f"c{i}" for i in range(len(columns)))]
    cells = [_trimmed(column) for column in columns]
    batch = pa.RecordBatch.from_arrays([pa.array(lines, pa.int64()), *cells], names=names)
    anything = None
    for column in cells:
        if not column.null_count:
            return batch
        said = pc.is_valid(column)
        anything = said if anything is None else pc.or_(anything, said)
    return batch.filter(anything)


def _trimmed(column: pa.Array) -> pa.Array:
    """Text without the blanks around it, null if nothing else is there; other types as they are."""
    if not pa.types.is_string(column.type):
        return column
    text = pc.utf8_trim(column, _BLANKS)
    return pc.if_else(pc.equal(text, ""), None, text) if pc.any(pc.equal(text, "")).as_py() else text


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before it, unless it is a number.

    What looks guarded already gets another one, so that `unguarded` gives back exactly what there was.
    """
    return f"'{cell}" if _DANGEROUS.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(column: pa.Array) -> pa.Array:
    """Cells without the apostrophe that keeps spreadsheets from calculating them."""
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, r"^'('*[=+\-@\t\r])", r"\1", max_replacements=1)


def first_line(error: BaseException) -> str:
    """The first line of what an error says."""
    return str(error).split("\n", 1)[0] or type(error).__name__
