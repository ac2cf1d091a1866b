"""Long lists in pieces, so that each is a short transaction and other writers get their turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def pieces(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Consecutive slices of `size`, the last one shorter; none of nothing."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
