"""A real browser on the real application: the WSGI app with its built front end, on a port of loopback.

`site` serves, `open_page` opens a page as somebody of the cast, `axe_violations` says what WCAG 2.2 AA finds
wrong. Only retrying assertions (`expect(…)`): a page is never asked before it is ready. Whoever must read
without retrying waits for `exchanged` first. `TENURE_TEST_SLOWNESS=8` makes the browser so many times slower
and answers late, so that a test that races loses.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.test import Client

from tenure.web import assets
from tenure.workspaces.access import Access

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("TENURE_CHROMIUM", "/usr/bin/chromium")
SLOWNESS = int(os.environ.get("TENURE_TEST_SLOWNESS", "1"))
PATIENCE = 30_000  # ms; nothing that is right takes as long, but a machine may be slow and busy
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = (1440, 1000), (390, 844)

OpenPage = Callable[..., "Page"]


class _Server(ThreadingMixIn, WSGIServer):
    """Closing it waits for what it is still answering: a request must not outlive its test's database."""

    daemon_threads = False


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a test that fails says why itself."""


def _late(application: WSGIApplication) -> WSGIApplication:
    """The application, each of whose answers takes a moment longer than a test may count on."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        time.sleep(random.random() * SLOWNESS / 20)
        return application(environ, start)

    return answer


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of the running application."""
    if not assets.is_built():
        pytest.skip("the front end is not built: npm ci --ignore-scripts && npm run build, in ui/")
    from tenure.web.wsgi import application

    app = application if SLOWNESS == 1 else _late(application)
    server = make_server("127.0.0.1", 0, app, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each page has a profile of its own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    if not os.path.exists(CHROMIUM):
        pytest.fail(f"there is no {CHROMIUM}: apt-get install chromium, or set TENURE_CHROMIUM")
    # Playwright's event loop lives in the tests' thread; without this Django takes every query for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(site: str, chromium: Browser) -> Iterator[OpenPage]:
    """`open_page("/settings", dana, theme="dark", size=PHONE)`: a page, opened as somebody, or as a stranger.

    A script error or a breach of the content policy on any of them fails the test.
    """
    contexts, wrong = [], []

    def open_one(
        path: str, who: Access | None = None, theme: str = "light", size: tuple[int, int] = DESKTOP
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        contexts.append(context)
        if who is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(who), "url": site}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if SLOWNESS > 1:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})
        page.on("pageerror", lambda error: wrong.append(f"{path}: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def _session(who: Access) -> str:
    """The session of somebody who has signed in."""
    client = Client()
    assert who.user is not None
    client.force_login(who.user, backend="tenure.web.recognising.Members")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def exchanged(page: Page, selector: str) -> Iterator[None]:
    """Waits until what is done inside has put another element in the place of this one (htmx's outerHTML)."""
    from playwright.sync_api import expect

    page.locator(selector).evaluate("one => one.setAttribute('data-before', '')")
    yield
    page.locator(f"{selector}:not([data-before])").wait_for()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def axe_violations(page: Page, include: str = "html") -> list[str]:
    """What axe finds wrong with a page by WCAG 2.2 AA: the rule, and each element that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": WCAG}}
    found = Axe().run(page, context=include, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for one in found
        for node in one["nodes"]
    ]


def sideways_scroll(page: Page) -> int:
    """By how many pixels a page is wider than its window: it must be 0."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
