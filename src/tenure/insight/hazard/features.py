"""What a hazard is learnt from: a handful of figures as they were known, each with its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn.columns import Column, Sort
from tenure.insight.hazard import mood
from tenure.insight.panel import Panel
from tenure.kit import words
from tenure.metrics.definition import METRICS, Example, Metric, Side, Unit
from tenure.metrics.measures import Attribute, Distinct, Sum

Floats = NDArray[np.float64]
Panels = Mapping[str, Floats]

_USUAL_USE, _USE_HOLD = (
    0.6,
    2.0,
)  # a small team's share of seats is drawn to the usual one by two seats' worth
YEAR = 365.25
ROLLS = "rolls"
BEFORE = 3  # months, with which a value is compared in words

PEOPLE = Metric(
    name="active_people_14",
    title="Active people, 14 days",
    means="How many people used the product in two weeks.",
    unit=Unit.COUNT,
    better="up",
    leading=True,
    side=Side.OUTCOME,
    measures={"people": Distinct("use_daily.person_id", days=14)},
    value=lambda m: m.people,
    example=Example(as_of="2026-03-08", gives={}),
    missing="Product events.",
)
SEATS = Metric(
    name="seats",
    title="Seats",
    means="How many seats they pay for.",
    unit=Unit.COUNT,
    better=None,
    leading=False,
    side=Side.OUTCOME,
    measures={"seats": Sum("subscriptions.seats"), "named": Attribute("accounts.seats")},
    value=lambda m: m.named.fill_null(m.seats),
    example=Example(as_of="2026-03-08", gives={}),
    missing="A live subscription that says how many seats it has.",
)


@dataclass(frozen=True)
class Feature:
    """One figure: how a model reads it, and how people do. `said` is the figure it is told by; what several
    features do that are told by the same one is told together, in the first one's words.

    `belief`: which way it points and how much, beside the others, before anything is learnt: below 0, more of
    it keeps customers. `silent`: what is said where there is no data, with a place for what is usual then.
    """

    name: str
    said: str
    says: str  # with a place for the value
    read: Callable[[Panels], Floats]
    belief: float
    silent: str = ""

    def told(self, now: Callable[[str], float], before: float) -> str:
        """`14 % of seats used in two weeks, 41 % three months before`; `now` gives a figure's value."""
        value = now(self.said)
        if np.isnan(value):
            usual = f"usual_{self.said}"
            return (
                self.silent.replace("{}", _written(usual, now(usual))) if "{}" in self.silent else self.silent
            )
        told = self.says.replace("{}", _written(self.said, value))
        if np.isnan(before) or _written(self.said, before) == _written(self.said, value):
            return told
        return f"{told}, {_written(self.said, before)} three months before"


_SHARES = ("seat_use_14", "still_active", "mood", "usual_mood", "goal_attainment", "breadth")


def _written(metric: str, value: float) -> str:
    if metric in _SHARES:
        return words.percent(value)
    if metric == "first_response":
        return f"{value:,.1f} h"
    return f"{value:,.0f}" if metric != "years" else f"{value:,.1f}"


def _plain(name: str) -> Callable[[Panels], Floats]:
    return lambda values: values[name]


def _logged(name: str, plus: float = 1.0) -> Callable[[Panels], Floats]:
    return lambda values: np.log(np.maximum(values[name], 0) + plus)


# Use and mood count alike, whether people keep coming a quarter of that, any other sign a tenth.
FEATURES: tuple[Feature, ...] = (
    Feature(
        "seat_use_14",
        "seat_use_14",
        "{} of seats used in two weeks",
        _plain("seat_use_14_held"),
        -0.5,
        "no seats or no use on record",
    ),
    Feature("seat_use_7", "seat_use_14", "", _plain("seat_use_7_held"), -0.5),
    Feature(
        "mood",
        "mood",
        "answers at {} of the best mark",
        _plain("mood_held"),
        -1.0,
        "no answers in eight weeks, and those who use it as much give {} of the best mark",
    ),
    Feature(
        "still_active",
        "still_active",
        "{} of the people of three months came in the last two weeks",
        _plain("still_active_held"),
        -0.25,
        "nobody came in three months",
    ),
    Feature(
        "contacts", "contacts", "{} requests in four weeks", _logged("contacts"), 0.1, "no requests on record"
    ),
    Feature(
        "open_tickets",
        "open_tickets",
        "{} requests open",
        _logged("open_tickets"),
        0.1,
        "no requests on record",
    ),
    Feature(
        "first_response",
        "first_response",
        "first answers after {}",
        _logged("first_response", 0.5),
        0.1,
        "no request answered in three months",
    ),
    Feature(
        "goal_attainment",
        "goal_attainment",
        "{} of the way to its goals",
        _plain("goal_attainment"),
        -0.1,
        "no goal measured",
    ),
    Feature("breadth", "breadth", "{} of key features used", _plain("breadth"), -0.1, "no use on record"),
    Feature(
        "days_since",
        "days_since_last_activity",
        "last active {} days ago",
        _logged("days_since_last_activity"),
        0.1,
        "no use on record",
    ),
    Feature("years", "years", "a customer for {} years", _logged("years", 0.25), 0.0),
)
BELIEFS = {one.name: one.belief for one in FEATURES}
_READ = (
    "active_people_7 active_people_90 contacts open_tickets first_response days_since_last_activity breadth "
    "goal_attainment"
).split()


def metrics() -> list[Metric]:
    """The metrics that features are read from."""
    return [*(METRICS[name] for name in _READ), mood.MOOD, mood.ANSWERS, PEOPLE, SEATS]


def values_of(panel: Panel) -> dict[str, Floats]:
    """All that features and words need, a column per name, in the panel's rows."""
    found = {one.name: panel.column(one.name) for one in panel.metrics}
    seats = np.where(found["seats"] > 0, found["seats"], np.nan)
    of_quarter = np.where(found["active_people_90"] > 0, found["active_people_90"], np.nan)
    week, weeks = found["active_people_7"], found["active_people_14"]
    found["seat_use_14"] = weeks / seats
    found["seat_use_14_held"] = _held(weeks, seats)
    found["seat_use_7_held"] = _held(week, seats)
    found["still_active"] = weeks / of_quarter
    found["still_active_held"] = _held(weeks, found["active_people_90"])
    found["years"] = (panel.at - panel.paying_since) / YEAR
    found["usual_mood"] = mood.usual(found["mood"], found["answers"], found["seat_use_14_held"], panel.day)
    found["mood_held"] = mood.held(found["mood"], found["answers"], found["usual_mood"])
    for asked in ("contacts", "open_tickets"):  # where there are tickets at all, nobody's are none
        if not np.isnan(found[asked]).all():
            found[asked] = np.nan_to_num(found[asked])
    return found


def _held(people: Floats, of: Floats) -> Floats:
    """A share of few, drawn to the usual one; never more than all."""
    return np.minimum((people + _USUAL_USE * _USE_HOLD) / (of + _USE_HOLD), 1.0)


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
