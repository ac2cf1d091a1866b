"""The benchmark of importing runs, and says what it promises to say."""

from __future__ import annotations

import pytest

from tenure.bench import imports


@pytest.mark.slow
def test_it_gives_rows_per_processor_second_for_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS", {"events": 50})
    monkeypatch.setattr(imports, "DRAINED", 200)
    result = imports.run(1)
    assert list(result.ratios) == ["events", "events over the drain"]
    assert min(result.ratios.values()) > 0
    assert result.figures["the drain: events per CPU second"] > 0  # type: ignore[operator]
    assert result.figures["events: rows per CPU second"] > 0  # type: ignore[operator]
