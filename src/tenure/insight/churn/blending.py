"""Chooses and calibrates a model from rows alone: how much to hold back, how long to boost, how to mix.

Everything is chosen by what the learners say of rows they were not fitted to, within the rows given; so
whoever keeps other rows aside can judge the whole procedure by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn import figures, learners
from tenure.insight.churn.columns import Column, Ints
from tenure.insight.churn.learners import ROUNDS, STRENGTHS, Linear, Trees

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLDS = 3
MANY = 15_000  # rows, from which on one fold is enough to choose by
TREES_FROM = 200  # rows, and of each outcome a tenth of them, from which on trees are tried
MIXES = (0.0, 0.25, 0.5, 0.75, 1.0)  # the weight of the trees
_HOLD = 4.0  # how firmly a calibration is held to leaving log-odds as they are, in rows' worth of information


@dataclass(frozen=True)
class Calibration:
    """Log-odds as they came true: `shift` + `slope` × what was said."""

    slope: float = 1.0
    shift: float = 0.0

    def chance(self, log_odds: Floats) -> Floats:
        """As probabilities."""
        return figures.expit(self.shift + self.slope * log_odds)


@dataclass(frozen=True)
class Part:
    """A fitted learner with its own calibration."""

    model: Linear | Trees
    calibration: Calibration

    def chance(self, columns: Sequence[Column]) -> Floats:
        """Of each row."""
        return self.calibration.chance(self.model.log_odds(columns))


@dataclass(frozen=True)
class Blend:
    """What was chosen: log-odds mixed by `mix` (the weight of the trees), and calibrated."""

    linear: Part
    trees: Part | None
    mix: float
    calibration: Calibration
    strength: float
    rounds: int

    def chance(self, columns: Sequence[Column]) -> Floats:
        """Of each row."""
        return self.calibration.chance(self.log_odds(columns))

    def log_odds(self, columns: Sequence[Column]) -> Floats:
        """Before calibration."""
        linear = self.linear.model.log_odds(columns)
        if self.trees is None or not self.mix:
            return linear
        return (1 - self.mix) * linear + self.mix * self.trees.model.log_odds(columns)


def folds(left: Flags, number: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Rows to learn from and rows to judge by, each of the latter once; as many that left in each."""
    rng = np.random.default_rng(seed)
    place = np.empty(len(left), dtype=np.int64)
    start = 0
    for rows in (np.flatnonzero(left), np.flatnonzero(~left)):
        place[rng.permutation(rows)] = (np.arange(len(rows)) + start) % number
        start += len(rows)
    for fold in range(number):
        yield np.flatnonzero(place != fold), np.flatnonzero(place == fold)


def fit(columns: Sequence[Column], left: Flags, seed: int = 0) -> Blend:
    """Choose, fit and calibrate a model of these rows."""
    fewest = int(min(left.sum(), (~left).sum()))
    if fewest < 2:
        return _of_one(columns, left)
    with_trees = len(left) >= TREES_FROM and fewest >= TREES_FROM // 10
    said = _said(columns, left, min(FOLDS, fewest), with_trees, seed)
    strength, linear = said.best(said.linear)
    linear_part = Part(learners.fit_linear(columns, left, [strength])[0], calibrate(linear, said.left))
    if not with_trees:
        return Blend(linear_part, None, 0.0, linear_part.calibration, strength, 0)
    rounds, trees = said.best(said.trees)
    trees_part = Part(learners.fit_trees(columns, left, rounds, seed), calibrate(trees, said.left))
    mix = min(MIXES, key=lambda one: _loss((1 - one) * linear + one * trees, said.left))
    mixed = (1 - mix) * linear + mix * trees
    return Blend(linear_part, trees_part, mix, calibrate(mixed, said.left), strength, rounds)


def _of_one(columns: Sequence[Column], left: Flags) -> Blend:
    """With one row of an outcome there is nothing to choose by: the firmest holding back, as it comes."""
    part = Part(learners.fit_linear(columns, left, STRENGTHS[:1])[0], Calibration())
    return Blend(part, None, 0.0, part.calibration, STRENGTHS[0], 0)


Setting = TypeVar("Setting", float, int)


@dataclass(frozen=True)
class _Said:
    """What learners said of rows they had not seen, for each of their settings, and who of these left."""

    left: Flags
    linear: dict[float, Floats]
    trees: dict[int, Floats]

    def best(self, said: dict[Setting, Floats]) -> tuple[Setting, Floats]:
        """The setting that did best, and what it said."""
        best = min(said, key=lambda one: _loss(said[one], self.left))
        return best, said[best]


def _said(columns: Sequence[Column], left: Flags, number: int, with_trees: bool, seed: int) -> _Said:
    judged: list[Flags] = []
    linear: dict[float, list[Floats]] = {one: [] for one in STRENGTHS}
    trees: dict[int, list[Floats]] = {one: [] for one in ROUNDS} if with_trees else {}
    for learn, judge in islice(folds(left, number, seed + 1), 1 if len(left) > MANY else number):
        seen, unseen = [one.taken(learn) for one in columns], [one.taken(judge) for one in columns]
        judged.append(left[judge])
        fitted = learners.fit_linear(seen, left[learn])
        for strength, model in zip(STRENGTHS, fitted, strict=True):
            linear[strength].append(model.log_odds(unseen))
        if with_trees:
            for rounds, log_odds in learners.fit_trees(seen, left[learn], seed=seed).staged(unseen).items():
                trees[rounds].append(log_odds)
    return _Said(np.concatenate(judged), _joined(linear), _joined(trees))


def _joined(said: dict[Setting, list[Floats]]) -> dict[Setting, Floats]:
    return {setting: np.concatenate(parts) for setting, parts in said.items()}


def _loss(log_odds: Floats, left: Flags) -> float:
    return figures.log_loss(left, figures.expit(log_odds))


def calibrate(log_odds: Floats, left: Flags) -> Calibration:
    """Slope and shift by which log-odds of unseen rows came true (Platt 1999), held a little to 1 and 0."""
    design = np.column_stack([np.ones_like(log_odds), log_odds])
    start = np.array([0.0, 1.0])
    hold = np.diag([_HOLD * 0.05, _HOLD])
    beta = start.copy()
    for _ in range(50):
        chance = figures.expit(design @ beta)
        gradient = design.T @ (left - chance) - hold @ (beta - start)
        hessian = design.T @ (design * (chance * (1 - chance))[:, None]) + hold
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        beta = beta + step
        if np.abs(step).max() < 1e-7:
            break
    return Calibration(float(max(beta[1], 0.0)), float(beta[0]))
