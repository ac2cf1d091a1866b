"""From metrics to scores, for many accounts and dates at once, each by the profile it had then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenure.health import scoring
from tenure.health.plan import Plan
from tenure.health.profile import Profile
from tenure.health.scoring import Floats, Score, Scores
from tenure.metrics import engine, folding
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Metric
from tenure.metrics.tables import Tables

LIVE = METRICS["live_terms"]


@dataclass(frozen=True)
class Part:
    """The rows of a rating that one profile scores."""

    rows: NDArray[np.int64]
    scores: Scores


@dataclass(frozen=True)
class Rating:
    """Scores by row of `values`: a row per account and date, sorted by both."""

    values: pa.Table
    days: tuple[date, ...]
    plan: Plan
    parts: tuple[Part, ...]
    former: NDArray[np.bool_]  # had contracts, has none now

    def __len__(self) -> int:
        return int(self.values.num_rows)

    @cached_property
    def account_ids(self) -> list[str]:
        """Whose rows these are, each once, in order."""
        return list(self.values["account_id"].to_pylist()[:: len(self.days)])

    @cached_property
    def computed(self) -> Floats:
        """What the profiles give; NaN without data and of former customers."""
        return self._scored("score")

    @cached_property
    def overridden(self) -> Floats:
        """What people set; NaN where nobody did, and of former customers."""
        return np.where(self.former, np.nan, self.plan.overridden(self.account_ids, self.days))

    @cached_property
    def score(self) -> Floats:
        """What counts: the override where there is one, else what the profiles give."""
        return np.where(np.isnan(self.overridden), self.computed, self.overridden)

    @cached_property
    def outcomes(self) -> Floats:
        """The outcome side, as the profiles give it."""
        return self._scored("outcomes")

    @cached_property
    def experience(self) -> Floats:
        """The experience side, as the profiles give it."""
        return self._scored("experience")

    @cached_property
    def coverage(self) -> Floats:
        """Shares of the profiles' weight that had data."""
        return self._gathered({index: part.scores.coverage for index, part in enumerate(self.parts)})

    @cached_property
    def profiles(self) -> NDArray[np.object_]:
        """Each row's profile."""
        found = np.empty(len(self), dtype=object)
        for part in self.parts:
            found[part.rows] = np.full(len(part.rows), part.scores.profile, dtype=object)
        return found

    @cached_property
    def basis(self) -> NDArray[np.object_]:
        """What each row's score rests on."""
        found = np.empty(len(self), dtype=object)
        for part in self.parts:
            found[part.rows] = part.scores.basis(self.former[part.rows])
        return found

    @cached_property
    def bands(self) -> NDArray[np.object_]:
        """Each row's band, by its profile: `good`, `fair`, `poor`, or nothing without a score."""
        found = np.empty(len(self), dtype=object)
        for part in self.parts:
            found[part.rows] = part.scores.profile.bands_of(self.score[part.rows])
        return found

    @cached_property
    def weakest(self) -> NDArray[np.object_]:
        """The name of each row's metric that pulls the score down most; empty if none does."""
        found = np.empty(len(self), dtype=object)
        for part in self.parts:
            names = np.array([*(one.metric.name for one in part.scores.profile.parts), ""], dtype=object)
            found[part.rows] = np.where(self.former[part.rows], "", names[part.scores.weakest])
        return found

    def read(self, row: int) -> Score:
        """One row's score with its parts."""
        index, place = self._places[row]
        given = float(self.overridden[row])
        return scoring.read_row(
            self.parts[index].scores,
            place,
            former=bool(self.former[row]),
            given=None if np.isnan(given) else given,
        )

    @property
    def metrics(self) -> list[str]:
        """The metrics there are values of."""
        return [name for name in self.values.column_names if name not in folding.ROW]

    def numbers(self, metric: str) -> Floats:
        """A metric's column; NaN is no data."""
        return numbers(self.values[metric])

    def known(self, row: int) -> dict[str, float | None]:
        """One row's values by metric."""
        return {
            name: self.values[name][row].as_py()
            for name in self.values.column_names
            if name not in folding.ROW
        }

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """In which part each row is, and where there."""
        found = np.empty((len(self), 2), dtype=np.int64)
        for index, part in enumerate(self.parts):
            found[part.rows, 0] = index
            found[part.rows, 1] = np.arange(len(part.rows))
        return found

    def _scored(self, column: str) -> Floats:
        found = self._gathered({index: getattr(part.scores, column) for index, part in enumerate(self.parts)})
        return np.where(self.former, np.nan, found)

    def _gathered(self, columns: dict[int, Floats]) -> Floats:
        found = np.full(len(self), np.nan)
        for index, column in columns.items():
            found[self.parts[index].rows] = column
        return found


def rate(
    tables: Tables,
    plan: Plan,
    as_of: Sequence[date],
    accounts: Collection[str] | None = None,
    also: Sequence[Metric] = (),
) -> Rating:
    """Score accounts (None: all) as of each date.

    `values` has the profiles' metrics, and those of `also` as of the last date.
    """
    days = sorted(set(as_of))
    metrics, once = _needed(plan, days, also)
    return score(engine.evaluate(tables, metrics, days, accounts, once), plan, days)


def compile_ahead(plan: Plan, as_of: Sequence[date], also: Sequence[Metric] = ()) -> None:
    """Compile what `rate` of all accounts will run."""
    days = sorted(set(as_of))
    metrics, once = _needed(plan, days, also)
    engine.compile_ahead(metrics, len(days), once)


def _needed(plan: Plan, days: Sequence[date], also: Sequence[Metric]) -> tuple[list[Metric], list[Metric]]:
    """What to evaluate as of each day, and what as of the last one only."""
    # Who has no profile yet may get any of those in force, and is then scored by what is computed here.
    possible = (metric for profile in plan.versions.in_force(days[-1]) for metric in profile.metrics)
    metrics = {metric.name: metric for metric in (*plan.metrics(days), *possible, LIVE)}
    return list(metrics.values()), [metric for metric in also if metric.name not in metrics]


def score(values: pa.Table, plan: Plan, days: Sequence[date]) -> Rating:
    """Score what was evaluated: a row per account and day, sorted by both."""
    ids = values["account_id"].to_pylist()[:: len(days)]
    columns = {metric.name: numbers(values[metric.name]) for metric in plan.metrics(days)}
    parts = tuple(
        Part(share.rows, scoring.score_many(share.profile, _matrix(share.profile, columns, share.rows)))
        for share in plan.shares(ids, days)
    )
    return Rating(values, tuple(days), plan, parts, numbers(values[LIVE.name]) == 0)


def _matrix(profile: Profile, columns: dict[str, Floats], rows: NDArray[np.int64]) -> Floats:
    return np.column_stack([columns[metric.name][rows] for metric in profile.metrics])


def numbers(column: pa.ChunkedArray) -> Floats:
    """A column of real numbers, null as NaN."""
    return np.asarray(column.to_numpy(), dtype=np.float64)
