"""Pure decisions about collected events: when one happened, who did it, whether a kind stopped arriving."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

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


RHYTHM_DAYS = 84  # what of the past says how regularly something comes
LEAST_DAYS = 8  # on which it must have come, for there to be a rhythm
PATIENCE = 2  # times the longest pause
LEAST_SILENCE = 2  # days

STOPPED_IN_WORDS = (
    f"An event has stopped arriving when it came on at least {LEAST_DAYS} different days of its last "
    f"{RHYTHM_DAYS // 7} weeks, and has not come since for more than twice as long as the longest pause in "
    f"that time, and for more than {LEAST_SILENCE} days. After {RHYTHM_DAYS // 7} weeks of silence it is no "
    "news any more."
)


@dataclass(frozen=True)
class Rhythm:
    """How regularly something came, in the weeks up to its last day."""

    days: int  # on which it came
    longest_pause: int  # days from one to the next
    last_day: date


def rhythm(days: Collection[date]) -> Rhythm:
    """The rhythm of the days on which something came; there must be one."""
    last = max(days)
    recent = sorted(day for day in set(days) if day > last - timedelta(days=RHYTHM_DAYS))
    pauses = [(later - earlier).days for earlier, later in pairwise(recent)]
    return Rhythm(len(recent), max(pauses, default=0), last)


def has_stopped(known: Rhythm, today: date) -> bool:
    """Whether it came regularly and has not for longer than its rhythm explains; see STOPPED_IN_WORDS."""
    silence = (today - known.last_day).days
    bearable = max(PATIENCE * known.longest_pause, LEAST_SILENCE)
    return known.days >= LEAST_DAYS and bearable < silence <= RHYTHM_DAYS


_SECRET = frozenset(
    "password passwd passphrase pwd pass secret token auth authorization cookie session jwt key keys apikey"
    " credential credentials pin otp signature hash nonce bearer".split()
)
_PERSONAL = frozenset(
    "email mail phone mobile tel telephone fax address street city zip postcode postal birth birthday born"
    " dob gender ssn passport iban bic card cvv bank tax ip ipaddress latitude longitude lat lng lon location"
    " username firstname lastname fullname surname nickname login signup salary".split()
)
_FREE_TEXT = frozenset(
    "comment comments message body text note notes subject content search query term description feedback"
    " answer reply prompt title filename".split()
)
_OF_A_PERSON = frozenset(
    "first last full user customer person contact display given family sur middle".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TELLING = re.compile(
    r"@|://|^\+?[0-9()\s./-]{9,}$|^(?=.*[0-9])(?=.*[A-Za-z])[\w.+/=-]{20,}$|^[0-9a-fA-F:]{12,}$"
    r"|^[0-9]{1,3}(\.[0-9]{1,3}){3}$|^eyJ"
)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{4,15}(Z|[+-][0-9:]{2,6})?)?")
_LONGEST_EXAMPLE = 40


def why_hidden(name: str) -> str:
    """Why values of a property of that name are not shown as examples; empty if they may be."""
    words = {word.lower() for word in _WORDS.findall(name)}
    joined = "".join(_WORDS.findall(name)).lower()
    if words & _SECRET or joined in _SECRET:
        return "may be a secret"
    if (
        words & _PERSONAL
        or joined in _PERSONAL
        or joined == "name"
        or ("name" in words and words & _OF_A_PERSON)
    ):
        return "may be personal"
    return "is free text" if words & _FREE_TEXT else ""


def is_presentable(value: str, *, is_date: bool = False) -> bool:
    """Whether a value may be shown as an example: short, and no address, number or token of somebody's."""
    if is_date:
        return _INSTANT.fullmatch(value) is not None
    return 0 < len(value) <= _LONGEST_EXAMPLE and value.isprintable() and not _TELLING.search(value)
