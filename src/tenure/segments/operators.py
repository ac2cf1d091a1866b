"""What a rule can say of a field: each operator once, as SQL, as Python and as English.

A missing value matches `is_missing` and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q

from tenure.kit.registry import Registry


class Column(Protocol):
    """Where a field's values lie, seen from the account table."""

    def present(self) -> Q:
        """There is a value."""

    def where(self, **lookups: Any) -> Q:
        """There is one that fits Django's lookups."""


@dataclass(frozen=True)
class Operator:
    """One comparison with its three readings, and the kinds of value it is for."""

    name: str
    title: str
    kinds: frozenset[str]
    column: Callable[[Column, Any], Q]
    test: Callable[[Any, Any], bool]
    says: str  # words around {field} and {value}
    takes_value: bool = True
    includes: Callable[[Any, Any], bool] = operator.eq  # whoever fits the second value fits the first


def is_known(value: Any) -> bool:
    """Whether there is a value: neither nothing nor an empty text."""
    return value is not None and value != ""


def missing_is_false(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """The same test, which nothing missing passes."""
    return lambda value, wanted: is_known(value) and test(value, wanted)


def _small(text: str) -> str:
    """A–Z as a–z and nothing else, as SQLite's LIKE has it."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def _contains(value: str, wanted: tuple[str, ...]) -> bool:
    """Any of the texts is inside, capitals or not."""
    return any(_small(one) in _small(value) for one in wanted)


def _contains_column(column: Column, wanted: tuple[str, ...]) -> Q:
    """Any of the texts is inside, capitals or not."""
    found = Q(pk__in=())
    for one in wanted:
        found |= column.where(icontains=one)
    return found


_WORDS = frozenset({"text", "person", "choice"})
_SIZES = frozenset({"number", "share", "money", "day"})
_AHEAD, _AGO = frozenset({"days ahead"}), frozenset({"days ago"})
_ALL = _WORDS | _SIZES | _AHEAD | _AGO

OPERATORS: Registry[Operator] = Registry("tenure.segments.operators")

for _operator in (
    Operator(
        "is",
        "is",
        _WORDS,
        column=lambda column, wanted: column.where(**{"in": wanted}),
        test=missing_is_false(lambda value, wanted: value in wanted),
        says="whose {field} is {value}",
        includes=lambda wanted, other: {*other} <= {*wanted},
    ),
    Operator(
        "is_not",
        "is not",
        _WORDS,
        column=lambda column, wanted: column.present() & ~column.where(**{"in": wanted}),
        test=missing_is_false(lambda value, wanted: value not in wanted),
        says="whose {field} is not {value}",
        includes=lambda wanted, other: {*wanted} <= {*other},
    ),
    Operator(
        "contains",
        "contains",
        frozenset({"text", "person"}),
        column=_contains_column,
        test=missing_is_false(_contains),
        says="whose {field} contains “{value}”",
        includes=lambda wanted, other: {*other} <= {*wanted},
    ),
    Operator(
        "at_least",
        "at least",
        _SIZES,
        column=lambda column, wanted: column.where(gte=wanted),
        test=missing_is_false(operator.ge),
        says="with {field} at least {value}",
        includes=operator.le,
    ),
    Operator(
        "at_most",
        "at most",
        _SIZES,
        column=lambda column, wanted: column.where(lte=wanted),
        test=missing_is_false(operator.le),
        says="with {field} at most {value}",
        includes=operator.ge,
    ),
    Operator(
        "above",
        "above",
        _SIZES,
        column=lambda column, wanted: column.where(gt=wanted),
        test=missing_is_false(operator.gt),
        says="with {field} above {value}",
        includes=operator.le,
    ),
    Operator(
        "below",
        "below",
        _SIZES,
        column=lambda column, wanted: column.where(lt=wanted),
        test=missing_is_false(operator.lt),
        says="with {field} below {value}",
        includes=operator.ge,
    ),
    Operator(
        "within",
        "within",
        _AHEAD | _AGO,
        column=lambda column, days: column.where(range=tuple(days)),
        test=missing_is_false(lambda value, days: days.first <= value <= days.last),
        says="with {field} within {value}",
        includes=operator.ge,
    ),
    Operator(
        "beyond",
        "in more than",
        _AHEAD,
        column=lambda column, days: column.where(gt=days.last),
        test=missing_is_false(lambda value, days: value > days.last),
        says="with {field} in more than {value}",
        includes=operator.le,
    ),
    Operator(
        "before",
        "at least this long ago",
        _AGO,
        column=lambda column, days: column.where(lte=days.first),
        test=missing_is_false(lambda value, days: value <= days.first),
        says="with {field} at least {value} ago",
        includes=operator.le,
    ),
    Operator(
        "is_missing",
        "is missing",
        _ALL,
        column=lambda column, _: ~column.present(),
        test=lambda value, _: not is_known(value),
        says="with no {field}",
        takes_value=False,
    ),
    Operator(
        "is_known",
        "is known",
        _ALL,
        column=lambda column, _: column.present(),
        test=lambda value, _: is_known(value),
        says="with a known {field}",
        takes_value=False,
    ),
):
    OPERATORS.add(_operator)
