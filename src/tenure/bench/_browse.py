"""Asks for one page over several connections for a while, and counts the answers."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import aiohttp
import uvloop

CONNECTIONS = 8


async def browse(where: str, path: str, seconds: float) -> int:
    """How many times a page was answered; `where` is a port or the path of a unix socket.

    Raises RuntimeError for an answer that is not a page.
    """
    connector = aiohttp.UnixConnector(where) if "/" in where else None
    base = "http://localhost" if connector else f"http://127.0.0.1:{where}"
    until = time.monotonic() + seconds
    async with aiohttp.ClientSession(connector=connector) as session:
        found = await asyncio.gather(*(_visit(session, base + path, until) for _ in range(CONNECTIONS)))
    return sum(found)


async def _visit(session: aiohttp.ClientSession, url: str, until: float) -> int:
    """One visitor, page after page."""
    answered = 0
    while time.monotonic() < until:
        async with session.get(url) as answer:
            await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}")
        answered += 1
    return answered


def main() -> None:
    """`WHERE PATH SECONDS`; prints how many pages were answered and in how many seconds."""
    where, path, seconds = sys.argv[1:]
    began = time.monotonic()
    answered = uvloop.run(browse(where, path, float(seconds)))
    sys.stdout.write(json.dumps({"answered": answered, "seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()
