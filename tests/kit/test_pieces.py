"""Nothing is lost or doubled between pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenure.kit.pieces import pieces


@given(st.lists(st.integers()), st.integers(1, 7))
def test_pieces_put_together_are_the_whole(items: list[int], size: int) -> None:
    found = list(pieces(items, size))
    assert [item for piece in found for item in piece] == items
    assert all(0 < len(piece) <= size for piece in found)
