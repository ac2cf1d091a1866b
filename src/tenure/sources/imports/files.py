"""Opens CSV (plain or gzipped) and Parquet files as batches of text, each row with its spreadsheet line."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

_BLOCK = 8 << 20  # bytes; no row may be longer
_PARQUET_ROWS = 20_000
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NOT_READ = {
    b"PK\x03\x04": "a spreadsheet or zip archive; save it as CSV (UTF-8) and import that",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save it as CSV (UTF-8) and import that",
    b"%PDF": "a PDF; import the table it was printed from, as CSV",
}


class FileProblem(Exception):
    """A file that cannot be imported as a whole; the message says why and what would be right."""


@dataclass(frozen=True)
class Ragged:
    """A row that has not as many cells as the header."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SourceFile:
    """A file's columns by name, and a way to read its rows as text.

    `read` gives batches with a column `line` (1 is the header) and text columns `c0`, `c1`, … in the
    order of `names`; rows that do not fit the header are added to the list it is given.
    """

    names: tuple[str, ...]
    says: str
    read: Callable[[list[Ragged]], Iterator[pa.RecordBatch]]

    @property
    def schema(self) -> pa.Schema:
        """The schema of what `read` gives."""
        cells = [(f"c{i}", pa.string()) for i in range(len(self.names))]
        return pa.schema([("line", pa.int64()), *cells])


def open_file(path: Path) -> SourceFile:
    """Open a file by what it contains, whatever it is called. Raises FileProblem."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise FileProblem(f"cannot be opened: {error.strerror}") from error
    for magic, says in _NOT_READ.items():
        if start.startswith(magic):
            raise FileProblem(f"is {says}")
    if start.startswith(b"PAR1"):
        return _parquet(path)
    return _csv(path, zipped=start.startswith(b"\x1f\x8b"))


def _csv(path: Path, zipped: bool) -> SourceFile:
    encoding = _encoding(path, zipped)
    delimiter = _delimiter(_sample(path, zipped, encoding))
    with io.TextIOWrapper(_open(path, zipped), encoding, newline="") as text:
        names = _names(next(csv.reader(text, delimiter=delimiter), []))
    if not names:
        raise FileProblem("is empty; its first line must name the columns")

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        try:
            with _open(path, zipped) as file:
                yield from _csv_batches(file, encoding, delimiter, len(names), ragged)
        except (pa.ArrowInvalid, UnicodeError, EOFError, gzip.BadGzipFile) as error:
            raise FileProblem(f"breaks off: {_first_line(error)}; export it again") from error

    said = f"CSV, {_DELIMITERS[delimiter]}-separated, {encoding.upper().removesuffix('-SIG')}"
    return SourceFile(names, said + (", gzipped" if zipped else ""), read)


def _open(path: Path, zipped: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if zipped else path.open("rb")


def _encoding(path: Path, zipped: bool) -> str:
    """UTF-8 if the whole file is, UTF-16 if it says so, else the Western Windows code page."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with _open(path, zipped) as file:
            block = file.read(1 << 20)
            if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            start = "utf-8-sig" if block.startswith(codecs.BOM_UTF8) else "utf-8"
            while block:
                decoder.decode(block)
                block = file.read(1 << 20)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except (EOFError, OSError) as error:
        raise FileProblem(f"cannot be unpacked: {_first_line(error)}; export it again") from error
    return start


def _sample(path: Path, zipped: bool, encoding: str) -> str:
    """The file's beginning, up to a whole line."""
    with io.TextIOWrapper(_open(path, zipped), encoding, errors="replace", newline="") as text:
        return text.read(1 << 16).rpartition("\n")[0] or text.read(0)


def _delimiter(sample: str) -> str:
    """The separator that splits the first lines into most columns, alike in most of them."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 50))
        widths = [len(row) for row in rows if row]
        width = widths[0] if widths else 0
        return (sum(one == width for one in widths) if width > 1 else 0, width)

    return max(_DELIMITERS, key=evenness)


def _names(header: list[str]) -> tuple[str, ...]:
    """Column names as the caller knows them: nameless ones numbered, later ones of the same name too."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = cell.strip().strip("\ufeff\x00") or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return tuple(names)


def _csv_batches(
    file: IO[bytes], encoding: str, delimiter: str, width: int, ragged: list[Ragged]
) -> Iterator[pa.RecordBatch]:
    columns = [f"c{i}" for i in range(width)]
    misfits: set[int] = set()

    def set_aside(row: Any) -> str:
        misfits.add(row.number)
        if row.text.strip():
            ragged.append(Ragged(row.number, tuple(next(csv.reader([row.text], delimiter=delimiter), []))))
        return "skip"

    reader = pacsv.open_csv(
        file,
        # One thread: only so does a row that is set aside know its number.
        pacsv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
            column_names=columns,
            skip_rows_after_names=1,
            encoding="utf8" if encoding.startswith("utf-8") else encoding,
        ),
        pacsv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    lines = (line for line in count(2) if line not in misfits)
    for batch in reader:
        yield _numbered(list(islice(lines, batch.num_rows)), batch.columns)


def _numbered(lines: list[int], columns: list[pa.Array]) -> pa.RecordBatch:
    """A batch with its lines, without rows in which nothing stands."""
    names = ["line", *(f"c{i}" for i in range(len(columns)))]
    batch = pa.RecordBatch.from_arrays([pa.array(lines, pa.int64()), *columns], names=names)
    anything = None
    for column in columns:
        said = pc.is_valid(column)
        anything = said if anything is None else pc.or_(anything, said)
    return batch.filter(anything)


def _parquet(path: Path) -> SourceFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileProblem(f"is a damaged Parquet file: {_first_line(error)}; export it again") from error
    names = _names(list(file.schema_arrow.names))

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        line = 2
        for batch in file.iter_batches(_PARQUET_ROWS):
            yield _numbered(list(range(line, line + batch.num_rows)), [_text(one) for one in batch.columns])
            line += batch.num_rows

    return SourceFile(names, "Parquet", read)


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


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0] or type(error).__name__
