"""Business hours: how much of the time between two moments a team was at work.

A calendar says on which weekdays and between which times of the wall clock, and whose holidays are free.
Every day is numbered by the working minutes before it, so that the time between two moments is a difference
of two sums, for one ticket or for a million in one join.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

EPOCH = date(1970, 1, 1)
FIRST_YEAR = 2005  # before it nothing is counted
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Calendar:
    """When a team works: weekdays (0 is Monday), minutes of the day, the country whose holidays are free.

    A country is a code of ISO 3166 such as DE; empty: no holidays.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: int = 9 * 60
    closes: int = 17 * 60
    country: str = ""

    @property
    def hours_a_day(self) -> float:
        """Working hours of a whole day."""
        return (self.closes - self.opens) / 60

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Calendar:
        """From a row's JSON; what it does not say is as usual."""
        usual = cls()
        return cls(
            tuple(body.get("days", usual.days)),
            int(body.get("opens", usual.opens)),
            int(body.get("closes", usual.closes)),
            str(body.get("country", usual.country)),
        )

    def body(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"days": list(self.days), "opens": self.opens, "closes": self.closes, "country": self.country}


def problem(calendar: Calendar) -> str:
    """What is wrong with a calendar, and what would be right; empty if nothing is."""
    if not calendar.days or not set(calendar.days) <= set(range(7)):
        return "Choose at least one weekday."
    if not 0 <= calendar.opens < calendar.closes <= MINUTES_A_DAY:
        return "The day has to end after it begins."
    if calendar.country and calendar.country not in countries():
        return (
            f"There are no holidays known of “{calendar.country}”; it is a code of two letters, such as DE."
        )
    return ""


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The codes of countries whose holidays are known."""
    import holidays

    return tuple(sorted(code for code in holidays.list_supported_countries(include_aliases=False)))


@dataclass(frozen=True)
class WorkingDays:
    """The days of a calendar, one after the other, each with the working minutes before it.

    `opens` and `closes` are minutes of the day, the same on a day off.
    """

    first: date
    before: tuple[int, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]

    def passed(self, local: datetime) -> float | None:
        """Working minutes until a moment on the team's clock; None off the calendar."""
        index = (local.date() - self.first).days
        if not 0 <= index < len(self.before):
            return None
        minute = local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 60e6
        opens, closes = self.opens[index], self.closes[index]
        return self.before[index] + min(max(minute, opens), closes) - opens


@lru_cache(maxsize=64)
def working_days(calendar: Calendar, last_year: int) -> WorkingDays:
    """The calendar's days up to the end of a year."""
    free = _holidays(calendar.country, last_year)
    first, last = date(FIRST_YEAR, 1, 1), date(last_year, 12, 31)
    before, opens, closes, total = [], [], [], 0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        works = day.weekday() in calendar.days and day not in free
        before.append(total)
        opens.append(calendar.opens)
        closes.append(calendar.closes if works else calendar.opens)
        total += closes[-1] - opens[-1]
    return WorkingDays(first, tuple(before), tuple(opens), tuple(closes))


def _holidays(country: str, last_year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays(country, years=range(FIRST_YEAR, last_year + 1)))
