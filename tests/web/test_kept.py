"""What is kept in memory: the last values, of so many rows together, each made once."""

from __future__ import annotations

from tenure.web.queries.kept import Kept


def test_a_value_is_made_once_and_the_oldest_go_first() -> None:
    kept: Kept[str] = Kept(most=2, largest=100)
    made: list[str] = []

    def get(key: str, rows: int = 1) -> str:
        def make() -> str:
            made.append(key)
            return key

        return kept.get(key, make, lambda _: rows)

    assert [get(key) for key in "aab"] == ["a", "a", "b"]
    assert made == ["a", "b"]
    get("c")
    assert [get(key) for key in "bca"] == ["b", "c", "a"]
    assert made == ["a", "b", "c", "a"]


def test_all_together_have_so_many_rows_and_what_is_larger_is_not_kept() -> None:
    kept: Kept[int] = Kept(most=10, largest=100)
    for rows in (60, 30, 40):
        kept.get(rows, lambda: 1, lambda _, rows=rows: rows)  # type: ignore[misc]
    assert [kept.has(rows) for rows in (60, 30, 40)] == [False, True, True]
    kept.get("large", lambda: 1, lambda _: 101)
    assert not kept.has("large")
    assert kept.has(30)
