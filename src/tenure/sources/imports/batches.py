"""The rows of a batch as Python values: Arrow itself takes a hundred times as long over days and instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import msgspec
import pyarrow as pa

from tenure.kit import bulk


def column(batch: pa.Table, name: str) -> list[Any]:
    """A column's values, None where there is none."""
    cells, kind = batch[name], batch.schema.field(name).type
    if pa.types.is_date(kind):
        return list(cells.to_numpy().tolist())
    if pa.types.is_timestamp(kind):
        return [one and one.replace(tzinfo=UTC) for one in cells.cast(pa.timestamp("us")).to_numpy().tolist()]
    return list(cells.to_pylist())


def texts(batch: pa.Table, name: str) -> list[str]:
    """A column of texts, empty where there is none."""
    return [one or "" for one in batch[name].to_pylist()]


def plain(objects: pa.ChunkedArray) -> bulk.Texts:
    """A column of JSON objects as they are kept."""
    decode = msgspec.json.Decoder().decode
    return bulk.Texts(bulk.as_json(decode(one)) for one in objects.to_pylist())


def rows(batch: pa.Table) -> Iterator[dict[str, Any]]:
    """Every row by the names of its columns."""
    names = batch.column_names
    return (
        dict(zip(names, row, strict=True)) for row in zip(*(column(batch, one) for one in names), strict=True)
    )
