"""The front door as one ASGI app: events are taken in, `/live` is streamed, the rest goes to the pages."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, unquote

from tenure.collector import browser, protocol
from tenure.collector.asgi import (
    BODY_SECONDS,
    Answer,
    DisconnectedError,
    NoRoomError,
    Receive,
    Room,
    Scope,
    Send,
    TooLargeError,
    header,
    json_answer,
    read_body,
)
from tenure.collector.front import Front
from tenure.collector.intake import Arrival, FullError, Intake, NotDurableError
from tenure.collector.keys import WRITE, Key, Keys
from tenure.collector.live import Live
from tenure.collector.protocol import ACCEPTED, BEACON, PATHS, NotJsonError, RefusedError
from tenure.kit import clock

log = logging.getLogger(__name__)

LONG = 64 * 1024  # bodies above this are unpacked and mended on a thread
MOST_AGENT = 300
MOST_AUTHORIZATION = 1024  # bytes: no key is as long, and what was read is remembered
MOST_ARRIVING = 256 * 1024 * 1024  # bytes, of all requests together
BUSY = "More is sent than can be stored at the moment. Send it again after Retry-After seconds."
TOO_SLOW = f"The request was not whole after {BODY_SECONDS} seconds. Send fewer events at a time."
RETRY_SECONDS = 1
UNSTORED_RETRY_SECONDS = 5


class Collector:
    """Routes requests. Its parts are given, so that each can be run and tested alone."""

    def __init__(self, intake: Intake, keys: Keys, live: Live, front: Front) -> None:
        self.intake, self.keys, self.live, self.front = intake, keys, live, front
        self._room = Room(MOST_ARRIVING)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One request, or the server's start and end."""
        if scope["type"] == "http":
            return self._http(scope, receive, send)
        return self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("//"):  # a client's host ended with a slash
            path = scope["path"] = "/" + path.lstrip("/")
        call = PATHS.get(path)
        try:
            if call is not None and scope["method"] == "POST":
                await self._take_in(call, scope, receive)
                await ACCEPTED.send(send)
            else:
                await self._others(scope, receive, send)
        except RefusedError as refused:
            await refused.answer.send(send)
        except DisconnectedError:
            return

    async def _take_in(self, call: str, scope: Scope, receive: Receive) -> None:
        """Take a request in; returns once it is on disk, and raises what SDKs understand otherwise."""
        try:
            await self.intake.put(await self._arrival(call, scope, receive))
        except (RefusedError, DisconnectedError):
            raise
        except FullError:
            raise RefusedError(429, "busy", BUSY, RETRY_SECONDS) from None
        except NotDurableError as error:
            says = f"It could not be stored durably ({error}). Send it again after Retry-After seconds."
            raise RefusedError(503, "not_stored", says, UNSTORED_RETRY_SECONDS) from None
        except Exception as error:
            log.exception("a request could not be taken in")
            says = "It could not be stored; the log says why. Send it again after Retry-After seconds."
            raise RefusedError(503, "not_stored", says, UNSTORED_RETRY_SECONDS) from error

    async def _arrival(self, call: str, scope: Scope, receive: Receive) -> Arrival:
        """A request, whole and from somebody we know; raises RefusedError."""
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", 0)) > protocol.MOST_BODY:
            raise RefusedError(*protocol.TOO_LARGE)
        text = _key_in_header(headers.get(b"authorization", b"")) or _key_in_query(scope)
        key = self._key(text) if text else None
        named, body = await self._read(call, await self._plain_body(receive), key)
        if key is None:
            key = self._key(named)
        agent = headers.get(b"user-agent", b"")[:MOST_AGENT].decode("latin-1")
        return Arrival(key.workspace_id, key.id, call, clock.micros(), agent, body)

    async def _read(self, call: str, body: bytes, key: Key | None) -> tuple[str | None, bytes]:
        """The key that a body names, and the body as JSON; raises RefusedError."""
        try:
            return protocol.write_key(call, body), body
        except NotJsonError:
            if len(body) > LONG and key is None:  # mending takes time: not that of strangers
                raise
            body = await asyncio.to_thread(protocol.mend, body) if len(body) > LONG else protocol.mend(body)
            return protocol.write_key(call, body), body

    async def _plain_body(self, receive: Receive) -> bytes:
        """The request's body, unpacked; raises RefusedError."""
        try:
            body = await read_body(receive, protocol.MOST_BODY, self._room)
        except TooLargeError:
            raise RefusedError(*protocol.TOO_LARGE) from None
        except NoRoomError:
            raise RefusedError(429, "busy", BUSY, RETRY_SECONDS) from None
        except TimeoutError:
            raise RefusedError(408, "too_slow", TOO_SLOW) from None
        if not protocol.is_gzip(body):
            return body
        if len(body) > LONG:
            return await asyncio.to_thread(protocol.inflate, body)
        return protocol.inflate(body)

    def _key(self, text: str | None) -> Key:
        """The write key with this text; raises RefusedError."""
        try:
            key = self.keys.find(text) if text else None
        except sqlite3.Error as error:
            says = f"The keys can't be read ({error}). Send it again after Retry-After seconds."
            raise RefusedError(503, "keys_unreadable", says, UNSTORED_RETRY_SECONDS) from None
        if key is None or key.kind != WRITE:
            raise protocol.unknown_key(text, key and key.kind)
        return key

    async def _others(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in ROUTES:
            await ROUTES[path](self, scope, receive, send)
        elif path.startswith(("/v1/", "/sourceConfig", BEACON)) or path == "/v1":
            await self._ask(scope).send(send)
        else:
            await self.front.handle(scope, receive, send)

    def _ask(self, scope: Scope) -> Answer:
        """What SDKs ask besides sending: leave to send, and their settings; raises RefusedError."""
        path, method = scope["path"].rstrip("/"), scope["method"]
        if method == "OPTIONS":
            return protocol.preflight(header(scope, b"access-control-request-headers"))
        if path in PATHS:
            raise RefusedError(405, "not_a_post", f"{path} takes events by POST only.")
        if method in ("GET", "HEAD") and path.startswith("/v1/projects/") and path.endswith("/settings"):
            return self._segment_settings(
                scope, unquote(path.removeprefix("/v1/projects/")[: -len("/settings")])
            )
        if method in ("GET", "HEAD") and path == "/sourceConfig":
            return self._rudder_source_config(scope)
        raise RefusedError(404, "not_found", f"There is no {path}. Events go to /v1/batch.")

    def _segment_settings(self, scope: Scope, text: str) -> Answer:
        self._key(text)
        settings = browser.segment_settings(text, header(scope, b"host"), scope["scheme"])
        return json_answer(200, settings, protocol.ANY_ORIGIN)

    def _rudder_source_config(self, scope: Scope) -> Answer:
        text = (
            _key_in_query(scope)
            or protocol.basic_key(header(scope, b"authorization").encode("latin-1"))
            or ""
        )
        key = self._key(text)
        config = browser.rudder_source_config(text, key.id, key.workspace_id, clock.now().isoformat())
        return json_answer(200, config, protocol.ANY_ORIGIN)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.live.handle(scope, receive, send)

    async def _healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        await json_answer(200, {"status": "ok"}).send(send)

    async def _readyz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ready when events can be taken in and pages answered; otherwise says what is not."""
        parts = {
            "intake": self.intake.trouble or "ok",
            "keys": self._keys_state(),
            "web": await self.front.state(),
        }
        ready = all(state == "ok" for state in parts.values())
        await json_answer(200 if ready else 503, {"ready": ready, **parts}).send(send)

    def _keys_state(self) -> str:
        try:
            self.keys.check()
        except sqlite3.Error as error:
            return str(error)
        return "ok"

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.intake.start()
        self.front.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.live.close()
        await self.intake.stop()
        await self.front.close()
        self.keys.close()
        await send({"type": "lifespan.shutdown.complete"})


def _key_in_header(authorization: bytes) -> str | None:
    return protocol.basic_key(authorization[:MOST_AUTHORIZATION])


def _key_in_query(scope: Scope) -> str:
    """The key in the request's address, or an empty text."""
    query = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("writeKey", [""])[0] if b"writeKey=" in query else ""


ROUTES: dict[str, Callable[[Collector, Scope, Receive, Send], Awaitable[None]]] = {
    "/live": Collector._live,
    "/healthz": Collector._healthz,
    "/readyz": Collector._readyz,
}
