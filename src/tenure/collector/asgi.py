"""The few words of ASGI that the front door speaks: message types, a whole answer, a whole body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

import msgspec

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_SECONDS = 120  # for all of a body: 4 MB over 35 KB/s


class DisconnectedError(Exception):
    """The client went away before its request was whole."""


class TooLargeError(Exception):
    """The body goes on after the limit."""


class NoRoomError(Exception):
    """Too much is being received at once."""


class Room:
    """How many bytes all requests together may hold while they arrive."""

    def __init__(self, most: int) -> None:
        self.most, self.used = most, 0

    def take(self, size: int) -> None:
        """Make room for what just arrived; raises NoRoomError."""
        self.used += size
        if self.used > self.most:
            raise NoRoomError


class Answer(NamedTuple):
    """A whole answer, ready to be sent again and again."""

    status: int
    headers: Headers
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def json_answer(status: int, value: Any, headers: Headers | None = None) -> Answer:
    """An answer with a JSON body."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    plain = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    return Answer(status, plain + (headers or []), body)


def header(scope: Scope, name: bytes) -> str:
    """The first header of this lower-case name, or an empty string."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


async def read_body(receive: Receive, limit: int, room: Room) -> bytes:
    """The whole body, at most `limit` bytes.

    Raises TooLargeError, NoRoomError, DisconnectedError or TimeoutError.
    """
    message = await receive()
    body = _part(message)
    if message.get("more_body"):
        async with asyncio.timeout(BODY_SECONDS):  # what trickles in must not hold the room for ever
            body = await _read_on(body, receive, limit, room)
    if len(body) > limit:
        raise TooLargeError
    return body


async def _read_on(first: bytes, receive: Receive, limit: int, room: Room) -> bytes:
    """What arrives in several pieces, up to the piece that exceeds `limit`."""
    parts, size, more = [first], len(first), True
    try:
        room.take(size)
        while more and size <= limit:
            message = await receive()
            parts.append(_part(message))
            size += len(parts[-1])
            room.take(len(parts[-1]))
            more = message.get("more_body", False)
    finally:
        room.used -= size
    return b"".join(parts)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise DisconnectedError
    return bytes(message.get("body", b""))
