"""Killed with -9 under load, collector and worker lose and double nothing; and the benchmark would tell."""

from __future__ import annotations

from collections import Counter

import pytest

from tenure.bench import kill
from tenure.bench.kill import Sent


def test_what_is_lost_or_doubled_is_counted() -> None:
    sent = Sent(acknowledged=["a", "b", "c", "d"], given_up=["e", "f"])
    result = kill.report(3, [], sent, Counter({"a": 1, "b": 2, "c": 1, "e": 1}))
    assert result.ratios == {"exactly_once": 0.5}
    counts = {name: result.figures[name] for name in ("lost", "doubled", "given up, but stored")}
    assert counts == {"lost": 1, "doubled": 1, "given up, but stored": 1}


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled() -> None:
    result = kill.run(2)
    assert result.figures["acknowledged"] > 100  # type: ignore[operator]
    assert result.ratios == {"exactly_once": 1.0}
    assert result.figures["doubled"] == 0
