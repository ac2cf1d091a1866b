"""Passes requests on to the pages, streaming both ways, over a unix socket (loopback where there is none)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape

import aiohttp
from yarl import URL

from tenure.collector.asgi import (
    Answer,
    DisconnectedError,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    header,
    json_answer,
)

CONNECTIONS = 64
CONNECT_SECONDS = 5
STATE_SECONDS = 2
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    b"transfer-encoding upgrade expect".split()
)
OURS = frozenset(b"host forwarded x-real-ip".split())
BODILESS = (204, 304)
NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

STARTING = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="1">
<title>Tenure is starting</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:26rem;padding:0 1rem">
<h1 style="font-size:1.25rem">{title}</h1><p>{says} This page tries again by itself.</p></body></html>
"""


class Front:
    """Where the pages answer: `socket` is a path, or `address` is host:port."""

    def __init__(self, socket: str = "", address: str = "") -> None:
        self._socket = socket
        self._base = f"http://{address}" if address else "http://tenure"
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Make the connection pool; call it on the event loop."""
        connector = (
            aiohttp.UnixConnector(self._socket, limit=CONNECTIONS)
            if self._socket
            else aiohttp.TCPConnector(limit=CONNECTIONS)
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            skip_auto_headers=NOT_ADDED,
        )

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and its answer back."""
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._pass_on(scope, receive, note)
        except aiohttp.ClientConnectorError:
            await _sorry(scope, 503, "Tenure is starting", "The pages are not there yet.").send(send)
        except (aiohttp.ClientError, OSError) as error:
            if started:  # the only honest way to say that an answer is not whole is to break it off
                raise ConnectionAbortedError("the pages broke off their answer") from error
            await _sorry(scope, 502, "The pages broke off", "They may be starting again.").send(send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._session is not None
        request = self._session.request(
            scope["method"],
            target(self._base, scope),
            headers=[
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in passed_headers(scope)
            ],
            data=_body(receive) if _has_body(scope) else None,
            allow_redirects=False,
        )
        async with request as answer:
            headers = returned_headers(answer)
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for part in answer.content.iter_any():
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def state(self) -> str:
        """`ok` when the pages answer, else what is wrong."""
        assert self._session is not None
        try:
            timeout = aiohttp.ClientTimeout(total=STATE_SECONDS)
            async with self._session.get(
                f"{self._base}/readyz", timeout=timeout, allow_redirects=False
            ) as answer:
                return "ok" if answer.status < 500 else f"answers {answer.status}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return f"does not answer ({type(error).__name__})"


def target(base: str, scope: Scope) -> URL:
    """The request's path and query, byte for byte."""
    path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    if not path.startswith("/"):
        path = "/"  # `OPTIONS *` and the like: about the server, not about a page
    return URL(f"{base}{path}?{query}" if query else base + path, encoded=True)


def passed_headers(scope: Scope) -> Headers:
    """The client's headers less those of the connection and those only we may set, then ours.

    Names with an underscore are dropped: WSGI can't tell `X_Forwarded_For` from `X-Forwarded-For`.
    """
    named = _named_by_connection(scope["headers"])
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in HOP_BY_HOP
        and name not in OURS
        and name not in named
        and not name.startswith(b"x-forwarded-")
        and b"_" not in name
    ]
    client = scope["client"][0] if scope.get("client") else "127.0.0.1"
    return [
        (b"host", header(scope, b"host").encode("latin-1") or b"localhost"),
        *kept,
        (b"x-forwarded-for", client.encode()),
        (b"x-forwarded-proto", scope["scheme"].encode()),
    ]


def returned_headers(answer: aiohttp.ClientResponse) -> Headers:
    """The pages' headers less those of the connection."""
    raw = [(name.lower(), value) for name, value in answer.raw_headers]
    named = _named_by_connection(raw)
    dropped = {b"content-length"} if answer.status in BODILESS else set()
    return [one for one in raw if one[0] not in HOP_BY_HOP and one[0] not in named and one[0] not in dropped]


def _named_by_connection(headers: Headers) -> set[bytes]:
    return {
        part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")
    } - {b"close", b"keep-alive"}


def _has_body(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if (name == b"content-length" and value != b"0") or name == b"transfer-encoding":
            return True
    return False


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        if part := message.get("body"):
            yield part
        more = message.get("more_body", False)


def _sorry(scope: Scope, status: int, title: str, says: str) -> Answer:
    """A page that tries again by itself; for scripts and other clients the same as JSON."""
    retry: Headers = [(b"retry-after", b"1"), (b"cache-control", b"no-store")]
    if scope["method"] not in ("GET", "HEAD") or "text/html" not in header(scope, b"accept"):
        return json_answer(status, {"code": "pages_unavailable", "message": f"{title}. {says}"}, retry)
    body = STARTING.format(title=escape(title), says=escape(says)).encode()
    plain = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    return Answer(status, plain + retry, body)
