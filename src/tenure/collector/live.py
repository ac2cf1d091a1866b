"""Server-sent events that say what changed: ids only, to pages that hold a signed ticket.

A ticket is good for a minute, enough to open the stream. A stream ends after a while, and a page whose
ticket has run out by then is refused: it fetches itself a new one from web, where rights are checked.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec

from tenure.collector.asgi import Receive, Scope, Send, header
from tenure.collector.protocol import RefusedError
from tenure.kit import crypto, home

POLL_SECONDS = 0.3
QUIET_SECONDS = 15  # then a comment keeps proxies from closing the stream
STREAM_SECONDS = 3600
MOST_STREAMS = 5_000
MOST_BEHIND = 500  # messages; a page further behind fetches everything again
POSITION = re.compile(r"[0-9]{1,18}")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
MISSED = b'event: missed\ndata: {"ids":[]}\n\n'  # the page does not know what changed: fetch all again
NEWER = "SELECT id, workspace_id, topic, ids FROM live WHERE id > ? ORDER BY id LIMIT 1000"
THEIRS = (
    "SELECT id, workspace_id, topic, ids FROM live WHERE id > ? AND id <= ? AND workspace_id = ? ORDER BY id"
)


class Change(NamedTuple):
    """A row of the bus."""

    position: int
    workspace_id: str
    topic: str
    ids: str  # a JSON list

    def message(self, *, names: bool = True) -> bytes:
        """As a server-sent event, with the ids of what changed or without."""
        ids = msgspec.json.encode(msgspec.json.decode(self.ids) if names else [])
        topic = self.topic.replace("\n", " ").replace("\r", " ")
        return b'id: %d\nevent: %s\ndata: {"ids":%s}\n\n' % (self.position, topic.encode(), ids)


class Stream(asyncio.Queue[bytes | None]):
    """What waits for one page; None: it ends. Without `names` it says that something changed, not what."""

    def __init__(self, names: bool, most: int = MOST_BEHIND + 2) -> None:
        super().__init__(most)
        self.names = names


class Live:
    """All open streams, fed by one poller that rests while there are none."""

    def __init__(self, path: Path | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self._path = path or home.app_db()
        self._seconds = poll_seconds
        self._db: sqlite3.Connection | None = None
        self._streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self._position = 0
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One page's stream, until it leaves; raises RefusedError."""
        workspace_id, names = _ticket(scope)
        stream = self._open(workspace_id, names, header(scope, b"last-event-id"))
        leaving = asyncio.create_task(_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _feed(stream, leaving, send)
        finally:
            leaving.cancel()
            self._streams[workspace_id].discard(stream)

    async def close(self) -> None:
        """End all streams."""
        self._closed = True
        for stream in [one for streams in self._streams.values() for one in streams]:
            _end(stream)
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
        self._forget_db()

    def _open(self, workspace_id: str, names: bool, last: str) -> Stream:
        if self._closed or sum(map(len, self._streams.values())) >= MOST_STREAMS:
            raise RefusedError(503, "busy", "No more pages can be kept live at the moment.", 5)
        try:
            self._catch_up()
            missed = self._missed(workspace_id, names, int(last)) if POSITION.fullmatch(last) else []
        except sqlite3.Error as error:
            raise RefusedError(503, "not_ready", f"Changes can't be read ({error}).", 5) from None
        stream = Stream(names)
        for message in [b"retry: 1000\n\n", *missed]:
            stream.put_nowait(message)
        self._streams[workspace_id].add(stream)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        return stream

    def _catch_up(self) -> None:
        """Bring the position up to date before a stream joins, so that it misses and repeats nothing."""
        if any(self._streams.values()):
            self._deliver()
        else:
            self._position = int(self._read("SELECT coalesce(max(id), 0) FROM live")[0][0])

    def _missed(self, workspace_id: str, names: bool, last: int) -> list[bytes]:
        """What a returning page has not heard, or that there is too much of it."""
        oldest = self._read("SELECT coalesce(min(id), 0) FROM live")[0][0]
        rows = self._read(THEIRS + f" LIMIT {MOST_BEHIND + 1}", (last, self._position, workspace_id))
        if last + 1 < oldest or last > self._position or len(rows) > MOST_BEHIND:
            return [MISSED]
        return [Change(*row).message(names=names) for row in rows]

    async def _poll(self) -> None:
        while any(self._streams.values()):
            with suppress(sqlite3.Error):  # the database may be busy or not there for a moment
                self._deliver()
            await asyncio.sleep(self._seconds)

    def _deliver(self) -> None:
        rows = self._read(NEWER, (self._position,))
        while rows:
            for change in (Change(*row) for row in rows):
                self._position = change.position
                _offer(self._streams.get(change.workspace_id, ()), change)
            rows = self._read(NEWER, (self._position,))

    def _read(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[int, str, str, str]]:
        if self._db is None:
            self._db = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro", uri=True, timeout=1, isolation_level=None
            )
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error:
            self._forget_db()
            raise

    def _forget_db(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _ticket(scope: Scope) -> tuple[str, bool]:
    """The workspace that the request's ticket is for, and whether it may hear ids; raises RefusedError."""
    ticket = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
    payload = crypto.read_ticket(crypto.LIVE_TICKET, ticket, crypto.LIVE_TICKET_SECONDS)
    if payload is None or not isinstance(payload.get("workspace"), str):
        raise RefusedError(
            401, "bad_ticket", "The ticket is forged or has run out. Load the page again for a new one."
        )
    return str(payload["workspace"]), payload.get("names") is True


def _offer(streams: Iterable[Stream], change: Change) -> None:
    """Queue a change for each page; one that does not keep up is sent away and asks for what it missed."""
    messages = {names: change.message(names=names) for names in (True, False)}
    for stream in streams:
        try:
            stream.put_nowait(messages[stream.names])
        except asyncio.QueueFull:
            _end(stream)


def _end(stream: Stream) -> None:
    while not stream.empty():
        stream.get_nowait()
    stream.put_nowait(None)


async def _feed(stream: Stream, leaving: asyncio.Task[None], send: Send) -> None:
    """Send what is queued, and a comment when nothing is, until the page leaves or the stream is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + STREAM_SECONDS
    while loop.time() < until and not leaving.done():
        getting = asyncio.create_task(stream.get())
        await asyncio.wait({getting, leaving}, timeout=QUIET_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            getting.cancel()
        message = getting.result() if getting.done() else b":\n\n"
        if message is None:
            break
        await send({"type": "http.response.body", "body": message, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    """Returns when the page has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
