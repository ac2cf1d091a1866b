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

from tenure.insight.churn import blending, figures
from tenure.insight.churn.columns import Column
from tenure.insight.churn.encoding import Design, Terms
from tenure.insight.churn.learners import Linear
from tenure.insight.hazard import belief
from tenure.insight.hazard.belief import Beliefs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

VERSION = 3
Z = 1.2816  # 80 % of a normal distribution lies within
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


def fit(columns: Sequence[Column], left: Flags, beliefs: Beliefs, seed: int = 0) -> Hazard:
    """Fit decisions within a month, from a belief (see `belief`).

    Firmness and calibration are chosen by folds within the rows. Some must have left and some stayed.
    """
    fewest = int(min(left.sum(), (~left).sum()))
    said: dict[float, list[Floats]] = {one: [] for one in belief.FIRMNESS}
    judged: list[Flags] = []
    for learn, judge in blending.folds(left, min(5, fewest), seed):
        seen, unseen = [one.taken(learn) for one in columns], [one.taken(judge) for one in columns]
        judged.append(left[judge])
        for firmness in belief.FIRMNESS:
            fitted = belief.fit(seen, left[learn], beliefs, firmness)
            said[firmness].append(fitted.linear.log_odds(unseen))
    truth = np.concatenate(judged)
    joined = {one: np.concatenate(parts) for one, parts in said.items()}
    chosen = belief.firmest({one: figures.losses(truth, figures.expit(odds)) for one, odds in joined.items()})
    fitted = belief.fit(columns, left, beliefs, chosen)
    calibration = blending.calibrate(joined[chosen], truth)
    near = calibration.shift + calibration.slope * fitted.linear.log_odds(columns)
    usual = _usual(near, columns[-1].values > 0)
    return Hazard(tuple(one.name for one in columns), fitted.linear, calibration, usual, 1.0, fitted.spread)


def _usual(near: Floats, rolls: Flags) -> tuple[float, float]:
    """The log-odds of the mean chance, of contracts with an end and of those that roll on."""
    chance = figures.expit(near)
    both = [chance[~rolls], chance[rolls]]
    return tuple(  # type: ignore[return-value]
        float(figures.logit(np.array([some.mean() if len(some) else chance.mean()]))[0]) for some in both
    )


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
