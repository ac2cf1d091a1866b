"""A message id counts once within the window, whatever order and batches it comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.events import seen
from tenure.kit import home

FIRST = date(2026, 3, 1)
ARRIVALS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc")), max_size=25)


def as_it_should_be(arrivals: list[tuple[int, str]], window: int) -> list[bool]:
    """Remembered since its first arrival, which is forgotten after the window."""
    first: dict[str, int] = {}
    answers = []
    for day, message in arrivals:
        is_known = message in first and day - first[message] <= window
        answers.append(not is_known)
        if not is_known:
            first[message] = day
    return answers


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=ARRIVALS, window=st.integers(1, 14), forget=st.booleans())
def test_once_within_the_window_and_again_after_it(
    arrivals: list[tuple[int, str]], window: int, forget: bool
) -> None:
    arrivals = sorted(arrivals)
    home.seen_db().unlink(missing_ok=True)
    answers = []
    with closing(seen.connect()) as db:
        for place, (day, message) in enumerate(arrivals):
            received = FIRST + timedelta(days=day)
            if forget:
                seen.forget_before(db, received, window)
            answers += seen.remember(db, "w", [(message, ("c0", place, 0))], received, window)
    assert answers == as_it_should_be(arrivals, window)


@pytest.fixture(autouse=True, params=[2, seen.PART_ROWS])
def _parts_of(request: pytest.FixtureRequest) -> Iterator[None]:
    """All of it with parts that are full after two ids, and with real ones."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(seen, "PART_ROWS", request.param)
        yield


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.sampled_from("abcdef"), max_size=20), cut=st.integers(0, 20))
def test_what_is_drained_again_after_a_crash_is_judged_as_before(messages: list[str], cut: int) -> None:
    home.seen_db().unlink(missing_ok=True)
    placed = [(message, ("c0", place, 0)) for place, message in enumerate(messages)]
    with closing(seen.connect()) as db:
        before = seen.remember(db, "w", placed[:cut], FIRST)
        again = seen.remember(db, "w", placed, FIRST)
    assert again[: len(before)] == before
    assert sum(again) == len(set(messages))


def test_a_workspace_with_a_short_window_forgets_sooner_than_its_neighbour() -> None:
    later = FIRST + timedelta(days=3)
    with closing(seen.connect()) as db:
        for workspace in ("short", "long"):
            seen.remember(db, workspace, [("m", ("c0", 1, 0))], FIRST)
        assert seen.remember(db, "short", [("m", ("c0", 2, 0))], later, 2) == [True]
        assert seen.remember(db, "long", [("m", ("c0", 2, 0))], later, 3) == [False]


@pytest.mark.parametrize("forgets", [False, True])
def test_what_another_process_remembered_is_known(forgets: bool) -> None:
    with closing(seen.connect()) as db, closing(seen.connect()) as other:
        for number in range(4):
            seen.remember(db, "w", [(f"ours-{number}", ("c0", number, 0))], FIRST)
        ours = dict(seen._filters)
        seen._filters.clear()  # as the other process has it
        for number in range(5):
            seen.remember(other, "w", [(f"theirs-{number}", ("c1", number, 0))], FIRST)
        seen._filters.clear()
        if not forgets:
            seen._filters.update(ours)
        again = [(f"{who}-{number}", ("c2", 9, 0)) for who in ("ours", "theirs") for number in range(4)]
        assert seen.remember(db, "w", again, FIRST) == [False] * 8


def test_a_transaction_that_failed_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with closing(seen.connect()) as db:
        seen.remember(db, "w", [("a", ("c0", 1, 0))], FIRST)
        add = seen._add

        def add_and_fail(*given: object) -> None:
            add(*given)  # type: ignore[arg-type]
            fail()

        with monkeypatch.context() as patched:
            patched.setattr(seen, "_add", add_and_fail)
            with pytest.raises(OSError, match="disk full"):
                seen.remember(db, "w", [("b", ("c0", 2, 0))], FIRST)
        assert seen.remember(db, "w", [("b", ("c0", 3, 0)), ("a", ("c0", 3, 1))], FIRST) == [True, False]
