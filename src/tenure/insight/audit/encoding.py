"""Attributes as columns that can be judged beside metrics. Pure.

A number stands for itself. Of a category each customer gets how often it happened at *other* customers of the
same kind, drawn towards the rate of all by ten customers' worth (target encoding out of fold; Micci-Barreca,
SIGKDD Explorations 3, 2001): a rate that one's own outcome is in would tell it back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from tenure.insight.audit.separation import Flags, Floats, Ints
from tenure.metrics.definition import Example, Metric, Side, Unit

FEWEST = 10  # customers of a kind, below which it is taken together with others as rare
HELD = 10  # customers' worth of the rate of all that each kind's rate begins with
MOST_KINDS = 30
_OTHER = "rare ones"
ALIKE = "all customers on record have the same"
TOO_MANY = "nearly every customer has another: there is nothing to learn from one about the next"


@dataclass(frozen=True)
class Column:
    """An attribute by row of a panel: a number, or the place of its kind in `kinds`; NaN: not known then."""

    attribute: str
    values: Floats
    kinds: tuple[str, ...] | None = None  # None: it is a number

    @property
    def name(self) -> str:
        """What it is called among metrics, and in addresses: attributes may be called anything."""
        return f"attribute-{hashlib.sha256(self.attribute.encode()).hexdigest()[:12]}"

    @property
    def metric(self) -> Metric:
        """The same as a figure that can be judged: neither direction is good."""
        return Metric(
            name=self.name,
            title=f"{self.attribute} (attribute)",
            means=f"What sources said of “{self.attribute}” by then.",
            unit=Unit.COUNT,
            better=None,
            leading=True,
            side=Side.OUTCOME,
            measures={},
            value=lambda measured: None,
            example=Example("2026-01-01", {}),
            missing="",
        )


def pooled(column: Column, account: Ints) -> Column | str:
    """A category with its rare kinds taken together; or why nothing can be learnt from it."""
    if column.kinds is None:
        known = column.values[~np.isnan(column.values)]
        return column if len(np.unique(known)) > 1 else ALIKE
    known = ~np.isnan(column.values)
    codes = column.values[known].astype(np.int64)
    pairs = np.unique(np.column_stack([codes, account[known]]), axis=0)
    customers = np.bincount(pairs[:, 0], minlength=len(column.kinds))
    usual = np.flatnonzero(customers >= FEWEST)
    usual = usual[np.argsort(-customers[usual], kind="stable")][:MOST_KINDS]
    rare = customers.sum() - customers[usual].sum()
    if rare > customers.sum() / 2:
        return TOO_MANY
    place = np.full(len(column.kinds), len(usual))
    place[usual] = np.arange(len(usual))
    values = np.full(len(column.values), np.nan)
    values[known] = place[codes]
    kinds = (*(column.kinds[one] for one in usual), *((_OTHER,) if rare else ()))
    return Column(column.attribute, values, kinds) if len(kinds) > 1 else ALIKE


@dataclass(frozen=True)
class Learnt:
    """Rows whose outcome is known: which of the panel, of whom, what happened, and in which fold each is."""

    rows: Ints
    account: Ints
    happened: Flags
    fold: Ints

    def rates(self, column: Column, account: Ints) -> Floats:
        """A category as rates, for every row of the panel: learnt from customers of the other folds alone."""
        assert column.kinds is not None
        folds = np.zeros(int(account.max(initial=-1)) + 1, dtype=np.int64)
        folds[self.account] = self.fold
        known = ~np.isnan(column.values)
        codes = np.where(known, column.values, 0).astype(np.int64)
        found = np.full(len(column.values), np.nan)
        for fold in np.unique(folds):
            learn = known[self.rows] & (self.fold != fold)
            here = known & (folds[account] == fold)
            found[here] = self._rates(codes[self.rows], learn, len(column.kinds))[codes[here]]
        return found

    def _rates(self, codes: Ints, learn: Flags, kinds: int) -> Floats:
        """By kind, how often it happened, held to the rate of all."""
        seen = np.bincount(codes[learn], minlength=kinds)
        happened = np.bincount(codes[learn], self.happened[learn], minlength=kinds)
        rows, customers = learn.sum(), len(np.unique(self.account[learn]))
        if not rows:
            return np.full(kinds, np.nan)
        held = HELD * rows / customers
        return np.asarray((happened + held * self.happened[learn].mean()) / (seen + held))
