"""What a hazard is learnt from: a handful of figures as they were known, each with its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn.columns import Column, Sort
from tenure.insight.panel import Panel
from tenure.kit import words
from tenure.metrics.catalog.experience import ces, csat, nps
from tenure.metrics.definition import METRICS, Example, Measure, Measured, Metric, Side, Unit
from tenure.metrics.measures import DaysOf, Distinct, LastMean, LastWithin

Floats = NDArray[np.float64]
Panels = Mapping[str, Floats]

_ANSWER_DAYS = (7, 14, 28, 56)  # an answer counts in each window that it lies in, so an old one counts less
_USE_DAYS, _BEFORE_DAYS = 14, 28  # a week is noisy in a small team, four weeks are late
_ASKED = {"nps": (nps, 0, 10), "csat": (csat, 1, 4), "ces": (ces, 1, 6)}  # lowest mark, and marks above it
_USUAL_MOOD = 0.7  # which counts as one answer more: one angry person is not a mood
YEAR = 365.25
ROLLS = "rolls"
BEFORE = 3  # months, with which a value is compared in words


def _answers(m: Measured) -> Any:
    return sum(getattr(m, f"{name}_{days}_people") for name in _ASKED for days in _ANSWER_DAYS)


def _mood(m: Measured) -> Any:
    """The mean of all answers, each as a share of its scale; newer ones count more often."""
    shares = [
        ((getattr(m, f"{name}_{days}") - lowest) / scale).fill_null(0) * getattr(m, f"{name}_{days}_people")
        for name, (_, lowest, scale) in _ASKED.items()
        for days in _ANSWER_DAYS
    ]
    return sum(shares[1:], shares[0]) / _answers(m)


def _made(
    name: str,
    title: str,
    means: str,
    side: Side,
    measures: Mapping[str, Measure],
    value: Callable[[Measured], Any],
    unit: Unit = Unit.COUNT,
) -> Metric:
    """Not in the catalogue: what a model reads best is not always what people should steer by."""
    return Metric(
        name=name,
        title=title,
        means=means,
        unit=unit,
        better="up",
        leading=True,
        side=side,
        measures=measures,
        value=value,
        example=Example(as_of="2026-03-08", gives={}),
        missing="An answer to a survey within eight weeks." if side is Side.EXPERIENCE else "Product events.",
    )


_ANSWERED = [(one, where, days) for one, (where, *_) in _ASKED.items() for days in _ANSWER_DAYS]
_COUNTS = {
    f"{one}_{days}_people": LastWithin("responses.score", days, where=where) for one, where, days in _ANSWERED
}
_MEANS = {f"{one}_{days}": LastMean("responses.score", days, where=where) for one, where, days in _ANSWERED}

MOOD = _made(
    "mood",
    "Mood",
    "All answers of eight weeks, as shares of their scales; the newer, the more they count.",
    Side.EXPERIENCE,
    {**_COUNTS, **_MEANS},
    _mood,
    Unit.SHARE,
)
ANSWERS = _made(
    "answers", "Answers", "Answers of eight weeks, weighed likewise.", Side.EXPERIENCE, _COUNTS, _answers
)
PEOPLE = _made(
    "active_people_14",
    "Active people, 14 days",
    "How many people used the product in two weeks.",
    Side.OUTCOME,
    {"people": Distinct("use_daily.person_id", days=_USE_DAYS)},
    lambda m: m.people,
)
DAYS_NOW, DAYS_BEFORE = (
    _made(
        name,
        "Days of use",
        "On how many days people used the product in two weeks, added up.",
        Side.OUTCOME,
        {"days": DaysOf("use_daily.person_id", days=_USE_DAYS, offset=offset)},
        lambda m: m.days,
    )
    for name, offset in (("days_of_use", 0), ("days_of_use_before", _BEFORE_DAYS))
)


@dataclass(frozen=True)
class Feature:
    """One figure: how a model reads it, and how people do. `said` is the metric it is told by."""

    name: str
    said: str
    says: str  # with a place for the value
    read: Callable[[Panels], Floats]

    def told(self, value: float, before: float) -> str:
        """`14 % of seats in use, 41 % three months before`."""
        if np.isnan(value):
            return self.says.replace("{}", "no data on")
        now = self.says.replace("{}", _written(self.said, value))
        if np.isnan(before) or _written(self.said, before) == _written(self.said, value):
            return now
        return f"{now}, {_written(self.said, before)} three months before"


def _written(metric: str, value: float) -> str:
    if metric in ("seat_use", "breadth", "goal_attainment", "mood", "seat_use_14"):
        return words.percent(value)
    if metric == "use_trend":
        return f"×{value:.2f}"
    if metric == "first_response":
        return f"{value:,.1f} h"
    return f"{value:,.0f}" if metric != "years" else f"{value:,.1f}"


def _plain(name: str) -> Callable[[Panels], Floats]:
    return lambda values: values[name]


def _logged(name: str, plus: float = 1.0) -> Callable[[Panels], Floats]:
    return lambda values: np.log(np.maximum(values[name], 0) + plus)


# In the order in which they come in as more losses are on record: use and mood first, service, the rest.
FEATURES: tuple[Feature, ...] = (
    Feature(
        "seat_use_14",
        "seat_use_14",
        "{} of seats used in two weeks",
        lambda values: np.minimum(values["seat_use_14"], 1.0),
    ),
    Feature("mood", "mood", "answers at {} of the best mark", lambda values: values["mood_held"]),
    Feature("use_trend", "use_trend", "use {} of four weeks before", _plain("use_trend")),
    Feature("seat_use", "seat_use", "{} of seats in use", _plain("seat_use")),
    Feature("goal_attainment", "goal_attainment", "{} of the way to its goals", _plain("goal_attainment")),
    Feature("contacts", "contacts_per_100", "{} requests per 100 active people", _logged("contacts_per_100")),
    Feature("first_response", "first_response", "first answers after {}", _logged("first_response", 0.1)),
    Feature("open_tickets", "open_tickets", "{} requests open", _logged("open_tickets")),
    Feature("breadth", "breadth", "{} of key features used", _plain("breadth")),
    Feature(
        "days_since",
        "days_since_last_activity",
        "last active {} days ago",
        _logged("days_since_last_activity"),
    ),
    Feature("years", "years", "a customer for {} years", _logged("years", 0.25)),
)
_ASKED_FOR = (
    "seat_use active_people contacts_per_100 open_tickets first_response days_since_last_activity breadth "
    "goal_attainment"
).split()


def metrics() -> list[Metric]:
    """The metrics that features are read from."""
    return [*(METRICS[name] for name in _ASKED_FOR), MOOD, ANSWERS, PEOPLE, DAYS_NOW, DAYS_BEFORE]


def values_of(panel: Panel) -> dict[str, Floats]:
    """All that features and words need, a column per name, in the panel's rows."""
    found = {one.name: panel.column(one.name) for one in panel.metrics}
    with np.errstate(invalid="ignore", divide="ignore"):
        lately = np.where(found["active_people"] > 0, found["active_people_14"] / found["active_people"], 0.0)
    found["seat_use_14"] = found["seat_use"] * lately
    found["use_trend"] = _trend(found["days_of_use"], found["days_of_use_before"])
    found["years"] = (panel.at - panel.paying_since) / YEAR
    answers = np.nan_to_num(found["answers"])
    found["mood_held"] = (np.nan_to_num(found["mood"]) * answers + _USUAL_MOOD) / (answers + 1)
    return found


def _trend(now: Floats, before: Floats) -> Floats:
    """Now against before, held to 1 by what one quiet person does, and half as much more at most."""
    usual = _USE_DAYS / 7
    return np.clip((np.nan_to_num(now) + usual) / (np.nan_to_num(before) + usual), 0, 1.5)


def columns(values: Panels, rolls: NDArray[np.bool_]) -> list[Column]:
    """The features as columns of a model, last whether a contract rolls on; what nobody has is left out."""
    read = [(one.name, one.read(values)) for one in FEATURES]
    found = [Column(name, Sort.NUMBER, "", column) for name, column in read if _tells(column)]
    return [*found, Column(ROLLS, Sort.NUMBER, "", rolls.astype(np.float64))]


def _tells(column: Floats) -> bool:
    there = column[~np.isnan(column)]
    return len(there) > 0 and float(np.ptp(there)) > 0


def named(names: Sequence[str], values: Panels, rolls: NDArray[np.bool_]) -> list[Column]:
    """The same, those that a model was fitted with."""
    by_name = {one.name: one for one in FEATURES}
    found = [Column(name, Sort.NUMBER, "", by_name[name].read(values)) for name in names if name != ROLLS]
    return [*found, Column(ROLLS, Sort.NUMBER, "", rolls.astype(np.float64))]


def before(panel: Panel, values: Panels) -> dict[str, Floats]:
    """Each row's values three months before, NaN where it did not pay then."""
    then = panel.day - BEFORE
    key = panel.account * (len(panel.days) + 1) + panel.day
    wanted = panel.account * (len(panel.days) + 1) + then
    place = np.searchsorted(key, wanted)
    place = np.minimum(place, max(len(key) - 1, 0))
    found = (then >= 0) & (key[place] == wanted) if len(key) else np.zeros(0, dtype=bool)
    return {name: np.where(found, column[place], np.nan) for name, column in values.items()}
