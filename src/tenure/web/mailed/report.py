"""What a page says, taken out of the page: figures, charts and tables, to be written as a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tenure.web.charts import Chart
from tenure.web.exporting import Table


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
