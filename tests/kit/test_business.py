"""Business hours: a minute counts if the team is at work in it, however many tickets are asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.kit import business
from tenure.kit.business import Calendar, working_days

FRIDAY = datetime(2026, 2, 20, 16, tzinfo=UTC)
LAST_YEAR = 2028


def hours(calendar: Calendar, start: datetime, end: datetime) -> float:
    days = working_days(calendar, LAST_YEAR)
    return (days.passed(end) - days.passed(start)) / 60


def test_an_evening_and_a_weekend_are_no_working_time():
    assert hours(Calendar(), FRIDAY, FRIDAY + timedelta(days=2, hours=18)) == 2  # Monday at ten
    assert hours(Calendar(), FRIDAY.replace(hour=20), FRIDAY + timedelta(days=1)) == 0


def test_a_holiday_of_the_teams_country_is_free():
    monday = datetime(2026, 4, 6, tzinfo=UTC)  # Easter Monday
    assert hours(Calendar(), monday, monday + timedelta(days=1)) == 8
    assert hours(Calendar(country="DE"), monday, monday + timedelta(days=1)) == 0
    assert hours(Calendar(country="US"), monday, monday + timedelta(days=1)) == 8


def test_a_team_that_never_sleeps_counts_every_hour():
    always = Calendar(tuple(range(7)), 0, business.MINUTES_A_DAY)
    assert hours(always, FRIDAY, FRIDAY + timedelta(days=9, minutes=30)) == 9 * 24 + 0.5


def test_off_the_calendar_nothing_is_known():
    days = working_days(Calendar(), LAST_YEAR)
    assert days.passed(datetime(business.FIRST_YEAR - 1, 12, 31, tzinfo=UTC)) is None
    assert days.passed(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Calendar(days=()), "at least one weekday"),
        (Calendar(days=(7,)), "at least one weekday"),
        (Calendar(opens=600, closes=600), "end after it begins"),
        (Calendar(country="Narnia"), "no holidays known of “Narnia”"),
    ],
)
def test_what_is_no_calendar_is_told_why(wrong, says):
    assert says in business.problem(wrong)
    assert business.problem(Calendar(country="DE")) == ""


calendars = st.builds(
    Calendar,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 11 * 60),
    st.integers(12 * 60, business.MINUTES_A_DAY),
    st.sampled_from(["", "DE", "US"]),
)
moments = st.integers(0, 31 * 1440).map(
    lambda minutes: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=30)
@given(calendars, moments, st.integers(0, 4 * 1440))
def test_it_is_the_number_of_minutes_at_work(calendar, start, length):
    free = business._holidays(calendar.country, LAST_YEAR)

    def works(moment: datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        at_work = calendar.opens <= minute < calendar.closes and moment.weekday() in calendar.days
        return at_work and moment.date() not in free

    counted = sum(works(start + timedelta(minutes=minute)) for minute in range(length))
    assert hours(calendar, start, start + timedelta(minutes=length)) * 60 == pytest.approx(counted)


@settings(max_examples=30)
@given(calendars, moments, moments, moments)
def test_parts_of_a_time_add_up_to_it(calendar, one, another, third):
    first, middle, last = sorted((one, another, third))
    whole = hours(calendar, first, last)
    assert hours(calendar, first, middle) + hours(calendar, middle, last) == pytest.approx(whole)
    assert whole >= 0


def test_a_calendar_is_kept_as_it_is():
    calendar = Calendar((0, 2), 480, 960, "NO")
    assert Calendar.read(calendar.body()) == calendar
    assert Calendar.read({}) == Calendar()
    assert date(2026, 12, 25) in business._holidays("NO", LAST_YEAR)
