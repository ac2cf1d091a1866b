"""The rows of Customers as HTML, each kept by all that it shows, so that it is drawn once.

Drawing fifty rows takes a fourth of a page. A row is asked for by what it is made of, so it can't be stale:
whatever becomes different about a customer, or about who looks, asks for another row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.template import engines
from markupsafe import Markup

from tenure.kit import clock
from tenure.metrics.definition import Unit
from tenure.web.queries.columns import Column
from tenure.web.queries.lines import Asked, Line
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

KEPT = 3_000  # rows of some 4 kB


class Cell(NamedTuple):
    """What a row needs to know of a column."""

    kind: str
    css: str
    metric: str
    unit: Unit | None
    why_none: str
    attribute: str

    @classmethod
    def of(cls, column: Column) -> Cell:
        """The cells of a column."""
        unit = column.shows.unit if column.shows else None
        return cls(column.cell, column.css, column.metric, unit, column.why_none, column.attribute)


class About:
    """What all rows of a page have in common. There is one for each, so that it is quick to tell apart."""

    def __init__(
        self, currency: str, zone: str, today: date, may_edit: bool, cells: tuple[Cell, ...], asked: Asked
    ) -> None:
        self.currency = currency
        self.zone = zone
        self.today = today  # rows say how long ago something was
        self.may_edit = may_edit
        self.cells = cells
        self.asked = asked


def rows(access: Access, wanted: Wanted, lines: Iterable[Line]) -> Markup:
    """The rows of these lines, as the caller sees them."""
    zone = access.workspace.zone
    about = _about(
        access.workspace.currency,
        zone,
        clock.today(zone),
        access.may(Right.WORK),
        tuple(map(Cell.of, wanted.columns)),
        wanted.asked,
    )
    drawn = b"".join([_row(about, line) for line in lines])
    return Markup(drawn.decode())  # noqa: S704 (drawn by the template, which escapes)


def drawn_so_far() -> int:
    """How many rows this process has drawn."""
    return _row.cache_info().misses


_about = lru_cache(maxsize=256)(About)


@lru_cache(maxsize=KEPT)
def _row(about: About, line: Line) -> bytes:
    """As bytes: a text with a single dash beyond Latin takes twice the room."""
    return str(_template().row(line.row(about.asked), about)).encode()


@lru_cache(maxsize=1)
def _template() -> Any:
    engine: Any = engines["jinja2"]
    return engine.env.get_template("customers/row.html").module
