"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import time_ns
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def micros() -> int:
    """This instant in microseconds since 1970, UTC: as stores that are not Django's keep it."""
    return time_ns() // 1000


def today(zone: str = "UTC") -> date:
    """The day it is in a workspace's zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str = "UTC") -> datetime:
    """The instant at which `day` is over in `zone`: "as of D" means everything before it."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
