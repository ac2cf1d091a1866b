"""Opens XLSX workbooks: the sheet that is chosen, from the row on that looks like a header."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tenure.sources.imports.file import (
    MOST_COLUMNS,
    FileProblem,
    Ragged,
    Reading,
    SourceFile,
    column_names,
    first_line,
    numbered,
)

_ROWS = 20_000
_SEARCHED = 30  # rows in which the header is found
_MOST_BYTES = 1 << 30  # unpacked, of all parts together
_MOST_RATIO = 300  # times its size that a part may unpack to, beyond the first
_MOST_RATIO_FROM = 32 << 20  # bytes
_MOST_CELLS = 60_000_000  # from the first to the last row and column that are used
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def open_workbook(path: Path, reading: Reading) -> SourceFile:
    """Open a workbook's sheet: the one that is said, else the one with most cells. Raises FileProblem."""
    _check(path)
    book = _opened(path)
    sheets = _sheets(book)
    if not sheets:
        raise FileProblem("has no sheet with anything in it")
    chosen = reading.sheet if reading.sheet in sheets else max(sheets, key=lambda one: _size(sheets[one]))
    sheet = sheets[chosen]
    head, header = _header(sheet)
    names = column_names([_text(cell) or "" for cell in header])

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        rows = islice(sheet.iter_rows(), head + 1, None)
        line = head + 2
        while some := list(islice(rows, _ROWS)):
            yield _batch(some, line, len(names))
            line += len(some)

    said = f"Excel, sheet {chosen}" + (f", header in row {head + 1}" if head else "")
    return SourceFile(names, said, read, Reading(sheet=chosen), tuple(sheets), has_types=True)


def is_workbook(path: Path) -> bool:
    """Whether a zip archive is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise FileProblem(f"is a damaged or protected workbook: {first_line(error)}; save it anew") from error


def _sheets(book: CalamineWorkbook) -> dict[str, CalamineSheet]:
    """The sheets that have anything in them, by name."""
    try:
        found = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise FileProblem(f"is a damaged workbook: {first_line(error)}; save it anew") from error
    return {name: sheet for name, sheet in found.items() if sheet.width}


def _size(sheet: CalamineSheet) -> int:
    return sheet.height * sheet.width


def _check(path: Path) -> None:
    """Refuse what unpacks to far more than a table does, before anything is made of it.

    Reading every part to its end also shows that what the archive says of itself is true.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                if part.file_size > _MOST_RATIO_FROM + _MOST_RATIO * part.compress_size:
                    raise FileProblem("unpacks to far more than its size; save the table as CSV")
                unpacked += part.file_size
                if unpacked > _MOST_BYTES:
                    raise FileProblem(f"unpacks to more than {_MOST_BYTES >> 30} GB; save the table as CSV")
                with archive.open(part) as file:
                    _check_part(part.filename, iter(partial(file.read, 1 << 20), b""))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileProblem(f"is a damaged or protected workbook: {first_line(error)}; save it anew") from error


def _check_part(name: str, blocks: Iterator[bytes]) -> None:
    """A sheet may use only so much room: one cell far out would ask for all the room up to it."""
    is_sheet, width, height, rest = name.startswith("xl/worksheets/"), 0, 0, b""
    for block in blocks:
        if not is_sheet:
            continue
        text = rest + block
        for column, row in set(_CELL.findall(text)):
            width, height = max(width, _number(column)), max(height, int(row))
        rest = text[-40:]
    if width > MOST_COLUMNS or width * height > _MOST_CELLS:
        raise FileProblem(
            f"has a sheet that uses {height:,} rows and {width:,} columns; delete what is empty, "
            "or save the table as CSV"
        )


def _number(column: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _header(sheet: CalamineSheet) -> tuple[int, Sequence[Any]]:
    """The first row that is nearly as wide as any, and all words: titles above a table are narrower."""
    rows = list(islice(sheet.iter_rows(), _SEARCHED))
    filled = [sum(cell != "" for cell in row) for row in rows]
    widest = max(filled, default=0)
    if not widest:
        raise FileProblem(
            f"has nothing in the first {_SEARCHED} rows of its sheet; one must name the columns"
        )
    wide = [number for number, width in enumerate(filled) if width >= 0.7 * widest]
    words = [number for number in wide if all(isinstance(cell, str) for cell in rows[number])]
    head = (words or wide)[0]
    return head, rows[head]


def _batch(rows: list[list[Any]], line: int, width: int) -> pa.RecordBatch:
    columns = [pa.array([_text(row[i]) for row in rows], pa.string()) for i in range(width)]
    return numbered(pa.array(np.arange(line, line + len(rows))), columns)


def _text(cell: Any) -> str | None:
    """A cell as the text a person would write; days without a time are days."""
    if isinstance(cell, str):
        return cell.replace("\x00", "") or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, (int, timedelta)) else None
