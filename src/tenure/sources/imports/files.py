"""Opens files by what they contain, whatever they are called."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from pathlib import Path

from tenure.sources.imports.columnar import open_parquet
from tenure.sources.imports.delimited import open_delimited
from tenure.sources.imports.file import FileProblem, Ragged, Reading, SourceFile, first_line
from tenure.sources.imports.jsonlines import open_json_lines
from tenure.sources.imports.workbook import is_workbook, open_workbook

__all__ = ["FileProblem", "Ragged", "Reading", "SourceFile", "open_file"]

_NOT_READ = {
    b"\xd0\xcf\x11\xe0": "an old or protected Excel file; save it as XLSX or CSV and import that",
    b"%PDF": "a PDF; import the table it was printed from, as CSV",
}
_JSON_LIST = re.compile(rb"\[\s*[{\]]")
_JSON_OBJECT = re.compile(rb"\{\s*[\"}]")
_BLANK = b" \t\r\n"
_LARGE = 96 << 20  # bytes
_UNPACKED = 8  # times the size of a file that is packed


def open_file(path: Path, reading: Reading | None = None) -> SourceFile:
    """Open a file by what it contains, read as said where anything is said. Raises FileProblem."""
    zipped, start = _start(path)
    file = _open(path, reading or Reading(), zipped, start)
    is_packed = zipped or start.startswith((b"PAR1", b"PK"))
    return replace(file, is_large=path.stat().st_size * (_UNPACKED if is_packed else 1) > _LARGE)


def _open(path: Path, reading: Reading, zipped: bool, start: bytes) -> SourceFile:
    for magic, says in _NOT_READ.items():
        if start.startswith(magic):
            raise FileProblem(f"is {says}")
    if start.startswith(b"PAR1"):
        return open_parquet(path)
    if start.startswith(b"PK\x03\x04"):
        if not is_workbook(path):
            raise FileProblem("is a zip archive, or a damaged workbook; unpack it, or save it as CSV")
        return open_workbook(path, reading)
    if _JSON_LIST.match(start):
        raise FileProblem("is a JSON list; write one object a line (JSON Lines) and import that")
    if _JSON_OBJECT.match(start):
        return open_json_lines(path, zipped)
    return open_delimited(path, reading, zipped)


def _start(path: Path) -> tuple[bool, bytes]:
    """Whether a file is gzipped, and its first bytes once unpacked, blanks and a UTF-8 mark left out."""
    try:
        with path.open("rb") as file:
            start = file.read(1024)
        zipped = start.startswith(b"\x1f\x8b")
        if zipped:
            with gzip.open(path) as unpacked:
                start = unpacked.read(1024)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileProblem(f"cannot be unpacked: {first_line(error)}; export it again") from error
    except OSError as error:
        raise FileProblem(f"cannot be opened: {error.strerror}") from error
    return zipped, start.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
