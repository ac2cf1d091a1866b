"""The columns that the list of customers can show: what is known of every account, and every metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tenure.accounts.attributes import AMOUNT, NUMBER
from tenure.metrics.catalogue import Metrics
from tenure.metrics.definition import Metric
from tenure.segments.attributes import read_name
from tenure.web.queries.orders import Sort, sort_of

MOST = 14  # more do not fit on any screen


@dataclass(frozen=True)
class Column:
    """A column of the table. `cell` names the macro that draws it, `sorts` the orders its head offers."""

    name: str
    title: str
    cell: str
    sorts: tuple[str, ...] = ()
    css: str = ""
    metric: str = ""
    shows: Metric | None = None  # the metric of that name, where it is known which there are
    attribute: str = ""  # the field of an attribute, such as number:employees

    @property
    def orders(self) -> list[Sort]:
        """The orders of its head."""
        there = {self.metric: self.shows} if self.shows else {}
        return [order for name in self.sorts if (order := sort_of(name, there))]

    @property
    def why_none(self) -> str:
        """What would supply a metric's values where there are none."""
        return self.shows.missing if self.shows else ""


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("success", "Success", "success", ("success",), "lead"),
        Column("sides", "Outcomes / Experience", "sides", ("outcomes", "experience"), "hide-s"),
        Column("arr", "ARR", "arr", ("arr",), "r"),
        Column("renewal", "Renewal", "renewal", ("renewal",)),
        Column("segment", "Segment", "segment", ("segment",), "hide-s"),
        Column("seat_use", "Seat use", "metric", ("seat_use",), "r hide-s", metric="seat_use"),
        Column("weeks", "12 weeks", "weeks", css="hide-s"),
        Column("last_active", "Last active", "last_active", ("last_active",), "hide-s"),
        Column("owner", "Owner", "owner", ("owner",), "hide-s"),
        Column("products", "Products", "products", css="hide-s"),
        Column("parent", "Belongs to", "parent", css="hide-s"),
        Column("domain", "Domain", "domain", css="hide-s"),
        Column("id", "Id", "id", css="hide-s"),
    )
}
USUAL = ("success", "sides", "arr", "renewal", "segment", "seat_use", "weeks", "last_active", "owner")


def column_of(name: str, metrics: Metrics) -> Column | None:
    """The column of that name; None if there is none."""
    if name in COLUMNS:
        column = COLUMNS[name]
        return replace(column, shows=metrics[column.metric]) if column.metric else column
    if found := read_name(name):
        kind, attribute = found
        right = "r hide-s" if kind in (NUMBER, AMOUNT) else "hide-s"
        title = attribute.replace("_", " ")
        return Column(name, title[:1].upper() + title[1:], "attribute", (name,), right, attribute=name)
    if name not in metrics:
        return None
    metric = metrics[name]
    return Column(name, metric.title, "metric", (name,), "r hide-s", metric=name, shows=metric)


def read(text: str, metrics: Metrics) -> tuple[str, ...]:
    """The columns that an address names, each once; the usual ones where it names none that exist."""
    named = dict.fromkeys(name for name in text.split(",") if column_of(name, metrics))
    return tuple(named)[:MOST] or USUAL


def columns(names: Sequence[str], metrics: Metrics) -> list[Column]:
    """The columns of these names, in their order."""
    return [column for name in names if (column := column_of(name, metrics))]


def others(names: Sequence[str], metrics: Metrics, attributes: Sequence[str] = ()) -> list[Column]:
    """What could be added: built-in columns first, then metrics by title, then attributes."""
    if len(names) >= MOST:
        return []
    by_title = sorted((metric.title, metric.name) for metric in metrics.values())
    offered = [*COLUMNS, *(name for _, name in by_title if name not in COLUMNS), *attributes]
    return columns([name for name in offered if name not in names], metrics)


@dataclass(frozen=True)
class Arranged:
    """A chosen column, and the columns there are once it is moved or taken away."""

    column: Column
    left: tuple[str, ...]
    right: tuple[str, ...]
    without: tuple[str, ...]


def arranged(names: Sequence[str], metrics: Metrics) -> Iterator[Arranged]:
    """The chosen columns, each with where it could go."""
    for place, column in enumerate(columns(names, metrics)):
        rest = tuple(name for name in names if name != column.name)
        yield Arranged(column, _at(rest, place - 1, column), _at(rest, place + 1, column), rest)


def _at(names: tuple[str, ...], place: int, column: Column) -> tuple[str, ...]:
    place = max(place, 0)
    return (*names[:place], column.name, *names[place:])
