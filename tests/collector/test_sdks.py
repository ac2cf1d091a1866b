"""Real SDKs send to a collector that really listens, until what they said lies in the lake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import rudderstack.analytics
import segment.analytics

from tenure.kit import home
from tenure.workspaces.access import Access
from tests.collector import sdks, story
from tests.collector.conftest import Running, stored

KINDS = ["alias", "group", "identify", "page", "screen", "track"]


def told_on_servers(client: Any) -> None:
    """The story, as both Python SDKs spell it; their clients are siblings."""
    client.identify("ann", {"name": "Ann", "email": "ann@acme.test"})
    client.group("ann", "acme", {"name": "Acme"})
    client.page("ann", name="Reports")
    client.screen("ann", name="Reports on the phone")
    client.alias("ann@acme.test", "ann")


@contextmanager
def client_of(sdk: Any, collector: Running, key: str, **more: Any) -> Iterator[Any]:
    """An SDK's client; at the end of the block everything has been sent, and nothing has failed."""
    failures: list[Exception] = []
    host = f"http://127.0.0.1:{collector.port}"
    client = sdk.Client(key, host=host, on_error=lambda error, _: failures.append(error), **more)
    yield client
    client.shutdown()
    assert failures == []


@pytest.mark.parametrize("sdk", [segment.analytics, rudderstack.analytics])
@pytest.mark.parametrize("packed", [False, True])
def test_the_python_sdks_are_understood(
    access: Access, collector: Running, key: str, sdk: Any, packed: bool
) -> None:
    opened = story.two_days_ago()
    with client_of(sdk, collector, key, gzip=packed) as client:
        told_on_servers(client)
        client.track("ann", "Report Opened", {"rows": 3}, timestamp=opened)
    events = story.told(access, 6)
    assert [event.kind for event in events] == KINDS
    story.check_who(access, events)
    story.check_when(events, opened)
    assert json.loads(events[-1].properties) == {"rows": 3}


@pytest.mark.parametrize("packed", [False, True])
def test_many_events_arrive_once_and_in_order(
    access: Access, collector: Running, key: str, packed: bool
) -> None:
    with client_of(segment.analytics, collector, key, gzip=packed) as client:
        for number in range(250):
            client.track("ann", "Report Opened", {"number": number})
    sent = [event for row in stored() for event in json.loads(row.body)["batch"]]
    assert [event["properties"]["number"] for event in sent] == list(range(250))
    story.told(access, 250)


def test_rudderstacks_python_sdk_packs_by_itself_and_sends_megabytes(
    access: Access, collector: Running, key: str
) -> None:
    with client_of(rudderstack.analytics, collector, key, upload_size=130, upload_interval=5) as client:
        for number in range(130):
            client.track("ann", "Report Pasted", {"number": number, "text": "x" * 30_000})
    assert max(len(row.body) for row in stored()) > 3_000_000
    events = story.told(access, 130)
    assert sorted(json.loads(event.properties)["number"] for event in events) == list(range(130))


def test_segments_node_sdk_is_understood(access: Access, collector: Running, key: str) -> None:
    opened = story.two_days_ago()
    host = f"http://127.0.0.1:{collector.port}"
    said = sdks.run("segment-node.mjs", host, key, story.iso(opened))
    assert (said.returncode, said.stderr) == (0, "")
    events = story.told(access, 7)
    assert [event.kind for event in events] == [*KINDS, "track"]
    story.check_who(access, events)
    story.check_when(events, opened)
    pasted = next(event for event in events if event.event == "Report Pasted")
    assert len(json.loads(pasted.properties)["text"]) == 40_000


def test_segments_node_sdk_hears_of_a_refusal(access: Access, collector: Running) -> None:
    said = sdks.run("segment-node.mjs", f"http://127.0.0.1:{collector.port}", "nonsense", "2026-11-01")
    assert said.returncode == 1
    assert "401" in said.stderr
    assert not home.intake_db().exists() or stored() == []


@pytest.mark.parametrize("sdk", [segment.analytics, rudderstack.analytics])
def test_the_python_sdks_give_up_on_what_is_refused(access: Access, collector: Running, sdk: Any) -> None:
    """With `code` and `message` in it a refusal is final; without them they send it again ten times."""
    failures: list[Exception] = []
    host = f"http://127.0.0.1:{collector.port}"
    client = sdk.Client("nonsense", host=host, on_error=lambda error, _: failures.append(error))
    client.track("ann", "Report Opened")
    client.shutdown()
    (failure,) = failures
    assert "unknown_key" in str(failure)
