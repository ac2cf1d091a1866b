"""What a page says, taken out of the page: figures, charts and tables, to be written as a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from tenure.kit import clock, words
from tenure.web import formats
from tenure.web.charts import Chart
from tenure.web.exporting import Table
from tenure.workspaces.access import Access

MOST_ROWS = 10_000  # of a file in a mail; the page's own export has all


@dataclass(frozen=True)
class Figure:
    """A figure as it is written, and what stands below it."""

    title: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A table of the page. The mail shows the first rows of `columns` (by name, with their headings); a file
    has all of it."""

    title: str
    table: Table
    columns: Mapping[str, str]
    says: str = ""
    name: str = ""  # of its file


@dataclass(frozen=True)
class Report:
    """A page for somebody. `path` is where it is; `empty` says why there is nothing."""

    title: str
    lead: str
    path: str
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    parts: Sequence[Part] = field(default_factory=tuple)
    says: Sequence[str] = ()  # sentences
    empty: str = ""


def there(*parts: Part) -> list[Part]:
    """Those parts that have rows, with as many as a file may have."""
    listed = [(one, list(one.table.rows)[:MOST_ROWS]) for one in parts]
    return [
        Part(one.title, Table(one.table.title, one.table.fields, rows), one.columns, one.says, one.name)
        for one, rows in listed
        if rows
    ]


def path_of(page: str, query: str) -> str:
    """Where a page is."""
    return f"{reverse(page)}?{query}" if query else reverse(page)


def whose(access: Access, says: str, *, as_of: bool = False) -> str:
    """The first line: what it is of, and whose book it is held to."""
    day = f", as of {formats.day(clock.today(access.workspace.zone))}" if as_of else ""
    book = " Of your own book only." if access.is_narrowed else ""
    return f"{words.capital(says)}{day}.{book}"
