"""When an event happened, and whether a person did it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.events import rules

MICROS = st.integers(0, 2**52)


@given(age=st.integers(0, 2**50), wrong_by=st.integers(-(2**50), 2**50), received=MICROS)
def test_however_wrong_the_senders_clock_is_the_age_counts(age: int, wrong_by: int, received: int) -> None:
    sent = received + wrong_by
    assert rules.happened_at(sent - age, sent, received) == received - age


@given(original=st.none() | MICROS, sent=st.none() | MICROS, received=MICROS)
def test_nothing_happens_in_the_future(original: int | None, sent: int | None, received: int) -> None:
    assert rules.happened_at(original, sent, received) <= received


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "facebookexternalhit/1.1",
        "UptimeRobot/2.0",
        "Screaming Frog SEO Spider/19.0",
    ],
)
def test_what_names_itself_a_bot_is_one(agent: str) -> None:
    assert rules.is_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) AppleWebKit/537.36",
        "analytics-python/2.4.0",
        "python-requests/2.34",
        "analytics-node/3.1.0",
        "Robotics App/1.0",
    ],
)
def test_browsers_and_libraries_are_none(agent: str) -> None:
    assert not rules.is_bot(agent)
