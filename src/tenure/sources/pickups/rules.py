"""Which addresses may be fetched from, and when to try again: pure decisions."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

MOST_REDIRECTS = 3
SHORTEST = 5  # minutes between two looks
LONGEST_WAIT = timedelta(days=1)

_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")


class Refused(Exception):
    """An address that nothing is fetched from; the message says why and what would be right."""


def is_public(text: str) -> bool:
    """Whether an address is of the public internet: no own machine, network, cloud metadata, or multicast.

    An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64) is judged by itself too.
    """
    try:
        address = ip_address(text.split("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in [address, *_inside(address)])


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _NAT64_LOCAL or address in _COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def parts(url: str) -> tuple[str, int, str]:
    """Host, port and path of an address. Raises Refused for anything but https without a user in it."""
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port or 443
    except ValueError as error:
        raise Refused(f"is no address: {error}") from error
    if split.scheme != "https":
        raise Refused("is not an https:// address; others can be read on their way")
    if split.username is not None or split.password is not None:
        raise Refused("has a user or password in it; give them as a header, which is kept encrypted")
    if not host or any(ord(one) <= 32 or ord(one) > 126 for one in url):
        raise Refused("is no address; write it like https://files.example/customers.csv, without spaces")
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return host, port, path


def wait_after(failures: int, every: timedelta) -> timedelta:
    """How long until the next look: as asked; twice as long after each failure in a row, up to a day."""
    return max(every, min(LONGEST_WAIT, every * 2 ** min(failures, 12))) if failures else every
