"""The ceiling of collecting: apps that parse what is sent and store nothing, served like the collector."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvicorn

from tenure.collector.app import MOST_ARRIVING
from tenure.collector.asgi import Receive, Room, Scope, Send, read_body
from tenure.collector.protocol import ACCEPTED, MOST_BODY, write_key
from tenure.collector.serve import configure


class Event(msgspec.Struct):
    """One event, its properties and context left as they came."""

    type: str
    messageId: str  # noqa: N815  # the SDKs' spelling
    event: str | None = None
    userId: str | None = None  # noqa: N815
    anonymousId: str | None = None  # noqa: N815
    timestamp: str | None = None
    properties: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()


class Batch(msgspec.Struct):
    """What SDKs send."""

    batch: list[Event]
    sentAt: str | None = None  # noqa: N815


decoder = msgspec.json.Decoder(Batch)
room = Room(MOST_ARRIVING)


def parse_events(body: bytes) -> None:
    """Read every event's fields."""
    decoder.decode(body)


def parse_envelope(body: bytes) -> None:
    """Read no more than the collector does."""
    write_key("batch", body)


def app_with(parse: Callable[[bytes], None]) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An app that parses and acknowledges."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for what in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{what}.complete"})
            return
        parse(await read_body(receive, MOST_BODY, room))
        await ACCEPTED.send(send)

    return app


def main() -> None:
    """`PORT events|envelopes`: serve it."""
    port, what = sys.argv[1:]
    app: Any = app_with(parse_events if what == "events" else parse_envelope)
    uvicorn.Server(configure(app, host="127.0.0.1", port=int(port))).run()


if __name__ == "__main__":
    main()
