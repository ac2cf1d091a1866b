"""Pure decisions about a collected event: when it happened, whether a person did it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

Micros = int  # microseconds since 1970, UTC

EARLIEST: Micros = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

# Words that crawlers, monitors and link previews put into their names. "Cubot" makes telephones.
_BOTS = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|facebookexternalhit|embedly|preview|lighthouse|pingdom"
    r"|uptime|statuscake|site24x7|newrelicpinger|datadogsynthetics|bingpreview|mediapartners-google",
    re.IGNORECASE,
)


def happened_at(original: Micros | None, sent: Micros | None, received: Micros) -> Micros:
    """When an event happened by our clock: received − (sent − original), and never in the future.

    The sender's clock may be wrong, the time between its own two readings is not. Without `sent` the
    sender's clock is believed; without `original` it is when we received it.
    """
    if original is None:
        return received
    if sent is None:
        return min(original, received)
    return min(received - (sent - original), received)


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """Whether a user agent names itself a crawler or monitor: what those do is no product use."""
    return _BOTS.search(user_agent) is not None
