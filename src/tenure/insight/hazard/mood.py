"""What customers say when asked, as one figure: all answers lately, held to what those of like use say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.metrics.catalog.experience import ces, csat, nps
from tenure.metrics.definition import Example, Measured, Metric, Side, Unit
from tenure.metrics.measures import LastMean, LastWithin

Floats = NDArray[np.float64]

_DAYS = (7, 14, 28, 56)  # an answer counts in each window that it lies in, so an old one counts less
_ASKED = {"nps": (nps, 0, 10), "csat": (csat, 1, 4), "ces": (ces, 1, 6)}  # lowest mark, and marks above it
_HOLD = 2.0  # what is usual counts as so many answers: one angry person is not a mood
_FIRST, _FIRST_ANSWERS = 0.7, 5.0  # what is usual where hardly anybody has answered yet
_SLOPE_HOLD = 1.0  # answers × squared use, by which a slope is held to none

_WINDOWS = [(one, where, days) for one, (where, *_) in _ASKED.items() for days in _DAYS]
_COUNTS = {
    f"{one}_{days}_people": LastWithin("responses.score", days, where=where) for one, where, days in _WINDOWS
}
_MEANS = {f"{one}_{days}": LastMean("responses.score", days, where=where) for one, where, days in _WINDOWS}


def _answers(m: Measured) -> Any:
    return sum(getattr(m, f"{name}_{days}_people") for name in _ASKED for days in _DAYS)


def _mood(m: Measured) -> Any:
    """The mean of all answers, each as a share of its scale; newer ones count more often."""
    shares = [
        ((getattr(m, f"{name}_{days}") - lowest) / scale).fill_null(0) * getattr(m, f"{name}_{days}_people")
        for name, (_, lowest, scale) in _ASKED.items()
        for days in _DAYS
    ]
    return sum(shares[1:], shares[0]) / _answers(m)


# Not in the catalogue: what a model reads best is not always what people should steer by.
MOOD, ANSWERS = (
    Metric(
        name=name,
        title=title,
        means=means,
        unit=unit,
        better="up",
        leading=True,
        side=Side.EXPERIENCE,
        measures=measures,
        value=value,
        example=Example(as_of="2026-03-08", gives={}),
        missing="An answer to a survey within eight weeks.",
    )
    for name, title, means, unit, measures, value in (
        (
            "mood",
            "Mood",
            "All answers of eight weeks, as shares of their scales; the newer, the more they count.",
            Unit.SHARE,
            {**_COUNTS, **_MEANS},
            _mood,
        ),
        ("answers", "Answers", "Answers of eight weeks, weighed likewise.", Unit.COUNT, _COUNTS, _answers),
    )
)


def held(mood: Floats, answers: Floats, usual: Floats) -> Floats:
    """A customer's own answers and what is usual together: the fewer they are, the more the latter counts."""
    known = np.nan_to_num(answers)
    return np.asarray((np.nan_to_num(mood) * known + _HOLD * usual) / (known + _HOLD))


def usual(mood: Floats, answers: Floats, use: Floats, day: NDArray[np.int64]) -> Floats:
    """Of each row what customers who use the product as much say, by all answers as of the same day.

    A straight line by least squares, a customer's answers weighing as in `held`; its height starts from a few
    answers of the usual kind, its slope from none. A row of unknown use gets the mean.
    """
    weight = np.nan_to_num(answers) / (np.nan_to_num(answers) + _HOLD)
    said = np.nan_to_num(mood)
    days, place = np.unique(day, return_inverse=True)

    def sums(some: Floats) -> Floats:
        return np.bincount(place, weights=some, minlength=len(days)).astype(np.float64)

    height = ((sums(weight * said) + _FIRST_ANSWERS * _FIRST) / (sums(weight) + _FIRST_ANSWERS))[place]
    there = np.where(np.isnan(use), 0.0, weight)
    filled = np.nan_to_num(use)
    apart = filled - (sums(there * filled) / np.maximum(sums(there), 1e-9))[place]
    slope = sums(there * apart * (said - height)) / (sums(there * apart**2) + _SLOPE_HOLD)
    return np.asarray(np.clip(height + np.where(np.isnan(use), 0.0, slope[place] * apart), 0, 1))
