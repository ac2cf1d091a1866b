"""Weights of a health profile from what became of the customers: held back, and never below nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from tenure.insight.audit.adding import FOLDS, Change, Trial
from tenure.insight.audit.separation import Flags, Floats, auc, drawn_aucs

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True)
class Weighed:
    """A measure's part each, summing to one; and what a score so weighed separates on others' accounts."""

    shares: Floats
    auc: float
    gain: Change  # over the score compared with


def weigh(points: Floats, score: Floats, trial: Trial) -> Weighed | None:
    """Weights for n × k points (0 to 100, NaN without data) that tell `trial.happened`; None if none does.

    `score`: by which they are judged, on the same rows. Fewer points are taken to make it more likely.
    """
    columns = _columns(points)
    tried = {penalty: _predicted(columns, trial, penalty) for penalty in PENALTIES}
    best = min(tried, key=lambda penalty: _loss(tried[penalty], trial.happened))
    found = fit(columns, trial.happened, best)[1:]
    if found.sum() <= 0:
        return None
    predicted = tried[best]
    change = trial.change(
        -score, predicted, drawn_aucs(predicted, trial.happened, trial.account, trial.drawn)
    )
    return Weighed(found / found.sum(), auc(predicted, trial.happened), change)


def fit(columns: Floats, happened: Flags, penalty: float) -> Floats:
    """Intercept and coefficients at or above 0 of a ridge logistic regression."""
    design = np.column_stack([np.ones(len(columns)), columns])
    sign = np.where(happened, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (design @ weights)
        held = np.append(0.0, weights[1:])
        slope = -(sign * special.expit(-margin)) @ design + penalty * held
        return float(np.logaddexp(0, -margin).sum() + penalty * (held**2).sum() / 2), slope

    start = np.append(special.logit(np.clip(happened.mean(), 1e-6, 1 - 1e-6)), np.zeros(columns.shape[1]))
    bounds = [(None, None), *[(0.0, None)] * columns.shape[1]]
    return np.asarray(optimize.minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _columns(points: Floats) -> Floats:
    """What share of its points each row lacks of a measure, about their mean; 0 without data."""
    lacking = 1 - points / 100
    known = ~np.isnan(lacking)
    counts = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, lacking, 0).sum(axis=0) / counts
    return np.where(known, lacking - mean, 0.0)


def _predicted(columns: Floats, trial: Trial, penalty: float) -> Floats:
    found = np.zeros(len(columns))
    for fold in range(FOLDS):
        here = trial.fold == fold
        learnt = trial.happened[~here]
        if here.any() and 0 < learnt.sum() < len(learnt):
            weights = fit(columns[~here], learnt, penalty)
            found[here] = weights[0] + columns[here] @ weights[1:]
    return found


def _loss(log_odds: Floats, happened: Flags) -> float:
    return float(np.logaddexp(0, np.where(happened, -log_odds, log_odds)).mean())
