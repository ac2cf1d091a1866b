"""Packs rows that are kept by the thousand and hardly ever read: by their columns, in a tenth of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

_CODEC = "zstd"
_SIZE = 8  # bytes in front that say how long the rest is when unpacked


def pack(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns of what a database holds, to be unpacked by `unpack`. TypeError for anything else."""
    plain = msgspec.msgpack.encode(columns)
    packed: bytes = pa.compress(plain, codec=_CODEC, asbytes=True)
    return len(plain).to_bytes(_SIZE, "big") + packed


def unpack(packed: bytes) -> dict[str, list[Any]]:
    """The columns that were packed."""
    size = int.from_bytes(packed[:_SIZE], "big")
    plain = pa.decompress(packed[_SIZE:], decompressed_size=size, codec=_CODEC, asbytes=True)
    return msgspec.msgpack.decode(plain, type=dict[str, list[Any]])
