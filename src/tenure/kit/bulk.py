"""Writes many rows of one table: what bulk_create does, at a quarter of its cost.

The ORM compiles every value of every row into an expression of its own; here a table is looked at once, and
its rows go to the database as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Model

_Write = Callable[[Any], Any]


def add(rows: Iterable[Model]) -> None:
    """Insert rows of one table. Keys that the database gives are not read back."""
    _insert(list(rows), "")


def save(rows: Iterable[Model], key: Sequence[str], fields: Sequence[str]) -> None:
    """Insert rows of one table, or set these fields of those whose `key` fields are there already."""
    some = list(rows)
    if some:
        model = type(some[0])
        unique = ", ".join(_column(model, name) for name in key)
        sets = ", ".join(f"{_column(model, name)} = excluded.{_column(model, name)}" for name in fields)
        _insert(some, f" ON CONFLICT ({unique}) DO UPDATE SET {sets}")


def _insert(rows: list[Model], otherwise: str) -> None:
    if not rows:
        return
    model = type(rows[0])
    given = [one for one in _fields(model) if not _is_given_by_database(rows[0], one)]
    names = ", ".join(f'"{one.column}"' for one in given)
    marks = ", ".join(["%s"] * len(given))
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks}){otherwise}'  # noqa: S608 (our own names)
    columns = [_values(rows, one) for one in given]
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(zip(*columns, strict=True)))


def _values(rows: Sequence[Model], field: models.Field[Any, Any]) -> list[Any]:
    name, write = field.attname, _write(field)
    values = [row.__dict__[name] for row in rows]
    return values if write is None else [None if value is None else write(value) for value in values]


@cache
def _fields(model: type[Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


def _column(model: type[Model], name: str) -> str:
    return f'"{model._meta.get_field(name).column}"'  # type: ignore[union-attr]


def _is_given_by_database(row: Model, field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.AutoField) and row.pk is None


def _write(field: models.Field[Any, Any]) -> _Write | None:
    """How a field's values are written; None: as they are."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, (models.DateField, models.DecimalField)):
        return lambda value: field.get_db_prep_value(value, connection)
    return None


def _instant(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _json(value: Any) -> str:
    return "{}" if value == {} else json.dumps(value)
