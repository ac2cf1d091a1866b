"""Packs lines of text that are kept by the thousand and hardly ever read."""

from __future__ import annotations

import pyarrow as pa

_CODEC = "zstd"
_SIZE = 8  # bytes in front that say how long the text is


def pack(text: str) -> bytes:
    """The text, to be unpacked by `unpack`."""
    plain = text.encode()
    packed: bytes = pa.compress(plain, codec=_CODEC, asbytes=True)
    return len(plain).to_bytes(_SIZE, "big") + packed


def unpack(packed: bytes) -> str:
    """The text that was packed."""
    size = int.from_bytes(packed[:_SIZE], "big")
    plain: bytes = pa.decompress(packed[_SIZE:], decompressed_size=size, codec=_CODEC, asbytes=True)
    return plain.decode()
