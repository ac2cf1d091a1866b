"""What a churn model's columns have to do with leaving, in words; and which of them know too much. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn import figures
from tenure.insight.churn.columns import Column, Sort
from tenure.kit import words

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOO_GOOD = 0.99
_ENOUGH = 30  # rows from which on a column that tells everything is suspicious
_TOLD = 10  # rows of a category before its share is told


@dataclass(frozen=True)
class Feature:
    """A column: its AUC alone (in the better direction), the AUC lost when it is shuffled, and words."""

    column: str
    sort: str
    auc_alone: float
    importance: float
    says: str


def auc_alone(column: Column, left: Flags) -> float:
    """How well one column alone tells who left: by size, by its categories' shares, or by being filled in."""
    return max(_better(figures.auc(left, score)) for score in _readings(column, left))


def _better(auc: float) -> float:
    return max(auc, 1 - auc)


def _readings(column: Column, left: Flags) -> list[Floats]:
    missing = column.missing.astype(np.float64)
    if column.sort is Sort.CATEGORY:
        return [_shares(column, left)[column.values.astype(np.int64) + 1], missing]
    filled = np.where(column.missing, np.nanmedian(column.values), column.values)
    return [filled, missing]


def _shares(column: Column, left: Flags) -> Floats:
    """The share that left, of those with nothing and of each category; nothing is counted twice."""
    place = column.values.astype(np.int64) + 1
    number = np.bincount(place, minlength=len(column.categories) + 1)
    gone = np.bincount(place, weights=left, minlength=len(column.categories) + 1)
    return np.asarray(np.where(number > 0, gone / np.maximum(number, 1), left.mean()))


def suspects(seen: Sequence[Column], alone: Sequence[float], rows: int) -> list[str]:
    """Columns that tell almost everything by themselves: they may have been written down afterwards."""
    if rows < _ENOUGH:
        return []
    return [
        f"{one.name} alone tells who left almost without error (AUC {auc:.3f}): it may be known only "
        f"afterwards; if so, leave it out with --drop {one.name!r}"
        for one, auc in zip(seen, alone, strict=True)
        if auc > TOO_GOOD
    ]


def features(seen: Sequence[Column], left: Flags, alone: Sequence[float], lost: Floats) -> list[Feature]:
    """All columns, the most important first."""
    found = [
        Feature(one.name, one.sort.value, auc, float(worth), _says(one, left))
        for one, auc, worth in zip(seen, alone, lost, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.importance, one.column))


def _says(column: Column, left: Flags) -> str:
    if column.sort is Sort.CATEGORY:
        return _of_categories(column, left)
    there = ~column.missing
    values, gone = column.values[there], left[there]
    if not gone.any() or gone.all() or float(np.ptp(values)) == 0:
        return f"{column.name}: too little to say"
    of_left, of_stayed = float(np.median(values[gone])), float(np.median(values[~gone]))
    what = f"{column.name} (days)" if column.sort is Sort.DATE else column.name
    if of_left == of_stayed:
        more = figures.auc(gone, values) > 0.5
        return f"{what}: a little {'more' if more else 'less'} of those who left"
    return (
        f"{what}: {_short(of_left)} in the middle of those who left, {_short(of_stayed)} of those who stayed"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _of_categories(column: Column, left: Flags) -> str:
    place = column.values.astype(np.int64) + 1
    shares, number = _shares(column, left), np.bincount(place, minlength=len(column.categories) + 1)
    told = [at for at in np.argsort(-shares) if number[at] >= min(_TOLD, len(left) // 4)]
    names = ("(blank)", *column.categories)
    if len(told) < 2:
        return f"{column.name}: too few of each to say"
    first, last = told[0], told[-1]
    return (
        f"{column.name}: {words.percent(shares[first])} of {names[first]} left, "
        f"{words.percent(shares[last])} of {names[last]}"
    )
