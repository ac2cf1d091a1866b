"""Writes and reads many rows of one table: what Django does, at a quarter of its cost.

The ORM compiles every value of every row into an expression of its own; here a table is looked at once, and
its rows go to the database as they are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import chain, count
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)
_Write = Callable[[Any], Any]
# Rows of one statement. A table with triggers has each statement make ready to be taken back, which costs as
# much as a row.
_TOGETHER = 100
_READ_TOGETHER = 20_000


def new(model: type[M], **values: Any) -> M:
    """A row that is to be written here, by its attributes' names: what the model's own making gives, sooner.

    References are given by id. Of tens of thousands of rows, being made is most of what they cost.
    """
    usual, made = _usual(model)
    row = model.__new__(model)
    row.__dict__.update(usual)
    for name, make in made:
        if name not in values:
            row.__dict__[name] = make()
    row.__dict__.update(values)
    row._state = ModelState()
    return row


@cache
def _usual(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What a row has that nobody gave anything: what is the same for all, and what is made for each."""
    fields = _fields(model)
    made = [(one.attname, one.get_default) for one in fields if callable(one.default)]
    return {one.attname: one.get_default() for one in fields if not callable(one.default)}, made


def table(rows: QuerySet[Any, Any], schema: pa.Schema) -> pa.Table:
    """What `values_list` finds, as Arrow of a schema whose columns stand in the same order.

    For columns that SQLite keeps as they are: text and numbers.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # asked of nobody: Django knows without asking
        return schema.empty_table()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        batches = [_batch(some, schema) for some in iter(lambda: cursor.fetchmany(_READ_TOGETHER), [])]
    return pa.Table.from_batches(batches, schema)


def _batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def add(rows: Iterable[Model]) -> None:
    """Insert rows of one table. Keys that the database gives are not read back."""
    _insert(list(rows), "")


def add_columns(
    model: type[Model],
    columns: Mapping[str, Sequence[Any]],
    key: Sequence[str] = (),
    fields: Sequence[str] = (),
) -> None:
    """Insert rows of a table given by columns, of one length, by the names of its attributes; with a `key`,
    as `save` does. A column that lacks has its default.

    For tens of thousands of rows: no object is made of any. Raises KeyError for a column that lacks and has
    no default, but the key that the database gives.
    """
    rows = len(next(iter(columns.values())))
    given = [one for one in _fields(model) if one.attname in columns or not isinstance(one, models.AutoField)]
    written = [
        _written(columns[one.attname], one) if one.attname in columns else _defaults(one, rows)
        for one in given
    ]
    _execute(model, given, written, _or_set(model, key, fields) if key else "")


def as_kept(model: type[Model], name: str, values: Sequence[Any]) -> Sequence[Any]:
    """Values of an attribute as they would be read from its column without Django."""
    found = _field(model, name)
    written = _written(values, found)
    if isinstance(found, models.DecimalField):  # SQLite keeps a number
        return [None if one is None else float(one) for one in written]
    return written


def _defaults(field: models.Field[Any, Any], rows: int) -> Sequence[Any]:
    """A column that nobody gave, as it is written."""
    if not field.has_default() and not field.null:
        raise KeyError(field.attname)
    if field.primary_key or field.unique:
        make = field.default if callable(field.default) else field.get_default
        return _written([make() for _ in range(rows)], field)
    return list(_written([field.get_default()], field)) * rows


def save(rows: Iterable[Model], key: Sequence[str], fields: Sequence[str]) -> None:
    """Insert rows of one table, or set these fields of those whose `key` fields are there already."""
    some = list(rows)
    if some:
        _insert(some, _or_set(type(some[0]), key, fields))


def _or_set(model: type[Model], key: Sequence[str], fields: Sequence[str]) -> str:
    unique = ", ".join(column(model, name) for name in key)
    sets = ", ".join(f"{column(model, name)} = excluded.{column(model, name)}" for name in fields)
    return f" ON CONFLICT ({unique}) DO UPDATE SET {sets}"


def _insert(rows: list[Model], otherwise: str) -> None:
    if not rows:
        return
    model = type(rows[0])
    given = [one for one in _fields(model) if not _is_given_by_database(rows[0], one)]
    _execute(model, given, [_values(rows, one) for one in given], otherwise)


@dataclass
class Added:
    """What was inserted while somebody watched, by table: columns of one length, as they were written."""

    by_table: dict[str, list[dict[str, Sequence[Any]]]] = field(default_factory=lambda: defaultdict(list))

    def columns(self, table: str) -> dict[str, list[Any]]:
        """All that was inserted into a table, where all of it had the same columns; nothing where not."""
        parts = self.by_table.get(table, [])
        if not parts or any(one.keys() != parts[0].keys() for one in parts):
            return {}
        return {name: list(chain.from_iterable(one[name] for one in parts)) for name in parts[0]}


_watching: list[Added] = []


@contextmanager
def watching() -> Iterator[Added]:
    """Have what is inserted in this block, by these functions, at hand at its end."""
    added = Added()
    _watching.append(added)
    try:
        yield added
    finally:
        _watching.remove(added)


def _execute(
    model: type[Model],
    given: Sequence[models.Field[Any, Any]],
    columns: Sequence[Sequence[Any]],
    otherwise: str,
) -> None:
    if not otherwise:
        for one in _watching:
            one.by_table[model._meta.db_table].append(
                dict(zip((str(field.column) for field in given), columns, strict=True))
            )
    rows = len(columns[0])
    same = _same(columns, rows)
    fixed = [column[0] for column, is_same in zip(columns, same, strict=True) if is_same]
    told = [column for column, is_same in zip(columns, same, strict=True) if not is_same]
    values, width = _in_turn(told), len(told)
    whole = len(values) - len(values) % (_TOGETHER * width)
    names = tuple(str(one.column) for one in given)
    with connection.cursor() as cursor:
        for some, together in ((values[:whole], _TOGETHER), (values[whole:], 1)):
            if some:
                sql = _statement(model._meta.db_table, names, same, together) + otherwise
                cursor.executemany(sql, _cut(some, together * width, fixed))


def _same(columns: Sequence[Sequence[Any]], rows: int) -> tuple[bool, ...]:
    """Which columns say the same in every row: a statement is given their values once. Never all."""
    same = tuple(rows > 1 and one.count(one[0]) == rows for one in columns)
    return same if not all(same) else (False,) * len(columns)


@lru_cache(maxsize=64)
def _statement(table: str, names: Sequence[str], same: Sequence[bool], rows: int) -> str:
    """Inserts so many rows; its first values are those of the columns that say the same in all of them.

    Whatever fails takes back the transaction. `OR FAIL` spares SQLite from making each statement ready to be
    taken back by itself: without triggers on the table it copies every page it touches for that.
    """
    fixed, numbers = count(1), count(1 + sum(same))
    place = [next(fixed) if is_same else 0 for is_same in same]
    marks = (", ".join(f"?{one or next(numbers)}" for one in place) for _ in range(rows))
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT OR FAIL INTO "{table}" ({columns}) VALUES ({"), (".join(marks)})'  # noqa: S608


def _in_turn(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """The values of columns of one length row by row, in one list; ValueError where one is shorter."""
    values: list[Any] = [None] * (len(columns) * len(columns[0]))
    for at, column in enumerate(columns):
        values[at :: len(columns)] = column
    return values


def _cut(values: list[Any], size: int, fixed: list[Any]) -> list[list[Any]]:
    """The values of each statement, the fixed ones first."""
    return [fixed + values[at : at + size] for at in range(0, len(values), size)]


def _values(rows: Sequence[Model], field: models.Field[Any, Any]) -> Sequence[Any]:
    name = field.attname
    return _written([row.__dict__[name] for row in rows], field)


def _written(values: Sequence[Any], field: models.Field[Any, Any]) -> Sequence[Any]:
    write = None if isinstance(values, Texts | Instants) else _write(field)
    if write is None:
        return values
    if isinstance(field, models.DateField) and len(values) > 1 and values.count(values[0]) == len(values):
        return list(_written(values[:1], field)) * len(values)  # of a batch, one instant
    return [None if value is None else write(value) for value in values]


@cache
def _fields(model: type[Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


def column(model: type[Model], name: str) -> str:
    """The column of an attribute, as SQL says it."""
    return f'"{_field(model, name).column}"'


def _field(model: type[Model], name: str) -> models.Field[Any, Any]:
    return model._meta.get_field(name)  # type: ignore[return-value]


def _is_given_by_database(row: Model, field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.AutoField) and row.pk is None


def _write(field: models.Field[Any, Any]) -> _Write | None:
    """How a field's values are written; None: as they are."""
    if isinstance(field, models.JSONField):
        return as_json
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.DateField):
        return _day
    if isinstance(field, models.DecimalField):
        return lambda value: field.get_db_prep_value(value, connection)
    return None


@lru_cache(maxsize=4096)
def _day(value: date) -> str:
    return value.isoformat()


@lru_cache(maxsize=4096)
def _instant(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


class Texts(list[str]):
    """A JSON field's values as their texts already."""


class Instants(list["str | None"]):
    """Instants as texts in UTC, as they are kept, which sort as they do; None where there is none."""

    @classmethod
    def of(cls, instants: Iterable[datetime | None]) -> Instants:
        """The texts of instants."""
        return cls(None if one is None else _instant(one) for one in instants)

    def written(self) -> list[str]:
        """As ISO 8601 writes them, with their zone; empty where there is none."""
        return [f"{one[:10]}T{one[11:]}+00:00" if one else "" for one in self]

    def days(self) -> list[str]:
        """Their days, in UTC."""
        return [one[:10] if one else "" for one in self]

    def read(self) -> list[datetime | None]:
        """The instants themselves."""
        return [read_instant(one) if one else None for one in self]


def read_instant(text: str) -> datetime:
    """An instant from its text as it is kept."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def kept_instant(instant: datetime) -> str:
    """The text of an instant as it is kept."""
    return _instant(instant)


def as_json(value: Any) -> str:
    """The text of a JSON field's value, as `json.dumps` gives it, but faster; for who writes it twice."""
    if not value and value == {}:
        return NOTHING
    try:
        text = msgspec.json.encode(value)
    except (OverflowError, TypeError):  # a whole number of many digits, or nothing that JSON has
        return json.dumps(value)
    return msgspec.json.format(text, indent=0).decode() if text.isascii() else json.dumps(value)


NOTHING = "{}"


def objects(columns: Mapping[str, Sequence[str]]) -> Texts:
    """The JSON objects of some columns of texts, without those that are empty in a row."""
    said = {_quoted(name): values for name, values in columns.items() if any(values)}
    if not said:
        return Texts([NOTHING] * len(next(iter(columns.values()))))
    if all(map(all, said.values())):
        shape = ", ".join(f"{name}: %s" for name in (one.replace("%", "%%") for one in said))
        return Texts(map(f"{{{shape}}}".__mod__, zip(*map(_all_quoted, said.values()), strict=True)))
    members = [
        [f", {name}: {_quoted(value)}" if value else "" for value in values] for name, values in said.items()
    ]
    return Texts(f"{{{one[2:]}}}" for one in map("".join, zip(*members, strict=True)))


_quoted = json.encoder.encode_basestring_ascii


def _all_quoted(values: Sequence[str]) -> Iterable[str]:
    """Each quoted; of values that many share, once."""
    distinct = set(values)
    if 4 * len(distinct) > len(values):
        return map(_quoted, values)
    return map({one: _quoted(one) for one in distinct}.__getitem__, values)
