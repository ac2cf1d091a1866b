"""Stretches of time that figures are of: fiscal quarters, months, and what an address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

QUARTER, LAST, YEAR, TWELVE, CUSTOM = "quarter", "last", "year", "12m", "days"
TITLES = {QUARTER: "This quarter", LAST: "Last quarter", YEAR: "This year", TWELVE: "12 months"}
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Period:
    """From the state of the day before `first` to that of `last`. `problem`: why it is not what was asked."""

    name: str
    first: date
    last: date
    problem: str = ""

    @property
    def before(self) -> date:
        """The day whose end it opens with."""
        return self.first - timedelta(days=1)


def period_of(asked: Mapping[str, str], today: date, year_starts: int) -> Period:
    """What `period`, or `from` and `to`, ask for; twelve months where they ask for nothing that there is."""
    if asked.get("from") or asked.get("to"):
        return _custom(asked, today, year_starts)
    name = asked.get("period", "")
    return _named(name if name in TITLES else TWELVE, today, year_starts)


def _named(name: str, today: date, year_starts: int) -> Period:
    quarter = quarter_of(today, year_starts)
    if name == LAST:
        return Period(name, months_on(quarter, -3), quarter - timedelta(days=1))
    first = {
        QUARTER: quarter,
        YEAR: months_on(today.replace(day=1), -((today.month - year_starts) % 12)),
        TWELVE: year_before(today) + timedelta(days=1),
    }[name]
    return Period(name, first, today)


def _custom(asked: Mapping[str, str], today: date, year_starts: int) -> Period:
    usual = _named(TWELVE, today, year_starts)
    try:
        first = date.fromisoformat(asked.get("from") or usual.first.isoformat())
        last = date.fromisoformat(asked.get("to") or today.isoformat())
    except ValueError:
        return Period(TWELVE, usual.first, today, "That is no day: write it as 2026-10-01.")
    if not EARLIEST <= first <= last:
        return Period(TWELVE, usual.first, today, "A period goes from an earlier day to a later one.")
    if last > today:
        return Period(
            TWELVE, usual.first, today, "That day has not come yet: a period ends today at the latest."
        )
    return Period(CUSTOM, first, last)


def quarter_of(day: date, year_starts: int) -> date:
    """The first day of the fiscal quarter that a day is in; `year_starts`: the month of its first quarter."""
    return months_on(day.replace(day=1), -((day.month - year_starts) % 3))


def months_on(first: date, months: int) -> date:
    """The first of the month so many months later."""
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def month_ends(last: date, months: int) -> list[date]:
    """The ends of the last so many full months before a day, oldest first."""
    this = last.replace(day=1)
    return [months_on(this, -back) - timedelta(days=1) for back in range(months - 1, -1, -1)]


def quarter_name(first: date, year_starts: int) -> str:
    """`Q4 2026`; a fiscal year that does not start in January is named by the year it ends in."""
    number = ((first.month - year_starts) % 12) // 3 + 1
    year = first.year if year_starts == 1 or first.month < year_starts else first.year + 1
    return f"Q{number} {year}"


def day_of(text: str, latest: date) -> date | None:
    """A day that an address gives, if it is one, and not after another."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST <= found <= latest else None


def monday_before(day: date) -> date:
    """The last Monday before a day."""
    return day - timedelta(days=(day.weekday() or 7))


def year_before(day: date) -> date:
    """The same day a year earlier."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
