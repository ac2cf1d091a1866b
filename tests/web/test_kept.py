"""What is kept in memory: the last values, of so many rows together, each made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tenure.web.queries.kept import Kept


def test_a_value_is_made_once_and_the_oldest_go_first() -> None:
    kept: Kept[str] = Kept(most=2, largest=100)
    made: list[str] = []

    def get(key: str, rows: int = 1) -> str:
        def make() -> str:
            made.append(key)
            return key

        return kept.get(key, "now", make, lambda _: rows)

    assert [get(key) for key in "aab"] == ["a", "a", "b"]
    assert made == ["a", "b"]
    get("c")
    assert [get(key) for key in "bca"] == ["b", "c", "a"]
    assert made == ["a", "b", "c", "a"]


def test_all_together_have_so_many_rows_and_what_is_larger_is_not_kept() -> None:
    kept: Kept[int] = Kept(most=10, largest=100)
    for rows in (60, 30, 40):
        kept.get(rows, "now", lambda: 1, lambda _, rows=rows: rows)  # type: ignore[misc]
    assert [kept.has(rows, "now") for rows in (60, 30, 40)] == [False, True, True]
    kept.get("large", "now", lambda: 1, lambda _: 101)
    assert not kept.has("large", "now")
    assert kept.has(30, "now")


def test_of_each_key_only_the_latest_state_is_kept() -> None:
    kept: Kept[str] = Kept(most=10, largest=100)
    for now in ("before", "after"):
        assert kept.get("key", now, lambda now=now: now, lambda _: 90) == now  # type: ignore[misc]
    assert [kept.has("key", now) for now in ("before", "after")] == [False, True]


def test_who_asks_for_what_is_being_made_waits_for_it() -> None:
    kept: Kept[object] = Kept(most=10, largest=100)
    begun, may_go = Event(), Event()
    made: list[object] = []

    def make() -> object:
        begun.set()
        assert may_go.wait(30)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(2) as people:
        first = people.submit(kept.get, "key", "now", make, lambda _: 1)
        assert begun.wait(30)
        second = people.submit(kept.get, "key", "now", make, lambda _: 1)
        may_go.set()
        assert first.result(30) is second.result(30)
    assert len(made) == 1
