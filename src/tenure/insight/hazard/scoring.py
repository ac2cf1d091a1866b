"""What a hazard says of accounts on a day: log-odds, how sure they are, and the reasons in words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import NDArray

from tenure.insight.cohorts import MONTH_DAYS, Share
from tenure.insight.hazard import features
from tenure.insight.hazard.features import Feature
from tenure.insight.hazard.model import Hazard, Z
from tenure.insight.panel import Panel

Floats = NDArray[np.float64]

TOLD = 3  # reasons
_COUNTS = 0.1  # log-odds, from which on something is a reason


@dataclass(frozen=True)
class Scored:
    """One account: log-odds of leaving at a decision within a month, their standard error, and what raises
    (`up`) and lowers them, the strongest first. `rolls`: it has no contract with an end."""

    account_id: str
    near: float
    error: float
    rolls: bool
    up: tuple[str, ...]
    down: tuple[str, ...]


def score(hazard: Hazard, panel: Panel) -> list[Scored]:
    """Every account that pays on the panel's last day."""
    values = features.values_of(panel)
    told, rolls = features.before(panel, values), np.isnan(panel.due)
    rows = np.flatnonzero(panel.day == len(panel.days) - 1)
    columns = [one.taken(rows) for one in features.named(hazard.names, values, rolls)]
    near, error, parts = hazard.log_odds(columns), hazard.error(columns), hazard.parts(columns)
    return [
        Scored(
            panel.account_ids[panel.account[row]],
            float(near[place]),
            float(error[place]),
            bool(rolls[row]),
            *reasons_of(hazard, parts[place], values, told, int(row)),
        )
        for place, row in enumerate(rows)
    ]


def reasons_of(
    hazard: Hazard, parts: Floats, values: Mapping[str, Floats], told: Mapping[str, Floats], row: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What raises a row's chance and what lowers it, the strongest first, by `parts` of the log-odds.

    `values` and `told` are figures by name, as of the day and three months before.
    """
    by_name = {one.name: one for one in features.FEATURES}
    sums: defaultdict[str, float] = defaultdict(float)
    first: dict[str, Feature] = {}
    for name, part in zip(hazard.names, parts, strict=True):
        if feature := by_name.get(name):
            sums[feature.said] += float(part)
            first.setdefault(feature.said, feature)
    found = [
        (part, first[said].told(lambda name: float(values[name][row]), float(told[said][row])))
        for said, part in sums.items()
        if abs(part) >= _COUNTS
    ]
    up = [says for part, says in sorted(found, key=lambda one: -one[0]) if part > 0]
    down = [says for part, says in sorted(found, key=lambda one: one[0]) if part < 0]
    return tuple(up[:TOLD]), tuple(down[:TOLD])


def share(hazard: Hazard, scored: Scored, rolls: bool, days: int) -> Share:
    """P(not renewed) of what is decided in so many days; of what rolls on P(ended) by then."""
    shift = hazard.usual[rolls] - hazard.usual[scored.rolls]
    chance = _by_month if rolls else _at_once
    value, low, high = (chance(hazard, scored.near + shift + z * scored.error, days) for z in (0, -Z, Z))
    return Share(value, low, high, reasons(scored))


def reasons(scored: Scored) -> tuple[str, ...]:
    """What raises the chance and what lowers it, or that nothing stands out."""
    up = [f"{says} (raises it)" for says in scored.up]
    down = [f"{says} (lowers it)" for says in scored.down]
    return tuple([*up, *down][:TOLD] if up or down else ["nothing stands out against the average customer"])


def _at_once(hazard: Hazard, near: float, days: int) -> float:
    return _faded(hazard, near, False, max(1, ceil(days / MONTH_DAYS)))


def _by_month(hazard: Hazard, near: float, days: int) -> float:
    """1 − Π (1 − p) over the months, the last one in part."""
    stays, months = 1.0, max(days, 0) / MONTH_DAYS
    for month in range(ceil(months)):
        stays *= (1 - _faded(hazard, near, True, month + 1)) ** min(1.0, months - month)
    return 1 - stays


def _faded(hazard: Hazard, near: float, rolls: bool, ahead: int) -> float:
    usual = hazard.usual[rolls]
    return 1 / (1 + exp(-(usual + hazard.fading ** (ahead - 1) * (near - usual))))
