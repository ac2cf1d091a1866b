"""From metrics to scores, for many accounts and dates at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenure.health import scoring
from tenure.health.profile import Profile
from tenure.health.scoring import Floats, Score, Scores
from tenure.metrics import engine
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Metric
from tenure.metrics.tables import Tables

LIVE = METRICS["live_terms"]


@dataclass(frozen=True)
class Rating:
    """Scores by row of `values`: a row per account and date, sorted by both."""

    values: pa.Table
    scores: Scores
    former: NDArray[np.bool_]  # had contracts, has none now

    def __len__(self) -> int:
        return int(self.values.num_rows)

    @property
    def as_of(self) -> list[date]:
        """Each row's date."""
        return list(self.values["as_of"].to_pylist())

    @property
    def basis(self) -> NDArray[np.object_]:
        """What each row's score rests on."""
        return np.array(self.scores.basis(self.former), dtype=object)

    def score(self, row: int) -> Score:
        """One row's score with its parts."""
        return scoring.read_row(self.scores, row, former=bool(self.former[row]))

    def numbers(self, metric: str) -> Floats:
        """A metric's column; NaN is no data."""
        return numbers(self.values[metric])

    def scored(self, column: Floats) -> Floats:
        """One of the scores' columns, without those of former customers."""
        return np.where(self.former, np.nan, column)


def rate(
    tables: Tables,
    profile: Profile,
    as_of: Sequence[date],
    accounts: Collection[str] | None = None,
    also: Sequence[Metric] = (),
) -> Rating:
    """Score accounts (None: all) as of each date.

    `values` has the profile's metrics, and those of `also` as of the last date.
    """
    metrics = {metric.name: metric for metric in (*profile.metrics, LIVE)}
    once = [metric for metric in also if metric.name not in metrics]
    values = engine.evaluate(tables, list(metrics.values()), as_of, accounts, once)
    matrix = np.column_stack([numbers(values[metric.name]) for metric in profile.metrics])
    return Rating(values, scoring.score_many(profile, matrix), numbers(values[LIVE.name]) == 0)


def numbers(column: pa.ChunkedArray) -> Floats:
    """A column of real numbers, null as NaN."""
    return np.asarray(column.to_numpy(), dtype=np.float64)
