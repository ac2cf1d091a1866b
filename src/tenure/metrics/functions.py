"""Functions of DuckDB that expressions may call by their own names."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def getvariable(which: str) -> dt.date:
    """A variable of the connection; DuckDB takes it for a constant, so files are left out by it."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def bit_count(bits: dt.int64) -> dt.int64:
    """How many bits are set."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_extract_string(body: dt.string, path: dt.string) -> dt.string:
    """What stands in JSON at a path, as text; null where nothing does."""
