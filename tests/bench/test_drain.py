"""The benchmark of draining says what it promises to say, and really drains and looks."""

from __future__ import annotations

import pytest

from tenure.bench import drain
from tenure.bench.drain import Seen


def test_the_last_tenth_is_held_against_the_first() -> None:
    tenths = [(1_000, 1.0, 0.5, 990), (1_000, 4.0, 1.0, 990), (1_000, 2.0, 0.5, 990)]
    result = drain.report(3_000, tenths, Seen([0.5, 1.0, 2.0, 4.0], 2_000, 2.0))
    assert result.ratios == {"end_over_start": 0.5, "end_over_start_per_cpu": 1.0, "within_3_s": 0.75}
    assert result.figures["slowest tenth, events/s"] == 250
    assert result.figures["duplicates left out"] == 30
    assert result.figures["events/s while looking"] == 1_000


@pytest.mark.slow
def test_it_drains_and_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_BENCH_EVENTS", "2000")
    monkeypatch.setattr(drain, "RATE", 100)
    result = drain.run(2)
    assert result.ratios["end_over_start"] > 0
    assert result.figures["probes"] == 2
    assert 0 < result.figures["duplicates left out"] < 100  # type: ignore[operator]
