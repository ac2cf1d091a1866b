"""Who fits poorly: who costs more to keep than they bring, or than winning a good one costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cost:
    """What an account cost in a year so far, in minor units: to retain it, and once, to win it (None: not
    booked).
    """

    retain: float
    acquire: float | None


@dataclass(frozen=True)
class PoorFit:
    """An account that costs more to keep than it is worth, or than a good one costs to win; reasons by
    name.
    """

    account_id: str
    retain: float
    compared_with: float | None
    value: float
    reasons: tuple[str, ...]


def acquisition(
    costs: Mapping[str, Cost], segments: Mapping[str, str], good: frozenset[str]
) -> dict[str, float]:
    """By segment, the median cost to win an account that fits well, of those whose cost is booked."""
    booked: dict[str, list[float]] = {}
    for pk in good:
        cost = costs.get(pk)
        if cost is not None and cost.acquire is not None:
            booked.setdefault(segments.get(pk, ""), []).append(cost.acquire)
    return {name: float(np.median(some)) for name, some in booked.items()}


def poor_fits(
    worth: Mapping[str, float],
    costs: Mapping[str, Cost],
    typical: Mapping[str, float],
    segments: Mapping[str, str],
) -> list[PoorFit]:
    """Those for whom keeping costs more in twelve months than winning a well-fitting one of their segment
    (`dear`), or whose lifetime value less that cost is below 0 (`worthless`); the worst first. `typical`: by
    segment.
    """
    found = []
    for pk, value in worth.items():
        retain, compared = costs[pk].retain, typical.get(segments[pk])
        tests = {"dear": compared is not None and retain > compared, "worthless": value - retain < 0}
        reasons = tuple(name for name, is_so in tests.items() if is_so)
        if reasons:
            found.append(PoorFit(pk, retain, compared, value, reasons))
    return sorted(found, key=lambda one: one.value - one.retain)
