"""What sources say about many things, column by column: no object is made of what needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tenure.kit.bulk import Instants

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")
Said = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Columns(Generic[R]):
    """What rows of a dataclass say, by the names of its fields, each column as long as the others.

    Instants are texts as a database keeps them (`bulk.Instants`).
    """

    kind: type[R]
    said: Said

    @classmethod
    def of(cls, kind: type[R], rows: Sequence[R]) -> Columns[R]:
        """The same as rows say."""
        said = {one.name: [getattr(row, one.name) for row in rows] for one in fields(kind)}
        kept = {name: Instants.of(said[name]) for name in _instants(kind)}
        return cls(kind, {**said, **kept})

    def __len__(self) -> int:
        return len(next(iter(self.said.values())))

    def __getitem__(self, name: str) -> Any:
        return self.said[name]

    def some(self, names: Sequence[str]) -> dict[str, Sequence[Any]]:
        """Some of the columns, by name."""
        return {name: self.said[name] for name in names}

    def where(self, wanted: Sequence[bool]) -> Columns[R]:
        """Some of the rows."""
        return Columns(self.kind, where(self.said, wanted))

    def latest(self, keys: Sequence[Any]) -> Columns[R]:
        """The last row of each key; `keys` are those of the rows."""
        return Columns(self.kind, latest(self.said, keys))

    def sorted_by(self, *names: str) -> Columns[R]:
        """The rows in the order of some columns."""
        keys = list(zip(*(self.said[name] for name in names), strict=True))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        if order == list(range(len(keys))):
            return self
        return Columns(
            self.kind, {name: _like(one)(one[at] for at in order) for name, one in self.said.items()}
        )

    def chunks(self) -> Iterator[Columns[R]]:
        """The rows, so many at a time as go into one transaction."""
        return (Columns(self.kind, some) for some in chunks(self.said))

    def rows(self) -> Iterator[R]:
        """The same row by row."""
        columns = [_read(one) for one in self.said.values()]
        return (self.kind(**dict(zip(self.said, row, strict=True))) for row in zip(*columns, strict=True))


def where(said: Said, wanted: Sequence[bool]) -> Said:
    """Some rows of columns, which stay of the kind that they are."""
    if all(wanted):
        return said
    return {name: _like(one)(compress(one, wanted)) for name, one in said.items()}


def latest(said: Said, keys: Sequence[Any]) -> Said:
    """Of columns the last row of each key."""
    last = {key: at for at, key in enumerate(keys)}
    return where(said, [last[key] == at for at, key in enumerate(keys)]) if len(last) < len(keys) else said


def chunks(said: Said, size: int = 2000) -> Iterator[Said]:
    """Columns, so many rows at a time."""
    length = len(next(iter(said.values())))
    if length <= size:
        yield said
        return
    for at in range(0, length, size):
        yield {name: _like(one)(one[at : at + size]) for name, one in said.items()}


def _like(column: Sequence[Any]) -> Callable[[Iterable[Any]], list[Any]]:
    return type(column) if isinstance(column, list) else list


def _read(column: Sequence[Any]) -> Sequence[Any]:
    return column.read() if isinstance(column, Instants) else column


@cache
def _instants(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if str(one.type).startswith("datetime"))
