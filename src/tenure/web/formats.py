"""How figures, money, days and instants are written, short or exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tenure.kit import words

NO_DATA = "no data"
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
BANDS = ("good", "fair", "poor")


def money(minor: float | None, currency: str) -> str:
    """Short: `$120k`. From minor units; None is "no data"."""
    return NO_DATA if minor is None else words.money(minor, currency)


def money_exact(minor: float | None, currency: str) -> str:
    """To the last minor unit: `$120,000.00`."""
    return NO_DATA if minor is None else words.money_exact(minor, currency)


def number(value: float | int | None, places: int = 0) -> str:
    """With thousands separated: `12,345`; `places` decimals."""
    return NO_DATA if value is None else f"{value:,.{places}f}".replace("-", MINUS)


def share(value: float | None, places: int = 0) -> str:
    """A share of one as per cent: 0.34 is `34 %`."""
    if value is None:
        return NO_DATA
    return f"{number(value * 100, places)}{SPACE}%" if places else words.percent(value)


def change(value: float | None, places: int = 0) -> str:
    """With its sign: `+3`, `−11`."""
    if value is None:
        return NO_DATA
    written = number(abs(value), places)
    return written if not float(written.replace(",", "")) else f"{'+' if value > 0 else MINUS}{written}"


def day(value: date | datetime | None, zone: str = "UTC") -> str:
    """A day in full: `21 November 2026`."""
    return NO_DATA if value is None else f"{_local(value, zone):%-d %B %Y}"


def day_short(value: date | datetime | None, zone: str = "UTC") -> str:
    """A day, short: `21 Nov 2026`."""
    return NO_DATA if value is None else f"{_local(value, zone):%-d %b %Y}"


def exactly(value: date | datetime | None, zone: str = "UTC") -> str:
    """A day in full, an instant to the minute with its zone."""
    if isinstance(value, datetime):
        return f"{_local(value, zone):%-d %B %Y, %H:%M} {zone}"
    return day(value, zone)


def relative(value: date | datetime | None, now: datetime, zone: str = "UTC") -> str:
    """From now: `today`, `in 30 days`, `19 days ago`, `3 hours ago`; past 60 days in months, then years."""
    if value is None:
        return NO_DATA
    if isinstance(value, datetime) and abs(value - now) < timedelta(hours=12):
        return _close(value - now)
    return _in_days((_day_of(value, zone) - _day_of(now, zone)).days)


def size(value: int) -> str:
    """Of a file: `812 B`, `40 kB`, `2.4 MB`."""
    if value < 1000:
        return f"{value} B"
    return f"{value / 1e6:.1f} MB" if value >= 999_500 else f"{value / 1e3:.0f} kB"


@lru_cache(maxsize=2_000)
def initials(name: str) -> str:
    """Two letters for an avatar: of `Dana Ames` DA, of `dana@example.test` DA."""
    parts = name.partition("@")[0].replace(".", " ").replace("_", " ").split()
    letters = parts[0][0] + parts[-1][0] if len(parts) > 1 else "".join(parts)[:2]
    return letters.upper()


def band_of(band: str) -> str:
    """The band's word; `no data` for none."""
    return band if band in BANDS else NO_DATA


def _local(value: date | datetime, zone: str) -> date:
    """The day it is in `zone`; keeps the time of instants for those who write it."""
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone))


def _day_of(value: date, zone: str) -> date:
    local = _local(value, zone)
    return local.date() if isinstance(local, datetime) else local


def _close(distance: timedelta) -> str:
    minutes = round(abs(distance).total_seconds() / 60)
    if minutes < 1:
        return "just now"
    count, word = (minutes, "minute") if minutes < 60 else (round(minutes / 60), "hour")
    return _told(count, word, is_past=distance < timedelta())


def _in_days(days: int) -> str:
    if abs(days) <= 1:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    far = abs(days)
    if far <= 60:
        return _told(far, "day", is_past=days < 0)
    count, word = (round(far / 30.44), "month") if far < 700 else (round(far / 365.25), "year")
    return _told(count, word, is_past=days < 0)


def _told(count: int, word: str, *, is_past: bool) -> str:
    counted = f"{count} {word}{'s' if count != 1 else ''}"
    return f"{counted} ago" if is_past else f"in {counted}"
