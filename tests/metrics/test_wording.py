"""Values read as figures in their unit."""

from __future__ import annotations

import pytest

from tenure.metrics import wording
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Where
from tenure.metrics.measures import Distinct, Sum


@pytest.mark.parametrize(
    ("metric", "value", "says"),
    [
        ("active_people", 1204.0, "1,204"),
        ("seat_use", 0.414, "41\u00a0%"),
        ("activity_trend", 0.8, "×0.80"),
        ("days_since_last_activity", 1.0, "1 day"),
        ("nps", 25.0, "+25"),
        ("nps", -25.4, "−25"),
        ("nps", -0.2, "0"),
        ("arr", 1_200_000.0, "$12k"),
        ("arr", None, "no data"),
    ],
)
def test_a_value_is_written_in_its_unit(metric: str, value: float | None, says: str) -> None:
    assert wording.figure(METRICS[metric], value, "USD") == says


def test_a_change_has_its_sign() -> None:
    assert [wording.signed(points) for points in (3.24, -11, -0.04, 0)] == ["+3.2", "−11.0", "0.0", "0.0"]


def test_a_measure_says_over_what_it_was_taken() -> None:
    assert wording.over(Distinct("use_daily.person_id", 28)) == "last 28 days"
    assert wording.over(Sum("use_daily.events", 28, 28)) == "the 28 days that ended 28 days before"
    only = Where("key features only", lambda rows: rows.is_key_feature)
    assert wording.over(Distinct("use_daily.event", 7, where=only)) == "last 7 days, key features only"
    assert wording.over(Sum("subscriptions.seats")) == ""
