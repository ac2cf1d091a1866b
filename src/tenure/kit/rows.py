"""Many short rows as one: a thread that reads rows hands the processor to others after each."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Aggregate, QuerySet, TextField


class _Listed(Aggregate):
    """All values of a column as a JSON array."""

    output_field = TextField()
    template = "%(function)s(%(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's name for it."""
        return self.as_sql(compiler, connection, function="json_group_array", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL's name for it."""
        return self.as_sql(compiler, connection, function="json_agg", **context)


def ids(rows: QuerySet[Any, Any]) -> list[str]:
    """The ids of some rows, in no order: what `values_list("pk", flat=True)` gives, read as one row."""
    found = rows.values("pk").aggregate(ids=_Listed("pk"))["ids"]
    listed: list[str] = json.loads(found) if isinstance(found, str) else found or []
    return listed
