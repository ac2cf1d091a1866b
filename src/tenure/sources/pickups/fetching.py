"""Fetches a file over HTTPS from an address that somebody else chose, and from nowhere inside.

The host is resolved once, every address found is judged, and the connection goes to the very address that was
judged: a name that means something else a moment later leads nowhere. Redirects are judged like the first.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from tenure.sources.pickups.rules import MOST_REDIRECTS, Refused, is_public, parts

Resolver = Callable[[str, int], list[str]]
_BLOCK = 1 << 16
_MOVED = (301, 302, 303, 307, 308)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine resolves it now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True)
class Policy:
    """How a fetch goes about it; tests fetch from themselves with another resolver and judge."""

    resolve: Resolver = resolve
    allows: Callable[[str], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    most_bytes: int = 1 << 30
    most_seconds: float = 600
    patience: float = 20  # seconds for one answer of the other side


@dataclass(frozen=True)
class Fetched:
    """What came: `is_new` is False if nothing changed since the marks that were sent along."""

    is_new: bool
    name: str
    etag: str
    modified: str


def fetch(
    url: str,
    headers: Mapping[str, str],
    etag: str,
    modified: str,
    target: Path,
    policy: Policy | None = None,
) -> Fetched:
    """Fetch a file to `target`, unless it is as `etag` and `modified` say. Raises Refused and OSError.

    `headers` go to the host of `url` only, never to where it redirects.
    """
    policy = policy or Policy()
    until = time.monotonic() + policy.most_seconds
    home, at = parts(url)[:2], url
    for _ in range(MOST_REDIRECTS + 1):
        own = dict(headers) if parts(at)[:2] == home else {}
        marks = {"If-None-Match": etag, "If-Modified-Since": modified}
        connection = _connect(at, policy)
        try:
            asked = {"User-Agent": "Tenure", "Accept": "*/*", "Accept-Encoding": "identity"}
            asked |= {name: value for name, value in marks.items() if value} | own
            connection.request("GET", parts(at)[2], headers=asked)
            answer = connection.getresponse()
            if answer.status in _MOVED and (where := answer.getheader("Location")):
                at = urljoin(at, where)
                continue
            return _take(at, answer, target, policy, until)
        except http.client.HTTPException as error:
            raise Refused(f"answered something that is not HTTP: {type(error).__name__}") from error
        finally:
            connection.close()
    raise Refused(f"redirects more than {MOST_REDIRECTS} times; give the address it leads to")


class _Pinned(http.client.HTTPSConnection):
    """A connection to one address, with the host's name for TLS and the request."""

    def __init__(self, host: str, port: int, address: str, policy: Policy) -> None:
        super().__init__(host, port, timeout=policy.patience, context=policy.context)
        self._address, self._tls = address, policy.context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _connect(url: str, policy: Policy) -> _Pinned:
    host, port, _ = parts(url)
    try:
        addresses = policy.resolve(host, port)
    except OSError as error:
        raise Refused(f"cannot be found: {host} is not known") from error
    if not addresses or not all(policy.allows(one) for one in addresses):
        raise Refused(
            f"leads to an address inside a network ({host}); only public addresses are fetched from. "
            "Put files of your own network into the pick-up folder"
        )
    return _Pinned(host, port, addresses[0], policy)


def _take(url: str, answer: http.client.HTTPResponse, target: Path, policy: Policy, until: float) -> Fetched:
    etag, modified = answer.getheader("ETag") or "", answer.getheader("Last-Modified") or ""
    name = parts(url)[2].partition("?")[0].rpartition("/")[2] or "file"
    if answer.status == 304:
        return Fetched(False, name, etag, modified)
    if answer.status != 200:
        raise Refused(f"answered {answer.status} {answer.reason}"[:120] + _remedy(answer.status))
    taken = 0
    with target.open("wb") as file:
        while block := answer.read1(_BLOCK):
            taken += len(block)
            if taken > policy.most_bytes:
                raise Refused(f"is larger than {policy.most_bytes >> 20:,} MB")
            if time.monotonic() > until:
                raise Refused(f"took longer than {policy.most_seconds:.0f} seconds")
            file.write(block)
    if answer.length:
        raise Refused("broke off before its end; it is tried again")
    return Fetched(True, name, etag[:500], modified[:100])


def _remedy(status: int) -> str:
    if status in (401, 403):
        return "; check the header that lets it in"
    return "; check the address" if status in (404, 410) else "; it is tried again"
