"""Columns as numbers that learners take: a design for the linear one, a matrix for the trees. Pure.

What is learnt of a column (its middle, its knots, which categories there are) is learnt from the rows that a
model is fitted to, and only applied to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn.columns import Column, Ints, Sort

Floats = NDArray[np.float64]

_STEPS = 6  # different values up to which a number is also taken as a category
_KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)
_KNOTS_FROM = 200  # rows; with fewer a straight line has to do
_TOLD_FROM = 0.02  # share of rows in which a number is missing, for that to be a term beside a straight line


@dataclass(frozen=True)
class Terms:
    """How a column enters the linear design: what to put for nothing, where lines bend, categories."""

    column: int
    fill: float
    has_missing: bool
    knots: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()

    def raw(self, values: Floats, missing: NDArray[np.bool_]) -> Floats:
        """The column's terms, not yet to scale."""
        parts = []
        if self.levels:
            parts += [(values == level).astype(np.float64) for level in self.levels]
        else:
            filled = np.where(missing, self.fill, values)
            parts += [filled, *(np.maximum(filled - knot, 0) for knot in self.knots)]
        if self.has_missing:
            parts.append(missing.astype(np.float64))
        return np.column_stack(parts)


@dataclass(frozen=True)
class Design:
    """The linear design of some columns, to scale: terms have mean 0 and deviation 1 where it was learnt."""

    terms: tuple[Terms, ...]
    mean: Floats
    deviation: Floats
    places: Ints  # the column each term belongs to

    def matrix(self, columns: Sequence[Column]) -> Floats:
        """Rows × terms."""
        return (_raw(self.terms, columns) - self.mean) / self.deviation


def design(columns: Sequence[Column], bends: bool = True) -> Design:
    """Learn a design from rows; without `bends` numbers enter as straight lines."""
    terms = tuple(_terms(place, one, bends) for place, one in enumerate(columns))
    raw = _raw(terms, columns)
    sizes = [one.raw(np.zeros(1), np.zeros(1, dtype=bool)).shape[1] for one in terms]
    deviation = raw.std(axis=0)
    return Design(
        terms,
        raw.mean(axis=0),
        np.where(deviation > 1e-12, deviation, 1.0),
        np.repeat(np.arange(len(terms)), sizes),
    )


def _raw(terms: Sequence[Terms], columns: Sequence[Column]) -> Floats:
    return np.hstack([one.raw(columns[one.column].values, columns[one.column].missing) for one in terms])


def _terms(place: int, column: Column, bends: bool) -> Terms:
    missing = column.missing
    there = column.values[~missing]
    some = bool(missing.mean() >= _TOLD_FROM) if not bends and len(missing) else bool(missing.any())
    if column.sort is Sort.CATEGORY:
        return Terms(place, -1.0, some, levels=tuple(float(one) for one in range(len(column.categories))))
    if not len(there):
        return Terms(place, 0.0, some)
    distinct = np.unique(there)
    if not bends:
        return Terms(place, float(np.median(there)), some)
    if 2 < len(distinct) <= _STEPS and len(there) >= _KNOTS_FROM:
        return Terms(place, float(np.median(there)), some, levels=tuple(float(one) for one in distinct))
    knots = (
        np.quantile(there, _KNOTS) if len(distinct) > _STEPS and len(there) >= _KNOTS_FROM else np.empty(0)
    )
    inner = [float(knot) for knot in np.unique(knots) if distinct[0] < knot < distinct[-1]]
    return Terms(place, float(np.median(there)), some, tuple(inner))


def tree_matrix(columns: Sequence[Column]) -> tuple[Floats, NDArray[np.bool_]]:
    """Rows × columns for trees, NaN missing, and which columns are categories."""
    values = [np.where(one.missing, np.nan, one.values) for one in columns]
    return np.column_stack(values), np.array([one.sort is Sort.CATEGORY for one in columns])
