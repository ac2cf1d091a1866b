"""Loops rest when idle, go on at once when there is more, and survive their errors."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from tenure.jobs.loops import LONGEST_REST, Loop
from tests.wait import until


def test_a_loop_goes_on_until_it_is_stopped() -> None:
    turns: list[int] = []

    def turn() -> bool:
        turns.append(1)
        return True

    loop = Loop("count", turn, rest=60)
    loop.start()
    until(lambda: len(turns) > 3)
    loop.stop()
    loop.join(5)
    ended = len(turns)
    assert not [thread for thread in threading.enumerate() if thread.name == "count"]
    assert len(turns) == ended


def test_a_resting_loop_ends_at_once_when_stopped() -> None:
    first = threading.Event()

    def turn() -> bool:
        first.set()
        return False

    loop = Loop("rest", turn, rest=3600)
    loop.start()
    assert first.wait(5)
    loop.stop()
    loop.join(5)
    assert not [thread for thread in threading.enumerate() if thread.name == "rest"]


def test_a_loop_leaves_others_their_share_of_the_time() -> None:
    def turn() -> bool:
        until(lambda: time.monotonic() > began + 0.05)
        return True

    began = time.monotonic()
    assert Loop("refresh", turn, rest=9, share=0.5)._take_turn() >= 0.05
    assert Loop("drain", turn, rest=9)._take_turn() == 0.0


def test_errors_in_a_row_make_it_rest_longer_and_a_good_turn_forgives_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = True

    def turn() -> bool:
        if broken:
            raise OSError("the disk is full")
        return True

    loop = Loop("drain", turn, rest=0.1)
    with caplog.at_level(logging.ERROR):
        rests = [loop._take_turn() for _ in range(10)]
    assert rests == sorted(rests)
    assert rests[0] == 1.0
    assert rests[-1] == LONGEST_REST
    assert "the disk is full" in caplog.text
    broken = False
    assert loop._take_turn() == 0.0
    assert loop.failures == 0
