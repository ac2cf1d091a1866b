"""Queries that every page asks: put together once, afterwards only their values change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query

R = TypeVar("R")
Value = str | date | int | float


class NotOpen(ValueError):
    """A query can't be asked with other values: one of them is no parameter of it."""


class Prepared(Generic[R]):
    """A query with values left open, to be asked with them again and again.

    Putting the SQL of a short query together takes Django several times as long as the database needs to
    answer it. `model` is the table that is asked; `make` gets a text, a day or a number for each value and
    gives the queryset: what it asks for, and how, must not depend on the values, and each must be a parameter
    of it. NotOpen, a ValueError, where one is not.
    """

    def __init__(self, model: type[Model], make: Callable[..., QuerySet[Any, R]]) -> None:
        self.model = model
        self._make = make
        self._statement: _Statement | None = None

    def __call__(self, *values: Value) -> list[R]:
        """The rows for these values: what iterating over the queryset would give."""
        if self._statement is None:
            self._statement = _put_together(self._make, values)
        return self._statement.rows(list(map(_parameter, values)))


@dataclass(frozen=True)
class _Statement:
    """A queryset, its SQL, and which parameters of it are open: the place of a value, or a constant."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    parameters: Sequence[int | _Constant]

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """Have Django read the rows as ever, with a compiler that has its SQL already."""
        bound = tuple(one.value if isinstance(one, _Constant) else values[one] for one in self.parameters)
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *args, **kwargs: (self.sql, bound)  # type: ignore[method-assign]
        asked = object.__new__(type(self.queryset))  # copy() would run it
        vars(asked).update(vars(self.queryset), _query=_Compiled(self.queryset.query, compiler))
        return list(asked)


@dataclass(frozen=True)
class _Constant:
    value: Any


@dataclass(frozen=True)
class _Compiled:
    """Stands in for the query of a queryset, which says what it selects."""

    query: Query
    compiler: SQLCompiler

    def get_compiler(self, *_: Any, **__: Any) -> SQLCompiler:
        """The one there is."""
        return self.compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self.query, name)


def _put_together(make: Callable[..., QuerySet[Any, Any]], values: Sequence[Value]) -> _Statement:
    """Compile the query with marks for the values, and find them among its parameters."""
    marks = [_mark(place, value) for place, value in enumerate(values)]
    queryset = make(*marks)
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    marked = list(map(_parameter, marks))
    places = [marked.index(one) if one in marked else _Constant(one) for one in parameters]
    constants = [str(one.value) for one in places if isinstance(one, _Constant)]
    if changed := [one for one in constants if any(str(mark) in one for mark in marked)]:
        raise NotOpen(f"{changed[0]!r} is made of a value, in {sql}")
    if missing := {*range(len(values))} - {one for one in places if isinstance(one, int)}:
        raise NotOpen(f"value {min(missing)} is no parameter of {sql}")
    compiler.connection = None  # the thread's, which would stay open for good
    return _Statement(queryset, compiler, sql, places)


def _mark(place: int, value: Value) -> Value:
    """Something of the value's kind that no query says of itself."""
    if isinstance(value, date):
        return date.min + timedelta(days=place)
    if isinstance(value, int):
        return -(2**62) - place
    return -1e300 * (place + 1) if isinstance(value, float) else f"\N{SYMBOL FOR NULL}{place}"


def _parameter(value: Value) -> Any:
    """A value as the database takes it. ValueError for none: that is another question."""
    if value is None:
        raise ValueError("a prepared query asks for texts, days and numbers, and this is none")
    if isinstance(value, date):
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datefield_value(value)
    return value
