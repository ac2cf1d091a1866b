"""The refresh benchmark runs, and its hand-written query agrees with the engine."""

from __future__ import annotations

import pytest

from tenure.bench import refresh


def test_a_small_one_says_the_same_by_hand_and_by_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_BENCH_EVENTS", "13000")
    found = refresh.run(rounds=1)
    assert found.ratios.keys() == {
        "the same figures",
        "the same figures, per CPU second",
        "all metrics",
        "refresh",
    }
    assert found.figures["events"] == 13_000
    assert all(ratio > 0 for ratio in found.ratios.values())
