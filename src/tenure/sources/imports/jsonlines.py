"""Opens JSON Lines, plain or gzipped: one object a line, its fields as columns."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, cast

import msgspec
import pyarrow as pa

from tenure.sources.imports.file import (
    LARGEST_CELL,
    FileProblem,
    Ragged,
    SourceFile,
    column_names,
    first_line,
    numbered,
)

_ROWS = 20_000
_SEARCHED = 20_000  # lines in which the columns are found
_LONGEST = 8 << 20  # bytes of a line
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_WORD = msgspec.json.Decoder(str)


def open_json_lines(path: Path, zipped: bool) -> SourceFile:
    """Open a file of one JSON object a line. Raises FileProblem."""
    found: dict[str, None] = {}
    for _, line in islice(_lines(path, zipped), _SEARCHED):
        found.update(dict.fromkeys(_fields(line) or ()))
    if not found:
        raise FileProblem("has no JSON object in any line; write one object a line")
    keys = list(found)
    names = column_names(keys)

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        lines = _lines(path, zipped)
        while some := list(islice(lines, _ROWS)):
            yield _batch(some, keys, ragged)

    return SourceFile(names, f"JSON Lines{', gzipped' if zipped else ''}", read, has_types=True)


def _lines(path: Path, zipped: bool) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, with their numbers, however they end."""
    number = 0
    try:
        with cast(IO[bytes], gzip.open(path)) if zipped else path.open("rb") as file:
            while line := file.readline(_LONGEST + 1):
                number += 1
                if len(line) > _LONGEST:
                    raise FileProblem(f"has a line of more than {_LONGEST >> 20} MB (line {number:,})")
                if line := line.removeprefix(b"\xef\xbb\xbf").strip():
                    yield number, line
    except (EOFError, OSError) as error:
        raise FileProblem(f"breaks off: {first_line(error)}; export it again") from error


def _fields(line: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        line.decode()  # the decoder looks at the parts of an object only when they are asked for
        return _OBJECT.decode(line)
    except (ValueError, RecursionError):  # also what is not UTF-8
        return None


def _batch(some: list[tuple[int, bytes]], keys: list[str], ragged: list[Ragged]) -> pa.RecordBatch:
    numbers, rows, known = [], [], set(keys)
    for number, line in some:
        fields = _fields(line)
        wrong = _wrong(fields, known)
        if fields is None or wrong:
            ragged.append(Ragged(number, (line[:LARGEST_CELL].decode(errors="replace"),), wrong))
            continue
        numbers.append(number)
        rows.append(fields)
    columns = [pa.array([_text(row.get(key)) for row in rows], pa.string()) for key in keys]
    return numbered(numbers, columns)


def _wrong(fields: dict[str, msgspec.Raw] | None, known: set[str]) -> str:
    if fields is None:
        return "is not a JSON object; each line must be one"
    strange = [name for name in fields if name not in known]
    if strange:
        return (
            f"has a field {strange[0][:60]!r} that none of the first {_SEARCHED:,} lines has; "
            "put a line that has it further up"
        )
    return ""


def _text(raw: msgspec.Raw | None) -> str | None:
    """A value as the text a person would write; lists and objects as JSON."""
    value = b"" if raw is None else bytes(raw)
    if value in (b"", b"null", b'""'):
        return None
    if value.startswith(b'"'):
        return _WORD.decode(value).replace("\x00", "") or None
    return value.decode()
