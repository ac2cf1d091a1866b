"""Figures, days and instants as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.web import formats
from tenure.web.jinja import spark

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "says"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=45), "in 45 minutes"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(hours=-13), "today"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-19), "19 days ago"),
        (timedelta(days=30), "in 30 days"),
        (timedelta(days=-61), "2 months ago"),
        (timedelta(days=365), "in 12 months"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_instants_are_told_from_now(distance: timedelta, says: str) -> None:
    assert formats.relative(NOW + distance, NOW) == says


def test_a_day_is_counted_where_the_workspace_is() -> None:
    assert formats.relative(date(2026, 11, 22), NOW, "UTC") == "tomorrow"
    assert formats.relative(date(2026, 11, 22), NOW, "Europe/Oslo") == "tomorrow"  # 23:30 there
    assert formats.relative(date(2026, 11, 22), NOW, "Asia/Tokyo") == "today"
    assert formats.exactly(NOW, "Asia/Tokyo") == "22 November 2026, 07:30 Asia/Tokyo"
    assert formats.day(date(2026, 1, 5)) == "5 January 2026"


def test_a_missing_figure_is_never_zero() -> None:
    said = [
        formats.money(None, "USD"),
        formats.money_exact(None, "USD"),
        formats.number(None),
        formats.share(None),
        formats.change(None),
        formats.day(None),
        formats.relative(None, NOW),
        formats.band_of(""),
    ]
    assert said == ["no data"] * len(said)
    assert formats.number(0) == "0"
    assert formats.share(0) == "0\N{NO-BREAK SPACE}%"


def test_changes_carry_a_sign_that_is_a_minus_and_no_hyphen() -> None:
    assert [formats.change(value) for value in (3, -11, 0, -0.2)] == ["+3", "−11", "0", "0"]
    assert formats.change(-1234.56, 1) == "−1,234.6"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dana Ames", "DA"), ("dana@example.test", "DA"), ("dana.ames@x.test", "DA"), ("Ø", "Ø"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=40))
def test_a_sparkline_stays_in_its_box_and_drops_no_value(values: list[float | None]) -> None:
    drawn = spark(values)
    runs = drawn.lines if drawn else []
    points = [tuple(map(float, point.split(","))) for run in runs for point in run.split()]
    assert drawn is None or points[-1] == (drawn.x, drawn.y)
    assert all(0 <= x <= 64 and 2 <= y <= 16 for x, y in points)
    known = [value for value in values if value is not None]
    assert len(points) == (len(known) if len(values) > 1 else 0)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_can_be_told(day: date) -> None:
    says = formats.relative(day, NOW)
    assert says in ("today", "yesterday", "tomorrow") or says.startswith("in ") != says.endswith(" ago")
