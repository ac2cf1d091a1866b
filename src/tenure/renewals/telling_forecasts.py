"""Forecasts and their record as the command line and the API tell them: money in major units. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tenure.renewals.models import Forecast
from tenure.renewals.telling import Scale
from tenure.renewals.track import Track

Json = dict[str, Any]


def forecasts(made: Iterable[Forecast], currency: str) -> list[Json]:
    """Forecasts as they were made."""
    return [_forecast(one, Scale(currency)) for one in made]


def _forecast(one: Forecast, scale: Scale) -> Json:
    return {
        "quarter": one.quarter,
        "as_of": one.as_of,
        "lost": scale.arr(one.lost_minor),
        "expected": scale.arr(one.expected_minor),
        "low": scale.arr(one.low_minor),
        "high": scale.arr(one.high_minor),
        "called": scale.arr(one.called_minor),
        "worst": scale.arr(one.worst_minor),
        "rests_on": one.model,
        "assumed": one.assumed,
        "is_later": one.is_later,
    }


def tracks(found: Iterable[Track], currency: str) -> list[Json]:
    """The record at each distance, with the quarters behind it."""
    scale = Scale(currency)
    return [
        {
            "days_before": one.days_before,
            "model": asdict(one.model),
            "calls": {**asdict(one.calls), "model_brier_where_called": one.model_where_called},
            "coverage": one.coverage,
            "quarters": [
                {
                    **_forecast(each.forecast, scale),
                    "actual": scale.arr(each.actual_minor),
                    "is_within": each.is_within,
                }
                for each in one.scored
            ],
            "missing": one.missing,
        }
        for one in found
    ]
