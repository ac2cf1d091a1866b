"""Opens CSV and its cousins, plain or gzipped: encoding, separator and quoting found out from the content."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv as pacsv
from charset_normalizer import from_bytes

from tenure.sources.imports.file import (
    LARGEST_CELL,
    FileProblem,
    Ragged,
    Reading,
    SourceFile,
    column_names,
    first_line,
    numbered,
    unguarded,
)

_BLOCK = 8 << 20  # bytes; no row may be longer
_SAMPLE = 1 << 20  # characters in which the header and the separator are found
_BOMB = 200  # times its size that a gzipped file may unpack to, beyond the first
_BOMB_FROM = 64 << 20  # bytes
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# What can be chosen, and what a file that is not UTF-8 is compared with.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western)",
    "latin-1": "Latin-1 (ISO 8859-1)",
    "iso8859-15": "Latin-9 (ISO 8859-15)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "mac_roman": "Mac Roman",
    "cp437": "DOS (437)",
    "cp850": "DOS (850)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)",
}
_GUESSED = [name for name in ENCODINGS if not name.startswith("utf") and name not in ("latin-1", "cp437")]


def open_delimited(path: Path, reading: Reading, zipped: bool) -> SourceFile:
    """Open a file of separated values. Raises FileProblem."""
    if zipped:
        _check_bomb(path)
    found, is_assumed = _encoding(path, zipped)
    encoding = found
    if reading.encoding in ENCODINGS:
        # What says that it is UTF-8 or UTF-16 by its first bytes needs no other name.
        encoding = found if found.startswith(reading.encoding) else reading.encoding
        is_assumed = False
    sample = _sample(path, zipped, encoding)
    delimiter = reading.delimiter if reading.delimiter in DELIMITERS else _delimiter(sample)
    names = column_names(_header(sample, delimiter))
    if not names:
        raise FileProblem("is empty; its first line must name the columns")

    def read(ragged: list[Ragged]) -> Iterator[pa.RecordBatch]:
        try:
            with _open(path, zipped) as file:
                yield from _batches(file, encoding, delimiter, len(names), ragged)
        except (pa.ArrowInvalid, UnicodeError, EOFError, csv.Error, gzip.BadGzipFile, OSError) as error:
            raise FileProblem(_broken(error)) from error

    said = f"CSV, {DELIMITERS[delimiter]}-separated, {_called(encoding)}{' (assumed)' if is_assumed else ''}"
    return SourceFile(
        names,
        said + (", gzipped" if zipped else ""),
        read,
        Reading(encoding.removesuffix("-sig"), delimiter),
    )


def _called(encoding: str) -> str:
    return ENCODINGS.get(encoding.removesuffix("-sig"), encoding.upper())


def _broken(error: Exception) -> str:
    says = first_line(error)
    if "straddling" in says:
        return (
            f"has a row of more than {_BLOCK >> 20} MB, or a quotation mark that is never closed; "
            "quote cells that contain quotation marks, and double those"
        )
    return f"breaks off: {says}; export it again"


def _open(path: Path, zipped: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if zipped else path.open("rb")


def _check_bomb(path: Path) -> None:
    """A file that unpacks to far more than any table does is refused before anything is made of it."""
    most, unpacked = _BOMB_FROM + _BOMB * path.stat().st_size, 0
    try:
        with _open(path, zipped=True) as file:
            while block := file.read(1 << 20):
                unpacked += len(block)
                if unpacked > most:
                    raise FileProblem(
                        f"unpacks to more than {_BOMB} times its size; unpack it and import the plain file"
                    )
    except (EOFError, OSError, gzip.BadGzipFile) as error:
        raise FileProblem(f"cannot be unpacked: {first_line(error)}; export it again") from error


def _encoding(path: Path, zipped: bool) -> tuple[str, bool]:
    """The file's encoding, and whether that is a guess: UTF-8 if the whole file is, UTF-16 if it looks it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _open(path, zipped) as file:
        start = block = file.read(1 << 20)
        if utf_16 := _utf_16(block):
            return utf_16
        name = "utf-8-sig" if block.startswith(codecs.BOM_UTF8) else "utf-8"
        is_utf_8 = True
        while block:
            if b"\x00" in block:
                raise FileProblem(
                    "is not a text file: it has NUL bytes; import CSV, XLSX, Parquet or JSON Lines"
                )
            is_utf_8 = is_utf_8 and _decodes(decoder, block)
            block = file.read(1 << 20)
        is_utf_8 = is_utf_8 and _decodes(decoder, b"", final=True)
    return (name, False) if is_utf_8 else (_eight_bit(start), True)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _utf_16(block: bytes) -> tuple[str, bool] | None:
    """UTF-16 by its mark, or because every other byte of a text in it is 0."""
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    start = block[:2000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if len(start) > 3 and odd > 0.4 * len(start) / 2 and not even:
        return "utf-16-le", True
    if len(start) > 3 and even > 0.4 * len(start) / 2 and not odd:
        return "utf-16-be", True
    return None


def _eight_bit(start: bytes) -> str:
    """The likeliest of the encodings of one byte (or of the far East); Western Windows where it fits best."""
    found = from_bytes(start[: 1 << 18], cp_isolation=_GUESSED, threshold=0.4)
    best = found.best()
    western = next((one for one in found if "cp1252" in one.could_be_from_charset), None)
    if best is None or (western and western.chaos <= best.chaos + 0.02):
        return "cp1252" if _fits(start, "cp1252") else "latin-1"
    return next(
        (name for name in _GUESSED if codecs.lookup(name).name == codecs.lookup(best.encoding).name), "cp1252"
    )


def _fits(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _sample(path: Path, zipped: bool, encoding: str) -> str:
    """The file's beginning, up to a whole line."""
    try:
        with io.TextIOWrapper(_open(path, zipped), encoding, errors="replace", newline="") as text:
            sample = text.read(_SAMPLE)
    except UnicodeError as error:
        raise FileProblem(f"is not {_called(encoding)}; choose another encoding") from error
    if len(sample) < _SAMPLE:
        return sample
    whole = max(sample.rfind("\n"), sample.rfind("\r"))
    if whole < 0:
        raise FileProblem(f"has a first line of more than {_SAMPLE:,} characters; it must name the columns")
    return sample[: whole + 1]


def _delimiter(sample: str) -> str:
    """The separator that splits the first lines into most columns, alike in most of them."""

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = _widths(sample, delimiter)
        width = widths[0] if widths else 0
        return (sum(one == width for one in widths) if width > 1 else 0, width)

    return max(DELIMITERS, key=evenness)


def _widths(sample: str, delimiter: str) -> list[int]:
    """How many cells the first rows have, until one is larger than any cell should be."""
    widths: list[int] = []
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        widths.extend(len(row) for row in islice(rows, 50) if row)
    return widths


def _header(sample: str, delimiter: str) -> list[str]:
    try:
        header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), [])
        return list(unguarded(pa.array(header, pa.string())).to_pylist())
    except csv.Error as error:
        raise FileProblem(
            f"cannot be read: {first_line(error)}; its first line must name the columns"
        ) from error


def _batches(
    file: IO[bytes], encoding: str, delimiter: str, width: int, ragged: list[Ragged]
) -> Iterator[pa.RecordBatch]:
    columns = [f"c{i}" for i in range(width)]
    misfits: set[int] = set()
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
            invalid_row_handler=_setting_aside(delimiter, misfits, ragged),
        ),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    lines = (line for line in count(2) if line not in misfits)
    for batch in reader:
        yield numbered(list(islice(lines, batch.num_rows)), [unguarded(one) for one in batch.columns])


def _setting_aside(delimiter: str, misfits: set[int], ragged: list[Ragged]) -> Callable[[Any], str]:
    def set_aside(row: Any) -> str:
        misfits.add(row.number)
        if row.text.strip():
            ragged.append(_ragged(row.number, row.text, delimiter))
        return "skip"

    return set_aside


def _ragged(line: int, text: str, delimiter: str) -> Ragged:
    try:
        return Ragged(line, tuple(next(csv.reader([text], delimiter=delimiter), [])))
    except csv.Error:
        says = f"has a cell of more than {LARGEST_CELL:,} characters; shorten it"
        return Ragged(line, (text[:LARGEST_CELL],), says)
