"""Lookups by whose column no index shall find the rows: `score__unled__gte=40`."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Q, Transform

_SIZES = ("gt", "gte", "lt", "lte", "range")


@Field.register_lookup
class Unled(Transform):
    """The column as it is. SQLite takes an index for a bare column only, so there it gets a sign."""

    lookup_name = "unled"

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """The column."""
        return compiler.compile(self.lhs)  # type: ignore[no-any-return]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:
        """The column with a plus before it, which changes no value."""
        sql, params = compiler.compile(self.lhs)
        return f"+{sql}", params


def unled(conditions: Q, table: str, but: str) -> Q:
    """The same conditions, whose sizes of columns at `table` lead to no rows, but for the column `but`."""
    found = Q(_connector=conditions.connector, _negated=conditions.negated)
    found.children = [
        unled(child, table, but) if isinstance(child, Q) else _lookup(child, table, but)
        for child in conditions.children
    ]
    return found


def _lookup(child: Any, table: str, but: str) -> Any:
    if not isinstance(child, tuple):
        return child
    name, value = child
    column, _, last = name.rpartition("__")
    is_meant = last in _SIZES and column.startswith(table) and column != but
    return (f"{column}__unled__{last}", value) if is_meant else child
