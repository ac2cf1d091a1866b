"""What differs between two versions of a profile, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tenure.health.profile import Part, Profile
from tenure.kit import words
from tenure.metrics import wording
from tenure.segments.standpoint import Standpoint


def differences(old: Profile, new: Profile, standpoint: Standpoint) -> list[str]:
    """One sentence per change, from the whole to the single measure; empty if they score alike."""
    return [*_of_whole(old, new, standpoint), *_of_parts(old, new, standpoint.currency)]


def _of_whole(old: Profile, new: Profile, standpoint: Standpoint) -> Iterator[str]:
    if old.accounts != new.accounts:
        yield f"For {_whose(new, standpoint)}, instead of {_whose(old, standpoint)}"
    if old.place != new.place:
        yield f"Asked at place {new.place} instead of {old.place}"
    if old.weight_of_outcomes != new.weight_of_outcomes:
        was, now = words.percent(old.weight_of_outcomes), words.percent(new.weight_of_outcomes)
        yield f"Outcomes count {now} instead of {was}"
    for band in ("good", "fair"):
        was, now = getattr(old.bands, band), getattr(new.bands, band)
        if was != now:
            yield f"{words.capital(band)} from {now:g} instead of {was:g}"


def _whose(profile: Profile, standpoint: Standpoint) -> str:
    said = profile.rule.says(standpoint)
    return said[:1].lower() + said[1:]


def _of_parts(old: Profile, new: Profile, currency: str) -> Iterator[str]:
    before, now = ({part.metric.name: part for part in one.parts} for one in (old, new))
    rated = {
        one.metric: (one, dimension.title)
        for dimension in (*new.outcomes, *new.experience)
        for one in dimension.measures
    }
    rated_before = {
        one.metric: (one, dimension.title)
        for dimension in (*old.outcomes, *old.experience)
        for one in dimension.measures
    }
    for name, part in before.items():
        if name not in now:
            yield f"{part.metric.title} taken out"
    for name, part in now.items():
        if name not in before:
            yield f"{part.metric.title} added, {words.percent(part.weight)} of the whole"
            continue
        was = before[name]
        if rated[name][0].weight != rated_before[name][0].weight:
            weights = (rated[name][0].weight, rated_before[name][0].weight)
            yield f"{part.metric.title}: weight {weights[0]:g} instead of {weights[1]:g}"
        if was.side is not part.side:
            yield f"{part.metric.title}: counts as {part.side} instead of {was.side}"
        if rated[name][1] != rated_before[name][1]:
            yield f"{part.metric.title}: stands under “{rated[name][1]}” instead of “{rated_before[name][1]}”"
        if was.curve != part.curve:
            yield f"{part.metric.title}: {_of_curve(was, part, currency)}"


def _of_curve(old: Part, new: Part, currency: str) -> str:
    """Where the two curves give most different points: `0.5 gives 60 points instead of 55`."""
    values = sorted({value for value, _ in (*old.curve, *new.curve)})
    most = max(values, key=lambda value: abs(_points(new, value) - _points(old, value)))
    if abs(_points(new, most) - _points(old, most)) < 0.5:
        return "the curve has other points, and gives almost the same"
    at = wording.figure(new.metric, most, currency)
    return f"{at} gives {_points(new, most):.0f} points instead of {_points(old, most):.0f}"


def _points(part: Part, value: float) -> float:
    """A value on a part's curve."""
    pairs = part.curve
    if value <= pairs[0][0]:
        return pairs[0][1]
    for (left, low), (right, high) in pairwise(pairs):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return pairs[-1][1]
