"""What makes a customer healthy: metrics in dimensions under two sides, with curves, weights and bands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from math import isfinite

import msgspec
import numpy as np
import yaml
from numpy.typing import NDArray

from tenure.kit import words
from tenure.metrics.definition import Metric, Metrics, Side, shipped
from tenure.segments.rules import Rule, fields_of

DEFAULT = "default"
MOST_POINTS = 20  # of a curve
MOST_MEASURES = 40
# What comes out of a profile cannot decide which profile it is.
CIRCULAR = frozenset("band score weakest outcomes experience trend profile override".split())
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ProfileError(ValueError):
    """A profile that cannot be used; says which part and what would be right."""


class Rated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metric's part in the score: a weight, and a curve from value to points, straight between pairs."""

    metric: str
    weight: float
    curve: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not (self.weight > 0 and isfinite(self.weight)):
            raise ProfileError(f"{self.metric}: the weight is {self.weight}; it has to be above 0")
        if not all(isfinite(value) for value, _ in self.curve):
            raise ProfileError(f"{self.metric}: a value of the curve is not a number; give one, such as 0.5")
        if not 2 <= len(self.curve) <= MOST_POINTS or any(a[0] >= b[0] for a, b in pairwise(self.curve)):
            raise ProfileError(
                f"{self.metric}: a curve needs two or more pairs, values rising, at most {MOST_POINTS}"
            )
        if any(not 0 <= points <= 100 for _, points in self.curve):
            raise ProfileError(f"{self.metric}: points go from 0 to 100")


class Dimension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of metrics that tell of the same thing; it orders the page, it does not weigh."""

    title: str
    measures: tuple[Rated, ...]


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The lowest score of each band; below fair is poor."""

    good: float = 70
    fair: float = 40

    def __post_init__(self) -> None:
        if not 0 <= self.fair < self.good <= 100:
            raise ProfileError(f"bands: 0 <= fair < good <= 100, not fair {self.fair}, good {self.good}")


class Part(msgspec.Struct, frozen=True):
    """A metric in its place in a profile, with its share of the whole when nothing is missing."""

    metric: Metric
    side: Side
    dimension: str
    weight: float
    curve: tuple[tuple[float, float], ...]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A health profile. The score is w · outcomes + (1 − w) · experience.

    `accounts` says whose it is, as conditions of a rule that must all hold; the first profile in order of
    `place` that fits is an account's own. The default has no conditions and comes last. `read` makes one.
    """

    outcomes: tuple[Dimension, ...] = ()
    experience: tuple[Dimension, ...] = ()
    name: str = DEFAULT
    version: int = 1
    accounts: tuple[str, ...] = ()
    place: int = 0
    weight_of_outcomes: float = 0.6
    bands: Bands = Bands()

    def __post_init__(self) -> None:
        if not 0 < self.weight_of_outcomes < 1:
            raise ProfileError(
                f"weight_of_outcomes: above 0 and below 1, not {self.weight_of_outcomes}; "
                "success is outcomes and experience"
            )
        names = [rated.metric for group in (*self.outcomes, *self.experience) for rated in group.measures]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ProfileError(f"{', '.join(sorted(twice))}: stands in the profile more than once")
        if not 1 <= len(names) <= MOST_MEASURES:
            raise ProfileError(
                f"outcomes, experience: {len(names)} measures; a profile needs 1 to {MOST_MEASURES}, "
                "each with its metric, weight and curve"
            )
        if not _NAME.fullmatch(self.name) or self.name == "new":
            raise ProfileError(
                f"name: {self.name[:60]!r}; use small letters, digits and hyphens, at most 40, and not “new”"
            )

    @cached_property
    def catalogue(self) -> Metrics:
        """The metrics there are where it was read: those of its workspace."""
        return shipped()

    @cached_property
    def rule(self) -> Rule:
        """Whose profile it is; of the default: everybody who is left."""
        return Rule.of(self.accounts, fields_of(self.catalogue))

    @property
    def title(self) -> str:
        """The name as a page shows it: `Small customers`."""
        return words.capital(self.name.replace("-", " "))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every metric with its nominal weight; these sum to 1 over a profile with both sides."""
        return (
            *self._parts(Side.OUTCOME, self.outcomes, self.weight_of_outcomes),
            *self._parts(Side.EXPERIENCE, self.experience, 1 - self.weight_of_outcomes),
        )

    @property
    def metrics(self) -> list[Metric]:
        """The metrics it rests on."""
        return [part.metric for part in self.parts]

    def weight_of(self, side: Side) -> float:
        """A side's share of the score when both have data."""
        return self.weight_of_outcomes if side is Side.OUTCOME else 1 - self.weight_of_outcomes

    def band(self, score: float | None) -> str:
        """`good`, `fair`, `poor`, or nothing where there is no score."""
        if score is None:
            return ""
        if score >= self.bands.good:
            return "good"
        return "fair" if score >= self.bands.fair else "poor"

    def bands_of(self, scores: NDArray[np.float64]) -> NDArray[np.object_]:
        """The same for many; NaN is no score."""
        names = np.where(scores >= self.bands.fair, "fair", "poor").astype(object)
        names[scores >= self.bands.good] = "good"
        names[np.isnan(scores)] = ""
        return names

    def _parts(self, side: Side, dimensions: tuple[Dimension, ...], share: float) -> list[Part]:
        total = sum(rated.weight for dimension in dimensions for rated in dimension.measures)
        return [
            Part(
                self.catalogue[rated.metric], side, dimension.title, share * rated.weight / total, rated.curve
            )
            for dimension in dimensions
            for rated in dimension.measures
        ]


def _problems(profile: Profile) -> Iterator[str]:
    """What is wrong with a profile where it was read: with its metrics, and with whose it is."""
    for group in (*profile.outcomes, *profile.experience):
        for rated in group.measures:
            if rated.metric not in profile.catalogue:
                known = ", ".join(profile.catalogue)
                yield f"there is no metric {rated.metric!r}; there are {known}"
    yield from (f"accounts: {one}" for one in _of_accounts(profile))


def _of_accounts(profile: Profile) -> Iterator[str]:
    if (profile.name == DEFAULT) is bool(profile.accounts):
        yield (
            "the default is for everybody who is left, so it takes no conditions"
            if profile.accounts
            else "say whose profile it is, such as segment.is.Enterprise; only the default takes everybody"
        )
    for problem in profile.rule.problems:
        yield f"“{problem.given}”: {problem.says}"
    for condition in profile.rule.conditions:
        if condition.field.name in CIRCULAR:
            yield f"“{condition.text}”: {condition.field.title} comes out of the profile and cannot choose it"
        if condition.field.name == "owner" and "me" in (condition.value or ()):
            yield f"“{condition.text}”: “me” is somebody else for everybody who looks; name the owner"


def read(body: object, metrics: Metrics | None = None) -> Profile:
    """A profile from its file's or row's content; ProfileError says what is wrong with it.

    `metrics`: those of its workspace (None: those that every workspace has).
    """
    try:
        found = msgspec.convert(body, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError(str(error)) from error
    if metrics is not None:
        found.__dict__["catalogue"] = metrics  # where the property keeps it
    for problem in _problems(found):
        raise ProfileError(problem)
    return found


def body_of(profile: Profile) -> dict[str, object]:
    """A profile as its file and its row hold it, name and version apart."""
    found = msgspec.to_builtins(profile)
    assert isinstance(found, dict)
    return {key: value for key, value in found.items() if key not in ("name", "version")}


@cache
def default() -> Profile:
    """The shipped profile."""
    text = files("tenure.health").joinpath("profiles/default.yaml").read_text()
    return read(yaml.safe_load(text))
