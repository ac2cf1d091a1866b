"""What makes a customer healthy: metrics in dimensions under two sides, with curves, weights and bands."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

import msgspec
import yaml

from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Metric, Side


class ProfileError(ValueError):
    """A profile that cannot be used; says which part and what would be right."""


class Rated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metric's part in the score: a weight, and a curve from value to points, straight between pairs."""

    metric: str
    weight: float
    curve: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            known = ", ".join(metric.name for metric in METRICS)
            raise ProfileError(f"there is no metric {self.metric!r}; there are {known}")
        if not self.weight > 0:
            raise ProfileError(f"{self.metric}: the weight is {self.weight}; it has to be above 0")
        if len(self.curve) < 2 or any(a[0] >= b[0] for a, b in pairwise(self.curve)):
            raise ProfileError(f"{self.metric}: a curve needs two or more pairs, values rising")
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
    """A health profile. The score is w · outcomes + (1 − w) · experience."""

    outcomes: tuple[Dimension, ...]
    experience: tuple[Dimension, ...]
    name: str = "default"
    version: int = 1
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

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every metric with its nominal weight; these sum to 1 over a profile with both sides."""
        return (
            *_parts(Side.OUTCOME, self.outcomes, self.weight_of_outcomes),
            *_parts(Side.EXPERIENCE, self.experience, 1 - self.weight_of_outcomes),
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


def _parts(side: Side, dimensions: tuple[Dimension, ...], share: float) -> list[Part]:
    total = sum(rated.weight for dimension in dimensions for rated in dimension.measures)
    return [
        Part(METRICS[rated.metric], side, dimension.title, share * rated.weight / total, rated.curve)
        for dimension in dimensions
        for rated in dimension.measures
    ]


def read(body: object) -> Profile:
    """A profile from its file's or row's content; ProfileError says what is wrong with it."""
    try:
        return msgspec.convert(body, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError(str(error)) from error


@cache
def default() -> Profile:
    """The shipped profile."""
    text = files("tenure.health").joinpath("profiles/default.yaml").read_text()
    return read(yaml.safe_load(text))
