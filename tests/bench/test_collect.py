"""The benchmark of collecting runs, and says what it promises to say."""

from __future__ import annotations

import json

import pytest

from tenure.bench import _load, collect
from tenure.collector import protocol


def test_the_load_is_what_an_sdk_sends() -> None:
    head, body = _load.request(20, "tw_key").split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    protocol.write_key("batch", body)
    events = json.loads(body)["batch"]
    assert len({event["messageId"] for event in events}) == 20
    assert 300 < len(body) / 20 < 600


@pytest.mark.slow
def test_it_gives_a_share_of_the_ceiling_for_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "SECONDS", 0.2)
    result = collect.run(1)
    assert list(result.ratios) == ["1", "20", "100"]
    assert all(share > 0 for share in result.ratios.values())
    for name in ("100 a request: collector: events/s", "one port, both at once: pages/s"):
        assert result.figures[name] > 0  # type: ignore[operator]
