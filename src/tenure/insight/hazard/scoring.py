"""What a hazard says of accounts on a day: log-odds, how sure they are, and the reasons in words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from tenure.insight.cohorts import MONTH_DAYS, Share
from tenure.insight.hazard import features
from tenure.insight.hazard.features import Feature
from tenure.insight.hazard.model import Hazard, Z
from tenure.insight.panel import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

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
    one = (np.array([value]) for value in (scored.near, scored.error, scored.rolls, days))
    value, low, high = shares(hazard, *one, rolls=rolls)[:, 0].tolist()
    return Share(value, low, high, reasons(scored))


def shares(hazard: Hazard, near: Floats, error: Floats, rolled: Flags, days: Ints, *, rolls: bool) -> Floats:
    """The same of many: the chances, and the lower and upper ends of their intervals, as three rows.

    `near`, `error` and `rolled` as in `Scored`.
    """
    shift = hazard.usual[rolls] - np.where(rolled, hazard.usual[1], hazard.usual[0])
    at = near + shift + np.array([[0.0], [-Z], [Z]]) * error
    return _by_month(hazard, at, days) if rolls else _at_once(hazard, at, days)


def reasons(scored: Scored) -> tuple[str, ...]:
    """What raises the chance and what lowers it, or that nothing stands out."""
    up = [f"{says} (raises it)" for says in scored.up]
    down = [f"{says} (lowers it)" for says in scored.down]
    return tuple([*up, *down][:TOLD] if up or down else ["nothing stands out against the average customer"])


def _at_once(hazard: Hazard, near: Floats, days: Ints) -> Floats:
    return _faded(hazard, near, False, np.maximum(1, np.ceil(days / MONTH_DAYS)))


def _by_month(hazard: Hazard, near: Floats, days: Ints) -> Floats:
    """1 − Π (1 − p) over the months, the last one in part."""
    months = np.maximum(days, 0) / MONTH_DAYS
    stays = np.ones_like(near)
    for month in range(ceil(months.max(initial=0))):
        stays *= (1 - _faded(hazard, near, True, month + 1)) ** np.clip(months - month, 0, 1)
    return 1 - stays


def _faded(hazard: Hazard, near: Floats, rolls: bool, ahead: Floats | int) -> Floats:
    return np.asarray(1 / (1 + np.exp(-hazard.faded(near, np.asarray(rolls), ahead))))
