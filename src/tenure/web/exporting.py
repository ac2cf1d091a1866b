"""Tables as files: CSV, XLSX and Parquet, written row by row, with no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from tempfile import NamedTemporaryFile
from typing import IO, Any, Literal

CHUNK = 5000  # rows of a Parquet group in memory
MOST_ROWS = 1_048_575  # of an Excel sheet, besides its head
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


@dataclass(frozen=True)
class Field:
    """A column of the file."""

    name: str
    kind: Literal["text", "number", "money", "day"] = "text"


Value = str | float | Decimal | date | None  # money is a Decimal in major units; None is no data
Row = Sequence[Value]  # a value for each field


@dataclass(frozen=True)
class Table:
    """A table: its title, columns and rows."""

    title: str
    fields: Sequence[Field]
    rows: Iterable[Row]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_lines(fields: Sequence[Field], rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a CSV file, as they come."""
    writer = csv.writer(_Echo())
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"  # by which spreadsheets know that it is UTF-8
    yield writer.writerow([field.name for field in fields])
    for row in rows:
        yield writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])


def xlsx_file(fields: Sequence[Field], rows: Iterable[Row], title: str = "Customers") -> IO[bytes]:
    """An Excel file, written with the memory of one row; it is deleted once closed.

    Texts go in as texts, whatever they begin with. Rows beyond what a sheet holds are left out.
    """
    import xlsxwriter

    file = NamedTemporaryFile(prefix="tenure-export-")  # noqa: SIM115 (whoever sends it closes it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file.name, options) as book:
        sheet, head = book.add_worksheet(title), book.add_format({"bold": True})
        day, money = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "#,##0.00"}),
        )
        styles = [{"day": day, "money": money}.get(field.kind) for field in fields]
        sheet.freeze_panes(1, 1)
        for place, field in enumerate(fields):
            sheet.set_column(place, place, 28 if field.name == "name" else 14)
            sheet.write_string(0, place, field.name, head)
        for number, row in enumerate(islice(rows, MOST_ROWS), 1):
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value, styles[place])
    file.seek(0)
    return file


def parquet_file(fields: Sequence[Field], rows: Iterable[Row]) -> IO[bytes]:
    """A Parquet file, written group by group; it is deleted once closed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"text": pa.string(), "number": pa.float64(), "money": pa.decimal128(24, 3), "day": pa.date32()}
    schema = pa.schema([(field.name, kinds[field.kind]) for field in fields])
    file, left = NamedTemporaryFile(prefix="tenure-export-"), iter(rows)  # noqa: SIM115
    with pq.ParquetWriter(file.name, schema, compression="zstd") as writer:
        while some := list(islice(left, CHUNK)):
            columns = zip(*some, strict=True)
            writer.write_table(pa.table([*map(list, columns)], schema=schema))
    file.seek(0)
    return file


class _Echo:
    """A file that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _write_cell(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif value is not None:
        sheet.write_number(row, column, float(value), style)
