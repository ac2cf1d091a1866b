"""A collector that really listens, on a thread, with pages of a few lines behind it."""

from __future__ import annotations

import asyncio
import base64
import functools
import http.client
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tenure.collector import intake, serve
from tenure.collector.app import Collector
from tenure.collector.front import Front
from tenure.collector.intake import Intake, Row
from tenure.collector.keys import Keys
from tenure.collector.live import Live
from tenure.workspaces import actions
from tenure.workspaces.access import Access

T = TypeVar("T")


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class Running:
    """A collector that listens."""

    port: int
    app: Collector
    loop: asyncio.AbstractEventLoop

    def connection(self) -> http.client.HTTPConnection:
        """A fresh connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, key: str = ""
    ) -> Reply:
        """Send one request; a body that is not bytes goes as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = basic(key)
        with closing(self.connection()) as connection:
            connection.request(method, path, body, headers)
            with connection.getresponse() as answer:
                return Reply(answer.status, answer.getheaders(), answer.read())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the collector's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Decorator: runs an asynchronous test, on a thread: the browser tests keep a loop in the main one."""

    @functools.wraps(test)
    def run(*args: Any, **fixtures: Any) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(test(*args, **fixtures))).result()

    return run


def basic(key: str, password: str = "") -> str:
    """Basic authentication with the key as user name."""
    return "Basic " + base64.b64encode(f"{key}:{password}".encode()).decode()


def stored() -> list[Row]:
    """Everything in the intake."""
    db = intake.connect()
    try:
        return [row for name in intake.streams(db) for row in intake.read(db, name, 0, 10**6, 1 << 40)]
    finally:
        db.close()


@pytest.fixture
def key(access: Access) -> str:
    """A write key of the cast's workspace."""
    return actions.create_key(access)


@pytest.fixture
def web_socket() -> Iterator[str]:
    """Where the pages will listen: nobody does until a test starts them."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder:
        yield str(Path(folder) / "web")


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def collector(web_socket: str, loop: asyncio.AbstractEventLoop) -> Iterator[Running]:
    """A collector in front of `web_socket`."""
    app = Collector(Intake(), Keys(), Live(poll_seconds=0.01), Front(web_socket))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = serve.Server(serve.configure(app), app.live)
        serving = asyncio.run_coroutine_threadsafe(server.serve([listening]), loop)
        running = Running(listening.getsockname()[1], app, loop)
        running.do(_started(server))
        yield running
        server.should_exit = True
        serving.result(20)


async def _started(server: serve.Server) -> None:
    while not server.started:
        await asyncio.sleep(0.001)
