"""Browser SDKs on a page of another origin send to a collector, in a Chromium with nothing else to reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tenure.collector import protocol
from tenure.kit import clock
from tenure.workspaces.access import Access
from tests.browser import PATIENCE
from tests.collector import sdks, story
from tests.collector.conftest import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGE = (
    b"<!doctype html><html lang='en'><title>Elsewhere</title>"
    b"<link rel='icon' href='data:,'><script>%s</script></html>"
)
STORIES = {"segment-browser.mjs": "segmentStory", "rudderstack-browser.mjs": "rudderStory"}
BEACON = {"useBeacon": True, "beaconQueueOptions": {"maxItems": 6}}
KINDS = ["alias", "group", "identify", "page", "track", "track"]


@contextmanager
def elsewhere(script: str) -> Iterator[str]:
    """A page with an SDK in it, on an origin of its own; gives its address."""
    body = PAGE % sdks.bundle(script).replace("</script", "<\\/script").encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: a test that fails says why itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def page_on(browser: Browser, origin: str, collector: str) -> Iterator[Page]:
    """The page, open; at the end it has asked nobody but its own origin and the collector."""
    asked: set[str] = set()
    wrong: list[str] = []
    # Playwright's interception would answer preflights itself: what is elsewhere gets a dead proxy instead.
    context = browser.new_context(proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"})
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url))))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(origin)
        yield page
    finally:
        context.close()
    assert asked == {origin, collector}
    assert wrong == []


@pytest.fixture
def preflights(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The headers for which Chromium asked leave."""
    asked: list[str] = []
    answer = protocol.preflight

    def note(headers: str) -> protocol.Answer:
        asked.extend(headers.split(","))
        return answer(headers)

    monkeypatch.setattr(protocol, "preflight", note)
    return asked


@pytest.mark.parametrize("script", STORIES)
def test_a_browser_sdk_is_understood(
    access: Access, collector: Running, key: str, chromium: Browser, preflights: list[str], script: str
) -> None:
    opened = story.two_days_ago()
    events = told(access, collector, key, chromium, script, opened)
    assert [event.kind for event in events] == KINDS
    assert "authorization" in preflights
    story.check_who(access, events)
    story.check_when(events, opened)
    rows = [json.loads(event.properties).get("rows") for event in events]
    assert [number for number in rows if number] == [3, 4]


@pytest.mark.parametrize("script", STORIES)
def test_a_browser_whose_clock_is_a_day_late_does_not_date_events_back(
    access: Access, collector: Running, key: str, chromium: Browser, script: str
) -> None:
    late = clock.now() - timedelta(days=1)
    events = told(access, collector, key, chromium, script, late - timedelta(hours=2), late)
    story.check_when(events, clock.now() - timedelta(hours=2), most=timedelta(minutes=2))


def test_a_browser_sdk_may_send_by_beacon_without_asking_leave(
    access: Access, collector: Running, key: str, chromium: Browser, preflights: list[str]
) -> None:
    opened = story.two_days_ago()
    events = told(access, collector, key, chromium, "rudderstack-browser.mjs", opened, options=BEACON)
    assert [event.kind for event in events] == KINDS
    assert set(preflights) <= {"authorization"}  # that of its settings
    story.check_who(access, events)
    story.check_when(events, opened)


def told(
    access: Access,
    collector: Running,
    key: str,
    chromium: Browser,
    script: str,
    opened: datetime,
    its_clock: datetime | None = None,
    options: dict[str, Any] | None = None,
) -> Sequence[story.Told]:
    """What the lake holds after the page has told its story."""
    host = f"http://127.0.0.1:{collector.port}"
    with elsewhere(script) as origin, page_on(chromium, origin, host) as page:
        if its_clock is not None:
            page.clock.set_system_time(its_clock)
            assert page.evaluate("Date.now()") < its_clock.timestamp() * 1000 + 60_000
        tell = f"(told) => {STORIES[script]}(...told)"
        page.evaluate(tell, [host, key, story.iso(opened), options or {}])
        return story.told(access, len(KINDS))
