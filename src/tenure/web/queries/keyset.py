"""Pages through sorted rows from the last one seen, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple, Protocol

from django.db.models import F, Q, QuerySet

Row = Mapping[str, Any]
Placed = tuple[int, Row]  # a row, and which stretch it is of
END = "end"
_SORTED_BY = "sorted_by"


class Mark(NamedTuple):
    """Where a page begins or ends: the stretch, the row's id, and the value it is sorted by."""

    stretch: int
    row_id: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.stretch}~{self.row_id}~{self.value}"


class Walked(Protocol):
    """Rows in one order, some of which are asked for: a `Stretch`, or a quicker way to one."""

    @property
    def read(self) -> Callable[[str], Any]:
        """The sorted column's value from the text of a mark."""

    def walk(self, mark: Mark | None, most: int | None, is_backward: bool) -> Iterable[Row]:
        """At most `most` rows (None: all) behind the mark, or before it, nearest first."""


@dataclass(frozen=True)
class Stretch:
    """Rows in one order: by a column that is never null, then by id; or, without a column, by id alone.

    An order with missing values is several stretches, so that an index finds the start of each.
    `rows` gives dictionaries (`QuerySet.values`) with an `id`, and is not asked before they are wanted: most
    pages end within the first stretch. `row_id` is where the index has that id.
    """

    rows: Callable[[], QuerySet[Any]]
    row_id: str = "id"
    column: str = ""
    is_descending: bool = False
    read: Callable[[str], Any] = str  # the column's value from the text of a mark

    def walk(self, mark: Mark | None, most: int | None, is_backward: bool) -> QuerySet[Any]:
        """At most `most` rows (None: all) behind the mark, or before it, nearest first."""
        is_down = self.is_descending != is_backward
        order = [self.column, self.row_id] if self.column else [self.row_id]
        rows = self.rows()
        if self.column:
            rows = rows.annotate(**{_SORTED_BY: F(self.column)})
        if mark is not None:
            rows = rows.filter(self._beyond(mark, "lt" if is_down else "gt"))
        return rows.order_by(*(f"-{name}" if is_down else name for name in order))[:most]

    def _beyond(self, mark: Mark, than: str) -> Q:
        further = Q(**{f"{self.row_id}__{than}": mark.row_id})
        if not self.column:
            return further
        value = self.read(mark.value)
        # The first condition says nothing new, but it is the one that an index can start from.
        from_here = Q(**{f"{self.column}__{than}e": value})
        return from_here & (Q(**{f"{self.column}__{than}": value}) | further)


@dataclass(frozen=True)
class Page:
    """Some rows, and the marks for the pages before and after them (empty: there is none)."""

    rows: list[Row]
    before: str = ""
    after: str = ""


def page(
    stretches: Sequence[Walked], size: int, after: str = "", before: str = "", most: int | None = None
) -> Page:
    """The page behind the mark `after`, or before the mark `before` (`end`: the last one); else the first.

    A mark of another order, or no mark at all, is as if it were not given. `most`: how many rows there are,
    if that is known: stretches behind the last of them are not asked for.
    """
    mark = _read(before or after, stretches)
    asked = size + 1 if most is None else min(size + 1, most)
    if before == END or (before and mark):
        found = list(islice(_walk(stretches, mark, size + 1, is_backward=True), asked))
        return _page(found[:size][::-1], has_before=len(found) > size, has_after=mark is not None)
    found = list(islice(_walk(stretches, mark, size + 1, is_backward=False), asked))
    return _page(found[:size], has_before=mark is not None, has_after=len(found) > size)


def _walk(stretches: Sequence[Walked], mark: Mark | None, most: int, is_backward: bool) -> Iterator[Placed]:
    """Rows from the mark on, over as many stretches as the caller takes."""
    places = range(len(stretches))[:: -1 if is_backward else 1]
    for place in places[places.index(mark.stretch) if mark else 0 :]:
        here = mark if mark and mark.stretch == place else None
        for row in stretches[place].walk(here, most, is_backward):
            yield place, row


def _page(rows: Sequence[Placed], has_before: bool, has_after: bool) -> Page:
    before = _mark(*rows[0]) if rows and has_before else ""
    after = _mark(*rows[-1]) if rows and has_after else ""
    return Page([row for _, row in rows], before, after)


def _mark(place: int, row: Row) -> str:
    return str(Mark(place, row["id"], _text(row.get(_SORTED_BY, ""))))


def _text(value: Any) -> str:
    """A value as a mark holds it: a float to its last bit."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(text: str, stretches: Sequence[Walked]) -> Mark | None:
    """The mark of a URL; None if it is none, or of another order."""
    place, _, rest = text.partition("~")
    row_id, _, value = rest.partition("~")
    if not (place.isascii() and place.isdigit() and len(place) < 3 and int(place) < len(stretches)):
        return None
    try:
        stretches[int(place)].read(value)
    except ValueError:
        return None
    return Mark(int(place), row_id, value)
