"""What becomes of single events, seen from the client: the bad alone are set aside."""

from __future__ import annotations

from typing import Any

from tenure.events.drain import Drop
from tenure.events.models import RejectedEvent
from tenure.workspaces.access import Access
from tests.collector.conftest import Running
from tests.events.sending import drain_all, stored, track

CRAWLER = "Mozilla/5.0 (compatible; Examplebot/2.1; +http://example.test/bot.html)"


def test_one_bad_event_never_holds_up_the_others(access: Access, collector: Running, key: str) -> None:
    bad: list[tuple[str, Any]] = [
        ("not_an_object", 7),
        ("unknown_type", {"type": "tack", "userId": "ann"}),
        ("nobody", {"type": "track", "event": "Report Opened"}),
        ("no_event", {"type": "track", "userId": "ann"}),
        ("no_group", {"type": "group", "userId": "ann"}),
        ("wrong_time", track(timestamp="yesterday")),
        ("wrong_field", track(properties=[1])),
        ("too_large", track(properties={"text": "x" * 600_000})),
    ]
    good = track(event="Report Opened", properties={"text": "x" * 500_000})
    batch = [good, *(event for _, event in bad), track(event="Report Shared")]
    assert collector.ask("POST", "/v1/batch", {"batch": batch}, key=key).json == {"success": True}
    assert drain_all().rejected == len(bad)
    assert stored(access, "event") == [("Report Opened",), ("Report Shared",)]
    kept = access.of(RejectedEvent).order_by("index")
    assert [one.reason for one in kept] == [reason for reason, _ in bad]
    assert all(one.says and one.body for one in kept)
    assert len(kept.get(reason="too_large").body) > 600_000


def test_a_bad_single_event_is_acknowledged_and_kept(access: Access, collector: Running, key: str) -> None:
    assert collector.ask("POST", "/v1/track", {"userId": "ann"}, key=key).status == 200
    drain_all()
    assert access.of(RejectedEvent).get().reason == "no_event"


def test_numbers_that_are_none_cost_nobody_an_event(access: Access, collector: Running, key: str) -> None:
    """Python writes NaN for them: valid JSON to nobody else."""
    events = [track(properties={"share": float("nan"), "text": "NaN"}), track(event="Report Shared")]
    assert collector.ask("POST", "/v1/batch", {"batch": events}, key=key).status == 200
    drain_all()
    assert stored(access, "properties") == [('{"share": null, "text": "NaN"}',), ("{}",)]


def test_crawlers_are_answered_and_not_counted(access: Access, collector: Running, key: str) -> None:
    collector.ask("POST", "/v1/track", track(), {"User-Agent": CRAWLER}, key=key)
    said = track(context={"userAgent": CRAWLER})
    assert collector.ask("POST", "/v1/track", said, {"User-Agent": "Mozilla/5.0"}, key=key).status == 200
    assert drain_all().dropped == {Drop.BOT: 2}
    assert stored(access) == []


def test_what_is_sent_again_counts_once(access: Access, collector: Running, key: str) -> None:
    """SDKs send again what was not acknowledged: same `messageId`, later `sentAt`."""
    event = track(messageId="m-1", timestamp="2026-11-21T10:00:00Z")
    for sent_at in ("2026-11-21T10:00:01Z", "2026-11-21T10:00:31Z"):
        body = {"batch": [event], "sentAt": sent_at}
        assert collector.ask("POST", "/v1/batch", body, key=key).status == 200
    assert drain_all().dropped == {Drop.DUPLICATE: 1}
    assert stored(access) == [("m-1",)]
