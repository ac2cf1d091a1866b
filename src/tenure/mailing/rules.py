"""When a mailing is due, on the clock of its time zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from tenure.kit.business import Calendar, WorkingDays, working_days

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
EVERY = {DAILY: "every day", WEEKLY: "every week", MONTHLY: "every month"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY = 31  # and what a shorter month has instead: its last
MOST_COUNTED = 400  # times that were missed, counted one by one
MOST_OFF = 31  # days in a row without a working day: a calendar that has none at all


@dataclass(frozen=True)
class Rhythm:
    """How often, on which day and at which hour of the wall clock.

    With `calendar` only on its working days: of every day those alone, of a week or month the next one.
    """

    every: str = WEEKLY
    weekday: int = 0  # 0 is Monday; of a weekly one
    day: int = 1  # of a monthly one
    hour: int = 8
    zone: str = "UTC"
    calendar: Calendar | None = None

    def says(self) -> str:
        """`every Monday at 08:00 (Europe/Oslo), on working days`."""
        days = {
            DAILY: "every day",
            WEEKLY: f"every {WEEKDAYS[self.weekday]}",
            MONTHLY: "on the last day of every month"
            if self.day == LAST_DAY
            else f"on day {self.day} of every month",
        }
        moved = "on working days" if self.every == DAILY else "or the next working day"
        return f"{days[self.every]} at {self.hour:02}:00 ({self.zone}){', ' + moved if self.calendar else ''}"


def problems(rhythm: Rhythm) -> dict[str, str]:
    """What is wrong, by field, in words that say what would be right."""
    wrong = {}
    if rhythm.every not in EVERY:
        wrong["every"] = "Choose every day, week or month."
    if not 0 <= rhythm.weekday <= 6:
        wrong["weekday"] = "Choose a weekday."
    if not 1 <= rhythm.day <= LAST_DAY:
        wrong["day"] = "A day of the month is from 1 to 31; 31 is the last day of every month."
    if not 0 <= rhythm.hour <= 23:
        wrong["hour"] = "An hour is from 0 to 23."
    if rhythm.zone not in available_timezones():
        wrong["zone"] = f"There is no time zone “{rhythm.zone}”; it is a name such as Europe/Oslo."
    return wrong


def next_after(rhythm: Rhythm, moment: datetime) -> datetime:
    """The first time after a moment at which it is due."""
    return next(due for due in _dues(rhythm, moment) if due > moment)


def due_until(rhythm: Rhythm, first: datetime, now: datetime) -> tuple[datetime, int]:
    """The last time it was due up to now, beginning with `first`, and how many times that makes."""
    last, count = first, 1
    for due in _dues(rhythm, first):
        if due > now or count >= MOST_COUNTED:
            break
        if due > first:
            last, count = due, count + 1
    return last, count


def _dues(rhythm: Rhythm, moment: datetime) -> Iterator[datetime]:
    """Every time it is due, from some time before a moment on, in order and each once."""
    day = moment.astimezone(ZoneInfo(rhythm.zone)).date() - timedelta(days=MOST_OFF + 31)
    before: date | None = None
    while True:
        if _is_named(rhythm, day):
            free = _working(rhythm, day)
            if free is not None and (before is None or free > before):
                yield _instant(rhythm, free)
                before = free
        day += timedelta(days=1)


def _is_named(rhythm: Rhythm, day: date) -> bool:
    """Whether the rhythm names this day, working or not."""
    if rhythm.every == WEEKLY:
        return day.weekday() == rhythm.weekday
    if rhythm.every == MONTHLY:
        is_last = (day + timedelta(days=1)).month != day.month
        return day.day == rhythm.day or (is_last and day.day < rhythm.day)
    return True


def _working(rhythm: Rhythm, day: date) -> date | None:
    """The day itself if it is a working day; else the next one, and of a daily one none."""
    if rhythm.calendar is None or _works(rhythm.calendar, day):
        return day
    if rhythm.every == DAILY:
        return None
    later = (day + timedelta(days=ahead) for ahead in range(1, MOST_OFF))
    return next((one for one in later if _works(rhythm.calendar, one)), day)


def _works(calendar: Calendar, day: date) -> bool:
    known: WorkingDays = working_days(calendar, day.year)
    index = (day - known.first).days
    return known.closes[index] > known.opens[index]


def _instant(rhythm: Rhythm, day: date) -> datetime:
    """That hour of the wall clock; where clocks jump over it, the moment they jump to; the first of two."""
    local = datetime.combine(day, time(rhythm.hour), tzinfo=ZoneInfo(rhythm.zone))
    return local.astimezone(UTC)
