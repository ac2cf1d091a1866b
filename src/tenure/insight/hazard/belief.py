"""A logistic regression that starts from a belief: which way each sign points, and how they count. Pure.

With a hundred losses at best, weights that are each learnt for themselves are mostly luck, and those of a
plain index, signs to scale and added up, are hard to beat (Dawes 1979, American Psychologist 34:571). So the
index is believed in, but not how much it tells: weights are normally distributed around its direction times
a size that is learnt, and `firmness` says how far each may stray. The more losses, the less belief counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn import encoding, figures
from tenure.insight.churn.columns import Column
from tenure.insight.churn.encoding import Design
from tenure.insight.churn.learners import Linear

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Beliefs = Mapping[str, float]

FIRMNESS = (10.0, 30.0, 100.0, 300.0)  # 1 / the variance of a weight around the index, features to scale
_SIZE = 1.0  # the deviation of the index's size, of log-odds per deviation of a feature of weight 1
_FREE = 1.0  # the deviation of a weight about which nothing is believed
_STEPS = 60


@dataclass(frozen=True)
class Fit:
    """A fitted model and the covariance of its weights, the intercept last (Laplace's approximation)."""

    linear: Linear
    spread: Floats


def fit(columns: Sequence[Column], left: Flags, beliefs: Beliefs, firmness: float) -> Fit:
    """`beliefs`: by column the sign and weight in the index; a column that is not in it is free.

    Newton's method, from nobody being different. Some rows must have left and some stayed.
    """
    design = encoding.design(columns, bends=False)
    terms = design.matrix(columns)
    full = np.column_stack([terms, np.ones(len(terms))])
    precision = np.zeros((full.shape[1], full.shape[1]))
    precision[:-1, :-1] = np.linalg.inv(_believed(design, columns, beliefs, firmness))
    weights = np.append(np.zeros(terms.shape[1]), figures.logit(np.array([left.mean()])))
    for _ in range(_STEPS):
        chance = figures.expit(full @ weights)
        step = np.linalg.solve(
            _information(full, chance) + precision, full.T @ (left - chance) - precision @ weights
        )
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    spread = np.linalg.inv(_information(full, figures.expit(full @ weights)) + precision)
    return Fit(Linear(design, weights[:-1], float(weights[-1])), np.asarray(spread))


def _information(full: Floats, chance: Floats) -> Floats:
    return np.asarray(full.T @ (full * (chance * (1 - chance))[:, None]))


def _believed(design: Design, columns: Sequence[Column], beliefs: Beliefs, firmness: float) -> Floats:
    """The covariance of the weights before anything is learnt; that a figure is missing says nothing yet."""
    index, variance = np.zeros(len(design.places)), np.full(len(design.places), 1 / firmness)
    first = np.unique(design.places, return_index=True)[1]
    for place, term in enumerate(first):
        name = columns[place].name
        index[term] = beliefs.get(name, 0.0)
        if name not in beliefs:
            variance[design.places == place] = _FREE**2
    return np.asarray(np.diag(variance) + _SIZE**2 * np.outer(index, index))


def firmest(losses: Mapping[float, Floats]) -> float:
    """Of firmnesses, each with the log loss of every row, the firmest that is within one standard error of
    the best (Breiman and others, 1984)."""
    best = min(losses, key=lambda one: float(losses[one].mean()))
    near = [one for one in losses if _is_near(losses[one] - losses[best])]
    return max(near)


def _is_near(worse: Floats) -> bool:
    return bool(worse.mean() <= worse.std() / np.sqrt(len(worse)))
