"""A fitted hazard: log-odds of leaving at a decision, as a sum over features that fades with distance. Pure.

What is known today tells less of a decision half a year ahead: of what a customer's log-odds differ from the
average of its kind, each month more leaves a share `fading`. All of it is plain numbers, and kept as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn import blending, figures, learners
from tenure.insight.churn.columns import Column
from tenure.insight.churn.encoding import Design, Terms
from tenure.insight.churn.learners import Linear

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

VERSION = 2
FEWEST, LOSSES_EACH = 3, 40  # columns that always come in, and losses for each further one
Z = 1.2816  # 80 % of a normal distribution lies within
STRENGTHS = (0.003, 0.01, 0.03, 0.1)
FADINGS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class Hazard:
    """Columns by name and a calibrated linear model of them; `usual` log-odds where contracts end, and where
    they roll on; `spread` the covariance of the weights, the intercept last."""

    names: tuple[str, ...]
    linear: Linear
    calibration: blending.Calibration
    usual: tuple[float, float]
    fading: float
    spread: Floats

    def of(self, columns: Sequence[Column]) -> list[Column]:
        """Those it was fitted to."""
        by_name = {one.name: one for one in columns}
        return [by_name[name] for name in self.names]

    def log_odds(self, columns: Sequence[Column], ahead: Floats | int = 1) -> Floats:
        """Of leaving at a decision so many months ahead (1: within a month)."""
        near = self.calibration.shift + self.calibration.slope * self.linear.log_odds(self.of(columns))
        return self.faded(near, columns[-1].values > 0, ahead)

    def faded(self, near: Floats, rolls: Flags, ahead: Floats | int) -> Floats:
        """Log-odds drawn to the usual ones, the further ahead the more."""
        usual = np.where(rolls, self.usual[1], self.usual[0])
        return np.asarray(usual + self.fading ** (np.asarray(ahead) - 1.0) * (near - usual))

    def error(self, columns: Sequence[Column]) -> Floats:
        """The standard error of the log-odds, of a decision within a month."""
        terms = self.linear.design.matrix(self.of(columns))
        full = np.column_stack([terms, np.ones(len(terms))])
        return np.asarray(self.calibration.slope * np.sqrt(np.einsum("ij,jk,ik->i", full, self.spread, full)))

    def parts(self, columns: Sequence[Column]) -> Floats:
        """Rows × columns: what each adds to the log-odds of the average row."""
        return self.calibration.slope * self.linear.parts(self.of(columns))


def borne(columns: Sequence[Column], losses: int) -> list[Column]:
    """As many of the columns as the losses bear, in their order; the last (does it roll on?) always.

    With fewer losses for each, what a column seems to do is mostly luck (Peduzzi and others, 1996: ten are
    too few below which; columns that only come in addition need far more to add anything).
    """
    return [*columns[:-1][: max(FEWEST, losses // LOSSES_EACH)], columns[-1]]


def fit(columns: Sequence[Column], left: Flags, seed: int = 0) -> Hazard:
    """Fit decisions within a month to the columns that the losses bear.

    Strength and calibration are chosen by folds within the rows. Some must have left and some stayed.
    """
    columns = borne(columns, int(left.sum()))
    fewest = int(min(left.sum(), (~left).sum()))
    said: dict[float, list[Floats]] = {one: [] for one in STRENGTHS}
    judged: list[Flags] = []
    for learn, judge in blending.folds(left, min(5, fewest), seed):
        seen, unseen = [one.taken(learn) for one in columns], [one.taken(judge) for one in columns]
        judged.append(left[judge])
        fitted = learners.fit_linear(seen, left[learn], STRENGTHS, bends=False)
        for strength, model in zip(STRENGTHS, fitted, strict=True):
            said[strength].append(model.log_odds(unseen))
    truth = np.concatenate(judged)
    joined = {one: np.concatenate(parts) for one, parts in said.items()}
    best = min(STRENGTHS, key=lambda one: figures.log_loss(truth, figures.expit(joined[one])))
    linear = learners.fit_linear(columns, left, [best], bends=False)[0]
    calibration = blending.calibrate(joined[best], truth)
    near = calibration.shift + calibration.slope * linear.log_odds(columns)
    return Hazard(
        tuple(one.name for one in columns),
        linear,
        calibration,
        _usual(near, columns[-1].values > 0),
        1.0,
        _spread(linear, columns, best),
    )


def _usual(near: Floats, rolls: Flags) -> tuple[float, float]:
    """The log-odds of the mean chance, of contracts with an end and of those that roll on."""
    chance = figures.expit(near)
    both = [chance[~rolls], chance[rolls]]
    return tuple(  # type: ignore[return-value]
        float(figures.logit(np.array([some.mean() if len(some) else chance.mean()]))[0]) for some in both
    )


def _spread(linear: Linear, columns: Sequence[Column], strength: float) -> Floats:
    """The inverse of the penalised information (Laplace's approximation)."""
    terms = linear.design.matrix(columns)
    full = np.column_stack([terms, np.ones(len(terms))])
    chance = figures.expit(linear.log_odds(columns))
    penalty = np.diag([1 / strength] * terms.shape[1] + [1e-6])
    information = full.T @ (full * (chance * (1 - chance))[:, None]) + penalty
    return np.asarray(np.linalg.inv(information))


def with_fading(hazard: Hazard, columns: Sequence[Column], ahead: Floats, left: Flags) -> Hazard:
    """The same with the fading that rows further ahead bear out best."""
    if not len(left) or left.all() or not left.any():
        return hazard
    near, rolls = hazard.log_odds(columns), columns[-1].values > 0

    def loss(fading: float) -> float:
        tried = Hazard(**(vars(hazard) | {"fading": fading}))
        return figures.log_loss(left, figures.expit(tried.faded(near, rolls, ahead)))

    return Hazard(**(vars(hazard) | {"fading": min(FADINGS, key=loss)}))


def as_numbers(hazard: Hazard) -> dict[str, Any]:
    """As JSON: nothing in it can run."""
    design = hazard.linear.design
    return {
        "version": VERSION,
        "names": list(hazard.names),
        "terms": [[one.column, one.fill, one.has_missing] for one in design.terms],
        "mean": design.mean.tolist(),
        "deviation": design.deviation.tolist(),
        "places": design.places.tolist(),
        "weights": hazard.linear.weights.tolist(),
        "intercept": hazard.linear.intercept,
        "slope": hazard.calibration.slope,
        "shift": hazard.calibration.shift,
        "usual": list(hazard.usual),
        "fading": hazard.fading,
        "spread": hazard.spread.tolist(),
    }


def from_numbers(numbers: Mapping[str, Any]) -> Hazard | None:
    """The model again; None for one of another version, which is fitted anew."""
    if numbers.get("version") != VERSION:
        return None
    terms = tuple(Terms(column, fill, missing) for column, fill, missing in numbers["terms"])
    design = Design(
        terms,
        np.array(numbers["mean"]),
        np.array(numbers["deviation"]),
        np.array(numbers["places"], dtype=np.int64),
    )
    return Hazard(
        tuple(numbers["names"]),
        Linear(design, np.array(numbers["weights"]), numbers["intercept"]),
        blending.Calibration(numbers["slope"], numbers["shift"]),
        tuple(numbers["usual"]),
        numbers["fading"],
        np.array(numbers["spread"]),
    )
