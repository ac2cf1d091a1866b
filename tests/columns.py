"""What sources say in tests, row by row, as the product is told it: column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tenure.kit.columns import Columns


def in_columns(rows: Sequence[Any]) -> Columns[Any]:
    """Rows of one kind, at least one."""
    return Columns.of(type(rows[0]), rows)
