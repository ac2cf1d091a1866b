"""When a mailing is due: every named time once, on the clock of its zone, whatever clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.kit.business import Calendar
from tenure.mailing.rules import DAILY, EVERY, MONTHLY, WEEKLY, Rhythm, due_until, next_after, problems

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
RHYTHMS = st.builds(
    Rhythm,
    every=st.sampled_from(list(EVERY)),
    weekday=st.integers(0, 6),
    day=st.integers(1, 31),
    hour=st.integers(0, 23),
    zone=ZONES,
    calendar=st.sampled_from([None, Calendar(), Calendar(country="DE"), Calendar(days=(2,))]),
)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 365 * 24).map(lambda hours: NEW_YEAR + timedelta(hours=hours))


@given(RHYTHMS, MOMENTS)
@settings(max_examples=30)
def test_the_next_time_is_the_same_from_any_moment_before_it(rhythm: Rhythm, moment: datetime) -> None:
    due = next_after(rhythm, moment)
    assert due > moment
    assert next_after(rhythm, due - timedelta(seconds=1)) == due
    assert next_after(rhythm, due) > due
    local = due.astimezone(ZoneInfo(rhythm.zone))
    assert local.hour in (rhythm.hour, rhythm.hour + 1)  # one later where clocks jump over it
    if rhythm.calendar is None and rhythm.every == WEEKLY:
        assert local.weekday() == rhythm.weekday
    if rhythm.calendar is not None:
        assert local.weekday() in rhythm.calendar.days


@given(RHYTHMS, MOMENTS, st.integers(0, 200))
@settings(max_examples=15)
def test_what_was_missed_is_the_last_of_the_times_between(
    rhythm: Rhythm, moment: datetime, hours: int
) -> None:
    first = next_after(rhythm, moment)
    now = first + timedelta(hours=hours)
    last, times = due_until(rhythm, first, now)
    walked = [first]
    while (then := next_after(rhythm, walked[-1])) <= now:
        walked.append(then)
    assert (last, times) == (walked[-1], len(walked))


def test_an_hour_that_clocks_jump_over_or_have_twice() -> None:
    nightly = Rhythm(DAILY, hour=2, zone="Europe/Berlin")
    spring = next_after(nightly, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 03:00, to which they jump
    autumn = next_after(nightly, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, tzinfo=UTC)  # the first of two
    assert next_after(nightly, autumn) == datetime(2026, 10, 26, 1, tzinfo=UTC)


def test_the_last_day_of_a_month_and_days_it_does_not_have() -> None:
    last = Rhythm(MONTHLY, day=31, hour=8)
    assert next_after(last, datetime(2027, 2, 1, tzinfo=UTC)) == datetime(2027, 2, 28, 8, tzinfo=UTC)
    thirtieth = Rhythm(MONTHLY, day=30, hour=8)
    assert next_after(thirtieth, datetime(2027, 2, 1, tzinfo=UTC)) == datetime(2027, 2, 28, 8, tzinfo=UTC)
    assert next_after(thirtieth, datetime(2027, 3, 1, tzinfo=UTC)) == datetime(2027, 3, 30, 8, tzinfo=UTC)


def test_a_day_off_moves_a_weekly_one_and_skips_a_daily_one() -> None:
    german = Calendar(country="DE")
    weekly = Rhythm(WEEKLY, weekday=4, hour=8, calendar=german)  # Christmas 2026 is a Friday
    assert next_after(weekly, datetime(2026, 12, 19, tzinfo=UTC)) == datetime(2026, 12, 28, 8, tzinfo=UTC)
    daily = Rhythm(DAILY, hour=8, calendar=german)
    assert next_after(daily, datetime(2026, 12, 24, 9, tzinfo=UTC)) == datetime(2026, 12, 28, 8, tzinfo=UTC)


def test_what_is_no_rhythm_is_named() -> None:
    wrong = problems(Rhythm("hourly", 7, 0, 24, "Mars/Base"))
    assert set(wrong) == {"every", "weekday", "day", "hour", "zone"}
