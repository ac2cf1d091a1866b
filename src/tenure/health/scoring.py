"""Scores from values, and a score's change in exact parts. Pure: no tables, no clock.

Scores are computed for many rows at once; one account is the same with one row, so there is one arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tenure.health.profile import Part, Profile
from tenure.metrics.definition import Side

Floats = NDArray[np.float64]


class Basis(StrEnum):
    """What a score rests on."""

    BOTH = "both"
    OUTCOMES = "outcomes"  # marked "outcomes only"
    EXPERIENCE = "experience"  # marked "experience only"
    NONE = "none"  # no data: no score
    FORMER = "former"  # paid before, pays nothing now: no longer scored

    @property
    def says(self) -> str:
        """How a page marks it; nothing when both sides have data."""
        return _BASIS[self]


_BASIS = {
    Basis.BOTH: "",
    Basis.OUTCOMES: "outcomes only",
    Basis.EXPERIENCE: "experience only",
    Basis.NONE: "no data",
    Basis.FORMER: "no longer a customer",
}


_BY_SIDES = (Basis.NONE, Basis.OUTCOMES, Basis.EXPERIENCE, Basis.BOTH, Basis.FORMER)


@dataclass(frozen=True)
class Scores:
    """Scores of n rows under a profile of k parts; NaN where there is no data.

    `weights` are effective: what a part counts after the missing ones' weight is shared; 0 where missing.
    A row's score is the sum of its weights times its points.
    """

    profile: Profile
    values: Floats  # n × k
    points: Floats  # n × k, 0 to 100
    weights: Floats  # n × k
    score: Floats
    outcomes: Floats
    experience: Floats
    coverage: Floats  # share of the profile's weight that had data

    def basis(self, former: NDArray[np.bool_]) -> list[Basis]:
        """What each row's score rests on; `former` rows have none whatever their data."""
        found = 2 * ~np.isnan(self.experience) + ~np.isnan(self.outcomes)
        return [_BY_SIDES[index] for index in np.where(former, -1, found)]

    @property
    def weakest(self) -> NDArray[np.int64]:
        """Each row's part that pulls the score down most, by weight × (100 − points); −1 if none does."""
        pull = np.nan_to_num(self.weights * (100 - self.points))
        return np.where(pull.max(axis=1, initial=0) > 0, pull.argmax(axis=1), -1)


def score_many(profile: Profile, values: Floats) -> Scores:
    """Score n rows of k values in the order of `profile.parts`; NaN is missing."""
    points = _points(profile, values)
    known = ~np.isnan(points)
    nominal = np.array([part.weight for part in profile.parts])
    outcomes, weights_o = _side(profile, Side.OUTCOME, points, nominal)
    experience, weights_e = _side(profile, Side.EXPERIENCE, points, nominal)
    has_both = ~np.isnan(outcomes) & ~np.isnan(experience)
    weigh = np.where(has_both, profile.weight_of_outcomes, ~np.isnan(outcomes))
    weights = weigh[:, None] * weights_o + (1 - weigh)[:, None] * weights_e
    score = np.where(known.any(axis=1), (weights * np.nan_to_num(points)).sum(axis=1), np.nan)
    coverage = (known * nominal).sum(axis=1)
    return Scores(profile, values, points, weights, score, outcomes, experience, coverage)


def _points(profile: Profile, values: Floats) -> Floats:
    """Each value on its metric's curve."""
    columns = [
        np.interp(values[:, index], *np.array(part.curve).T) for index, part in enumerate(profile.parts)
    ]
    return np.where(np.isnan(values), np.nan, np.column_stack(columns))


def _side(profile: Profile, side: Side, points: Floats, nominal: Floats) -> tuple[Floats, Floats]:
    """A side's score, NaN without data, and the weights within it, which sum to 1 where there is any."""
    here = np.array([part.side is side for part in profile.parts])
    weights = ~np.isnan(points) * here * nominal
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    score = (weights * np.nan_to_num(points)).sum(axis=1)
    return np.where(total[:, 0] > 0, score, np.nan), weights


@dataclass(frozen=True)
class Item:
    """One part of an account's score. `value` and `points` are None where there is no data."""

    part: Part
    value: float | None
    points: float | None
    weight: float

    @property
    def pulls_down(self) -> float:
        """Points of the score that it would give at its best and does not."""
        return 0.0 if self.points is None else self.weight * (100 - self.points)


@dataclass(frozen=True)
class Score:
    """One account's score as of a date; None where there is no data. `given` is what a person set instead."""

    profile: Profile
    computed: float | None
    outcomes: float | None
    experience: float | None
    coverage: float
    basis: Basis
    items: tuple[Item, ...]
    given: float | None = None

    @property
    def score(self) -> float | None:
        """What counts: what a person set, else what the profile gives."""
        return self.computed if self.given is None else self.given

    @property
    def band(self) -> str:
        """The band of what counts."""
        return self.profile.band(self.score)

    @property
    def weakest(self) -> Item | None:
        """What pulls the score down most."""
        worst = max(self.items, key=lambda item: item.pulls_down, default=None)
        return worst if worst and worst.pulls_down > 0 else None

    @property
    def values(self) -> dict[str, float | None]:
        """What was known, by metric."""
        return {item.part.metric.name: item.value for item in self.items}


def score_one(
    profile: Profile, values: Mapping[str, float | None], *, former: bool = False, given: float | None = None
) -> Score:
    """Score one account from its values by metric name; what is not there is missing."""
    row = [values.get(part.metric.name) for part in profile.parts]
    scores = score_many(profile, np.array([row], dtype=np.float64))
    return read_row(scores, 0, former=former, given=given)


def read_row(scores: Scores, row: int, *, former: bool = False, given: float | None = None) -> Score:
    """One row of many as an account's score. A former customer keeps its items and has no score."""
    items = tuple(
        Item(part, _number(value), _number(points), float(weight))
        for part, value, points, weight in zip(
            scores.profile.parts, scores.values[row], scores.points[row], scores.weights[row], strict=True
        )
    )
    found = [_number(column[row]) for column in (scores.score, scores.outcomes, scores.experience)]
    computed, outcomes, experience = [None, None, None] if former else found
    return Score(
        profile=scores.profile,
        computed=computed,
        outcomes=outcomes,
        experience=experience,
        coverage=float(scores.coverage[row]),
        basis=_BY_SIDES[-1 if former else 2 * (found[2] is not None) + (found[1] is not None)],
        items=items,
        given=None if former else given,
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
