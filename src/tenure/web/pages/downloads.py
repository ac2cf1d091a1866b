"""A table, sent as a file."""

from __future__ import annotations

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from tenure.web.exporting import TYPES, Table, csv_lines, parquet_file, xlsx_file


def sent(table: Table, name: str, as_: str) -> HttpResponseBase:
    """The file NAME.AS, for an `as_` of exporting.TYPES. A CSV goes out row by row."""
    name = f"{name}.{as_}"
    if as_ == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        lines = csv_lines(table.fields, table.rows)
        return StreamingHttpResponse(lines, content_type=TYPES[as_], headers=headers)
    if as_ == "xlsx":
        file = xlsx_file(table.fields, table.rows, table.title)
    else:
        file = parquet_file(table.fields, table.rows)
    return FileResponse(file, content_type=TYPES[as_], as_attachment=True, filename=name)
