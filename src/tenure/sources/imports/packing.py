"""Packs rows that are kept by the thousand and hardly ever read: by their columns, in a tenth of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

_CODEC = "zstd"
_SIZE = 8  # bytes in front that say how long the rest is when unpacked


def pack(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns of one length, of what a database holds, to be unpacked by `unpack`. TypeError for others.

    Of a column that says the same in every row, one value is kept; of the first, which is the key, all.
    """
    (first, keys), *others = columns.items()
    plain = msgspec.msgpack.encode({first: keys, **{name: _once(values) for name, values in others}})
    packed: bytes = pa.compress(plain, codec=_CODEC, asbytes=True)
    return len(plain).to_bytes(_SIZE, "big") + packed


def unpack(packed: bytes) -> dict[str, list[Any]]:
    """The columns that were packed."""
    size = int.from_bytes(packed[:_SIZE], "big")
    plain = pa.decompress(packed[_SIZE:], decompressed_size=size, codec=_CODEC, asbytes=True)
    columns = msgspec.msgpack.decode(plain, type=dict[str, list[Any]])
    rows = len(next(iter(columns.values())))
    return {name: values * rows if len(values) < rows else values for name, values in columns.items()}


def _once(values: Sequence[Any]) -> Sequence[Any]:
    first, last = values[0], values[-1]
    is_same = type(first) is type(last) and first == last and values.count(first) == len(values)
    return values[:1] if is_same else values
