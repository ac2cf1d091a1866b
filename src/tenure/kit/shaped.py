"""Conditions apart from their values, so that a query is put together once for all that differ in those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Any

from django.db.models import F, Field, Q

from tenure.kit.prepared import Value

MOST = 12  # values in a list, beyond which only powers of two are apart: not a query for each length
LONGEST = 256  # beyond, what is kept of the query is large
_OPEN = (str, int, float, date)
_PLAIN = ("gt", "gte", "lt", "lte", "in", "range")  # lookups that take their values as they are


@dataclass(frozen=True)
class _Lookup:
    """A lookup that is open: of which kinds its values are, and whether it takes them as a list."""

    name: str
    kinds: tuple[type, ...]
    is_list: bool


@dataclass(frozen=True)
class Shape:
    """How conditions are put together, whatever their values: equal where the queries are."""

    connector: str
    is_negated: bool
    parts: tuple[Shape | _Lookup | tuple[str, bool | F], ...]

    def q(self, values: Iterator[Value]) -> Q:
        """The conditions with the next of these values, in the order in which `apart` gives them."""
        children = [_child(part, values) for part in self.parts]
        return Q(*children, _connector=self.connector, _negated=self.is_negated)


def _child(part: Shape | _Lookup | tuple[str, bool | F], values: Iterator[Value]) -> Any:
    if isinstance(part, Shape):
        return part.q(values)
    if isinstance(part, tuple):
        return part
    taken = tuple(next(values) for _ in part.kinds)
    return part.name, taken if part.is_list else taken[0]


def apart(conditions: Q) -> tuple[Shape, list[Value]] | None:
    """The shape of conditions and their values; None where one is anything but texts, numbers, days."""
    values: list[Value] = []
    shape = _apart(conditions, values)
    return None if shape is None else (shape, values)


def padded(values: Sequence[str]) -> list[str]:
    """As many as a power of two, the last of them again: lists have a few lengths then."""
    length = 1 << max(len(values) - 1, 0).bit_length()
    return [*values, *repeat(values[-1], length - len(values))] if values else []


def _apart(conditions: Q, values: list[Value]) -> Shape | None:
    parts: list[Any] = []
    for child in conditions.children:
        part = _apart(child, values) if isinstance(child, Q) else _part(child, values)
        if part is None:
            return None
        parts.append(part)
    return Shape(conditions.connector, conditions.negated, tuple(parts))


def _part(child: Any, values: list[Value]) -> _Lookup | tuple[str, bool | F] | None:
    if not isinstance(child, tuple):
        return None
    name, value = child
    if isinstance(value, bool | F):  # no value of anybody's: part of the query
        return name, value
    is_list = name.rpartition("__")[2] in ("in", "range")
    each = tuple(value) if is_list and isinstance(value, list | tuple) else (value,)
    kinds = tuple(type(one) for one in each)
    is_usual = 0 < len(each) <= MOST or (len(each) <= LONGEST and len(each).bit_count() == 1)
    if not (is_usual and _takes(name) and all(kind in _OPEN for kind in kinds)):
        return None
    values.extend(each)
    return _Lookup(name, kinds, is_list)


def _takes(name: str) -> bool:
    """Whether a lookup takes values as they are: it says no more than a path of columns, or a plain word."""
    last = name.rpartition("__")[2]
    return last in _PLAIN or last not in Field().get_lookups()
