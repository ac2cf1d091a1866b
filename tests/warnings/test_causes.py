"""Each cause: when it speaks, what it says, and when it has nothing to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.warnings.rules import CAUSES, Answer, Champion, Fall, Known, findings, rank

TODAY = date(2026, 11, 21)
ACME = Known("acme", TODAY, score=88, band="good", heard_on=TODAY, last_active_on=TODAY)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def says(**facts: Any) -> dict[str, str]:
    """What is said about Acme, had it these facts."""
    return {name: finding.says for name, finding in findings(replace(ACME, **facts)).items()}


def test_acme_thrives_and_needs_nobody() -> None:
    assert says(metrics={"seat_use": 0.7, "activity_trend": 1.1}, renews_on=ago(-30)) == {}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"renews_on": ago(-30), "band": "poor", "score": 38.4},
            {"renewal_near": "Renews in 30 days in poor health, with a success score of 38."},
        ),
        (
            {"renews_on": TODAY, "band": "fair", "score": 55},
            {"renewal_near": "Renews today in fair health, with a success score of 55."},
        ),
        ({"renews_on": ago(-61), "band": "poor", "score": 38}, {}),
        (
            {"renews_on": ago(1), "band": "poor", "score": 38},
            {"renewal_near": "Past due for 1 day in poor health, with a success score of 38."},
        ),
        ({"renews_on": ago(-30), "band": "", "score": None}, {}),
        (
            {"last_active_on": ago(19)},
            {"silent": "Nobody there has used the product for 19 days, since 2 Nov."},
        ),
        ({"last_active_on": ago(13)}, {}),
        ({"last_active_on": None}, {}),
        (
            {"first_live_on": ago(24), "last_active_on": None},
            {"onboarding_silent": "Customer for 24 days, and nobody there has used the product yet."},
        ),
        ({"first_live_on": ago(4), "last_active_on": None}, {}),
        ({"first_live_on": ago(45), "last_active_on": None}, {}),
        (
            {"band": "poor", "score": 38, "fall": Fall("fair", "poor", ago(1), 61, 38)},
            {"fell": "Health fell from fair to poor yesterday, the score from 61 to 38."},
        ),
        ({"fall": Fall("fair", "poor", ago(3), 61, 38)}, {}),  # it is good again
        ({"band": "poor", "score": 38, "fall": Fall("fair", "poor", ago(1), 41, 38)}, {}),  # it wavers
        ({"band": "poor", "score": 38, "fall": Fall("fair", "poor", ago(15), 61, 38)}, {}),
        (
            {"answer": Answer("Ann", 3, ago(4))},
            {"detractor": "Ann answered 3 of 10 when asked whether they would recommend you, 4 days ago."},
        ),
        ({"answer": Answer("Ann", 7, ago(4))}, {}),
        ({"answer": Answer("Ann", 3, ago(15))}, {}),
        (
            {"metrics": {"activity_trend": 0.55}},
            {"falling": "Use fell by 45\u00a0% in the last 28 days, against the 28 before."},
        ),
        ({"metrics": {"activity_trend": 0.61}}, {}),
        (
            {"metrics": {"seat_use": 0.34}},
            {"seats_unused": "Only 34\u00a0% of their seats were used in the last 28 days."},
        ),
        ({"metrics": {"seat_use": 0.34}, "first_live_on": ago(20)}, {}),  # still coming on board
        (
            {"metrics": {"seat_use": 0.97}},
            {"seats_full": "They used 97\u00a0% of their seats in the last 28 days."},
        ),
        ({"metrics": {"seat_use": 0.97}, "band": "poor", "score": 30}, {}),
    ],
)
def test_when_a_cause_speaks_and_what_it_says(facts: dict[str, Any], expected: dict[str, str]) -> None:
    assert says(**facts) == expected


def test_silence_is_one_cause_not_two() -> None:
    """No events at all is a trend of nothing; it is said once, as silence."""
    assert [*says(last_active_on=ago(30), metrics={"activity_trend": 0.0, "seat_use": 0.0})] == ["silent"]


@pytest.mark.parametrize("heard_on", [None, ago(4)])
def test_no_customer_is_called_silent_while_no_events_arrive(heard_on: date | None) -> None:
    quiet = {"last_active_on": ago(30), "metrics": {"activity_trend": 0.1, "seat_use": 0.0}}
    assert says(heard_on=heard_on, **quiet) == {}
    assert says(heard_on=heard_on, last_active_on=None, first_live_on=ago(20)) == {}


def test_dune_has_left_and_nobody_is_warned_of_it() -> None:
    assert says(is_customer=False, last_active_on=ago(90), band="poor", score=5, renews_on=ago(-1)) == {}


def test_the_order_of_urgency() -> None:
    assert [cause.name for cause in CAUSES][:2] == ["renewal_near", "silent"]
    assert rank("renewal_near") < rank("falling") < rank("seats_full")


SHARES = st.none() | st.floats(0, 2)
DATES = st.none() | st.dates(ago(400), ago(-400))


@given(
    score=st.none() | st.floats(0, 100),
    band=st.sampled_from(["", "poor", "fair", "good"]),
    renews_on=DATES,
    last_active_on=DATES,
    first_live_on=DATES,
    heard_on=DATES,
    seat_use=SHARES,
    trend=SHARES,
    low=st.none() | st.builds(Answer, st.text(max_size=300), st.floats(0, 10), st.dates(ago(20), TODAY)),
)
def test_whatever_is_known_a_warning_is_a_short_whole_sentence(
    score: float | None,
    band: str,
    renews_on: date | None,
    last_active_on: date | None,
    first_live_on: date | None,
    heard_on: date | None,
    seat_use: float | None,
    trend: float | None,
    low: Answer | None,
) -> None:
    metrics = {name: value for name, value in (("seat_use", seat_use), ("activity_trend", trend)) if value}
    known = Known(
        "any",
        TODAY,
        True,
        score,
        band,
        renews_on,
        last_active_on,
        first_live_on,
        heard_on,
        metrics,
        None,
        low,
    )
    for finding in findings(known).values():
        assert finding.says.endswith(".")
        assert len(finding.says) <= 300
        assert 0 < len(finding.pill) <= 60


CHAMPION = Champion("Ann", last_on=ago(2))


@pytest.mark.parametrize(
    ("champions", "expected"),
    [
        ((), None),
        ((CHAMPION,), None),
        ((Champion("Ann"),), None),  # never seen: no use is missed
        ((Champion("Ann", ago(34)),), "Ann, their champion, has not used the product for 34 days."),
        ((Champion("Ann", ago(29)),), None),
        ((Champion("Ann", ago(2), ago(-5)),), None),  # will leave
        ((Champion("Ann", ago(2), ago(1)),), "Ann, their champion, left: 20 Nov."),
        ((Champion("Ann", ago(2), ago(1)), CHAMPION), None),  # another one is there
        (
            (Champion("Ann", None, ago(90)), Champion("Bo", ago(40))),
            "Bo, their champion, has not used the product for 40 days. "
            "Nor is there another: 1 more champion gone before.",
        ),
    ],
)
def test_a_champion_is_gone_when_no_other_is_there(
    champions: tuple[Champion, ...], expected: str | None
) -> None:
    assert says(champions=champions).get("champion_gone") == expected


def test_a_silent_champion_is_not_missed_where_nothing_is_heard() -> None:
    quiet = (Champion("Ann", ago(34)),)
    assert "champion_gone" not in says(champions=quiet, heard_on=ago(9))
    assert "champion_gone" in says(champions=(replace(quiet[0], left_on=ago(3)),), heard_on=ago(9))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"metrics": {"active_people": 1.0}}, "Only one person used the product in the last 28 days."),
        (
            {"metrics": {"active_people": 1.0, "seat_use": 0.6, "activity_trend": 1.0}},
            None,  # two seats: there is hardly anybody else
        ),
        ({"metrics": {"active_people": 1.0, "seat_use": 0.25}}, "in the last 28 days on 4 seats."),
        ({"metrics": {"active_people": 2.0}}, None),
        ({"metrics": {"active_people": 1.0}, "first_live_on": ago(59)}, None),
        ({"metrics": {"active_people": 1.0}, "heard_on": ago(4)}, None),
        ({"people": 5, "stakeholders": ("Ann",)}, "Of 5 people there, only Ann is somebody who decides"),
        ({"people": 2, "stakeholders": ("Ann",)}, None),
        ({"people": 5, "stakeholders": ("Ann", "Bo")}, None),
        ({"people": 5, "stakeholders": ()}, None),
    ],
)
def test_all_hangs_on_one(facts: dict[str, Any], expected: str | None) -> None:
    found = says(**({"first_live_on": ago(400)} | facts)).get("single_threaded")
    assert (found is None) if expected is None else (found is not None and expected in found)
