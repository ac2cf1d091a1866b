"""Sends the same requests over many connections for a while, as cheaply as may be, and counts the answers."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from dataclasses import dataclass
from typing import cast

import uvloop

from tenure.collector.protocol import ACCEPTED
from tenure.kit.ids import new_id

CONNECTIONS = 64
DONE = ACCEPTED.body


@dataclass
class Tally:
    """How far it has come."""

    until: float
    answered: int = 0
    refused: int = 0


class Connection(asyncio.Protocol):
    """One request after the other until time is up."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.request, self.tally = request, tally
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count the answer once it is whole; send the next."""
        self.got += data
        if not self.got.endswith((DONE, b"}")):
            return
        if self.got.endswith(DONE):
            self.tally.answered += 1
        else:
            self.tally.refused += 1
        self.got = b""
        if time.monotonic() < self.tally.until:
            self.transport.write(self.request)
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """It is over."""
        if not self.over.done():
            self.over.set_result(None)


def request(events: int, key: str) -> bytes:
    """A request to /v1/batch like Segment's Python SDK sends it, with so many events."""
    body = json.dumps(
        {"batch": [event(number) for number in range(events)], "sentAt": "2026-11-21T12:00:01Z"}
    )
    basic = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nUser-Agent: analytics-python/2.4.0\r\n"
        f"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
        f"Content-Type: application/json\r\nAuthorization: Basic {basic}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def event(number: int) -> dict[str, object]:
    """One tracked event of the usual size."""
    return {
        "type": "track",
        "messageId": new_id(),
        "event": "Report Opened",
        "userId": f"person-{number}",
        "anonymousId": None,
        "timestamp": "2026-11-21T12:00:00.000000+00:00",
        "integrations": {},
        "context": {
            "library": {"name": "analytics-python", "version": "2.4.0"},
            "groupId": f"account-{number}",
        },
        "properties": {"report": "Weekly revenue", "rows": number, "format": "table", "shared": False},
    }


async def send(port: int, key: str, events: int, seconds: float) -> Tally:
    """Keep all connections busy for `seconds`."""
    loop = asyncio.get_running_loop()
    tally = Tally(time.monotonic() + seconds)
    connections = [
        await loop.create_connection(lambda: Connection(request(events, key), tally), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(one.over for _, one in connections))
    return tally


def main() -> None:
    """`PORT KEY EVENTS SECONDS`; prints how many requests were answered and in how many seconds."""
    port, key, events, seconds = sys.argv[1:]
    began = time.monotonic()
    tally = uvloop.run(send(int(port), key, int(events), float(seconds)))
    took = time.monotonic() - began
    sys.stdout.write(json.dumps({"answered": tally.answered, "refused": tally.refused, "seconds": took}))


if __name__ == "__main__":
    main()
