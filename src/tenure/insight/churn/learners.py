"""Two learners over the same columns: a regularised logistic regression, and boosted trees.

The linear one bends numbers at a few knots, so that its sum over columns is still the reason for a chance;
the trees find what columns do together. Both are asked for log-odds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.insight.churn import encoding
from tenure.insight.churn.columns import Column
from tenure.insight.churn.encoding import Design

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STRENGTHS = (0.003, 0.03, 0.3)  # of the linear one, as scikit-learn's C: the smaller, the more is held back
ROUNDS = (15, 30, 50, 75, 100, 140)  # of boosting
_LEAVES = 6
_RATE = 0.08


@contextmanager
def one_thread() -> Iterator[None]:
    """Fit on one core: threads that wait for each other on a busy machine take thirty times as long."""
    import sklearn.ensemble  # noqa: F401  only the libraries loaded by now are held to it
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@dataclass(frozen=True)
class Linear:
    """A fitted logistic regression: log-odds are `intercept` + the design × `weights`."""

    design: Design
    weights: Floats
    intercept: float

    def log_odds(self, columns: Sequence[Column]) -> Floats:
        """Of each row."""
        return np.asarray(self.design.matrix(columns) @ self.weights + self.intercept)

    def parts(self, columns: Sequence[Column]) -> Floats:
        """Rows × columns: what each column adds to the log-odds of the average row."""
        terms = self.design.matrix(columns) * self.weights
        return np.column_stack(
            [terms[:, self.design.places == place].sum(axis=1) for place in range(len(columns))]
        )


@dataclass(frozen=True)
class Trees:
    """Fitted boosted trees."""

    model: Any

    def log_odds(self, columns: Sequence[Column]) -> Floats:
        """Of each row."""
        return np.asarray(self.model.decision_function(encoding.tree_matrix(columns)[0]))

    def staged(self, columns: Sequence[Column]) -> dict[int, Floats]:
        """The log-odds after each number of rounds in ROUNDS."""
        matrix, _ = encoding.tree_matrix(columns)
        stages = self.model.staged_decision_function(matrix)
        return {number: stage.ravel() for number, stage in enumerate(stages, 1) if number in ROUNDS}


def fit_linear(
    columns: Sequence[Column], left: Flags, strengths: Sequence[float] = STRENGTHS, bends: bool = True
) -> list[Linear]:
    """One for each strength; some rows must have left and some stayed."""
    from sklearn.linear_model import LogisticRegression

    design = encoding.design(columns, bends)
    matrix = design.matrix(columns)
    found = []
    for strength in strengths:
        model = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=50, tol=1e-5)
        model.fit(matrix, left)
        found.append(Linear(design, model.coef_[0], float(model.intercept_[0])))
    return found


def fit_trees(columns: Sequence[Column], left: Flags, rounds: int = ROUNDS[-1], seed: int = 0) -> Trees:
    """Boosted trees of a few leaves each, for so many rounds."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    matrix, is_category = encoding.tree_matrix(columns)
    model = HistGradientBoostingClassifier(
        learning_rate=_RATE,
        max_iter=rounds,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=max(5, min(40, len(left) // 50)),
        l2_regularization=5.0,
        categorical_features=is_category,
        early_stopping=False,
        random_state=seed,
    )
    return Trees(model.fit(matrix, left))
