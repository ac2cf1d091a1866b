"""What a figure adds to others: logistic models with and without it, tried on accounts not learnt from.

The models are ridge regressions by Newton's method (le Cessie and van Houwelingen, Applied Statistics 41,
1992). A missing value is a fact of its own: zero for the value, one for its being missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special, stats

from tenure.insight.audit.separation import Flags, Floats, Ints, auc, drawn_aucs

FOLDS = 5
PENALTY = 2.0  # of standardised coefficients
RARELY = 0.01  # a share of missing values, or of known ones, below which their being missing is no column
_STEPS = 40
_CLOSE = 1e-4
_FURTHEST = 3.0


@dataclass(frozen=True)
class Change:
    """A change of AUC with its interval of 95 %."""

    auc: float
    low: float
    high: float


@dataclass(frozen=True)
class Trial:
    """Rows of accounts with what happened, and how to try a model on those it has not learnt from.

    `fold`: the part in which each row is tried; all rows of an account are in one.
    """

    happened: Flags
    account: Ints
    fold: Ints
    drawn: Floats

    @classmethod
    def of(cls, happened: Flags, account: Ints, drawn: Floats, seed: int = 0) -> Trial:
        """Accounts put into parts at random, those that it happened to evenly."""
        accounts = drawn.shape[1]
        order = np.random.default_rng(seed).permutation(accounts)
        has = np.isin(order, np.unique(account[happened]))
        place = np.empty(accounts, dtype=np.int64)
        place[order[has]] = np.arange(has.sum()) % FOLDS
        place[order[~has]] = np.arange((~has).sum()) % FOLDS
        return cls(happened, account, place[account], drawn)

    def each(self, always: Sequence[Floats], parts: Sequence[Floats]) -> tuple[list[Change | None], Floats]:
        """What each part adds to a model of all others (None: it has no columns), and that of all together.

        Models without one part begin from the one with all, which they are much like.
        """
        rows = len(self.happened)
        columns = together([*always, *parts], rows)
        edges = np.cumsum([0, *(part.shape[1] for part in (*always, *parts))])[len(always) :]
        whole = np.zeros(rows)
        without = np.zeros((len(parts), rows))
        for fold in range(FOLDS):
            here = self.fold == fold
            learnt, tried = columns[~here], columns[here]
            if not here.any() or not 0 < self.happened[~here].sum() < len(learnt):
                continue
            weights = fit(learnt, self.happened[~here])
            whole[here] = weights[0] + tried @ weights[1:]
            for place, (first, last) in enumerate(pairwise(edges)):
                rest = np.r_[0:first, last : columns.shape[1]]
                fewer = fit(learnt[:, rest], self.happened[~here], weights[np.r_[0, rest + 1]])
                without[place, here] = fewer[0] + tried[:, rest] @ fewer[1:]
        before = drawn_aucs(whole, self.happened, self.account, self.drawn)
        found = [
            self.change(less, whole, before) if part.shape[1] else None
            for less, part in zip(without, parts, strict=True)
        ]
        return found, whole

    def change(self, before: Floats, after: Floats, drawn_after: Floats) -> Change:
        """What a second prediction separates better than a first one."""
        drawn = drawn_after - drawn_aucs(before, self.happened, self.account, self.drawn)
        low, high = (float(one) for one in np.nanquantile(drawn, (0.025, 0.975)))
        return Change(auc(after, self.happened) - auc(before, self.happened), low, high)


def fit(columns: Floats, happened: Flags, start: Floats | None = None) -> Floats:
    """Intercept and coefficients of n × k standardised columns, the intercept not held back.

    `start`: where to begin, as from a model much like it.
    """
    design = np.column_stack([np.ones(len(columns)), columns])
    held = np.full(design.shape[1], PENALTY)
    held[0] = 0
    weights = np.zeros(design.shape[1]) if start is None else start
    if start is None:
        weights[0] = special.logit(np.clip(happened.mean(), 1e-6, 1 - 1e-6))
    for _ in range(_STEPS):
        chance = special.expit(design @ weights)
        slope = design.T @ (happened - chance) - held * weights
        step = np.linalg.solve(_curvature(design, chance, held), slope)
        # Where nearly all is certain already a whole step would overshoot, and the next one more.
        step *= min(1.0, _FURTHEST / max(float(np.abs(step).max()), 1e-12))
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return weights


def _curvature(design: Floats, chance: Floats, held: Floats | float) -> Floats:
    """The information of a logistic model's coefficients, with what holds them back."""
    spread = chance * (1 - chance)
    return (design * spread[:, None]).T @ design + np.diag(np.full(design.shape[1], 1e-9) + held)


@dataclass(frozen=True)
class Partial:
    """What a figure tells that a model does not: `z` of its score, and how likely by chance."""

    z: float
    p: float


def partial(base: Floats, columns: Floats, happened: Flags, account: Ints) -> Partial:
    """A score test of the first of a figure's columns in a model of `base`, the others allowed for.

    The variance is taken over accounts, whose rows are not independent (Rogers, Stata Technical Bulletin 13,
    1993).
    """
    fitted = fit(base, happened)
    design = np.column_stack([np.ones(len(base)), base])
    chance = special.expit(design @ fitted)
    given = np.column_stack([design, columns[:, 1:]])
    spread = chance * (1 - chance)
    held = np.full(given.shape[1], PENALTY)
    weighed = (given * spread[:, None]).T @ columns[:, 0]
    rest = columns[:, 0] - given @ np.linalg.solve(_curvature(given, chance, held), weighed)
    by_account = np.bincount(account, rest * (happened - chance))
    error = float(np.sqrt((by_account**2).sum()))
    z = float(by_account.sum() / error) if error > 0 else 0.0
    return Partial(z, float(2 * stats.norm.sf(abs(z))))


def columns_of(values: Floats) -> Floats:
    """One figure as columns of a model: its rank as a normal score, and whether it is missing if that varies.

    By ranks, so that one extreme customer does not decide. Empty if all rows are alike.
    """
    missing = np.isnan(values)
    found = []
    if len(np.unique(values[~missing])) > 1:
        score = np.zeros(len(values))
        ranks = stats.rankdata(values[~missing])
        score[~missing] = stats.norm.ppf((ranks - 0.5) / len(ranks))
        found.append(score)
    if RARELY < missing.mean() < 1 - RARELY:
        found.append((missing - missing.mean()) / missing.std())
    return np.column_stack(found) if found else np.empty((len(values), 0))


def together(parts: Sequence[Floats], rows: int) -> Floats:
    """Some figures' columns side by side."""
    return np.column_stack([np.empty((rows, 0)), *parts])
