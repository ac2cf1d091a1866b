"""A rating over several weeks as one row per account: what lists show and filter by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenure.health.rating import Rating
from tenure.health.scoring import Floats

WEEKS = 12
COMPARED_WEEKS = 4


def weeks_until(day: date) -> list[date]:
    """The dates a board is made of: `day` and the same weekday of the weeks before."""
    return [day - timedelta(weeks=back) for back in range(WEEKS)]


@dataclass(frozen=True)
class Board:
    """How accounts stand as of the last of `weeks_until` that day."""

    rating: Rating

    def __len__(self) -> int:
        return len(self.rating) // WEEKS

    @property
    def latest(self) -> NDArray[np.int64]:
        """The row of the rating that holds each account's last date."""
        return np.arange(WEEKS - 1, len(self.rating), WEEKS)

    @property
    def account_ids(self) -> list[str]:
        """Whose rows these are, in order."""
        return list(self.rating.values["account_id"].take(self.latest).to_pylist())

    def standings(self) -> dict[str, list[Any]]:
        """Columns of the table of standings, a place per account."""
        rating, latest = self.rating, self.latest
        weekly = rating.score.reshape(-1, WEEKS)
        as_of = rating.days[-1] if len(self) else None
        return {
            "score": _listed(weekly[:, -1]),
            "computed": _listed(rating.computed[latest]),
            "profile": [profile.name for profile in rating.profiles[latest]],
            "profile_version": [profile.version for profile in rating.profiles[latest]],
            "override_id": self._overrides(),
            "outcomes": _listed(rating.outcomes[latest]),
            "experience": _listed(rating.experience[latest]),
            "band": rating.bands[latest].tolist(),
            "basis": rating.basis[latest].tolist(),
            "coverage": rating.coverage[latest].tolist(),
            "score_before": _listed(weekly[:, -1 - COMPARED_WEEKS]),
            "weakest": rating.weakest[latest].tolist(),
            "weeks": [_listed(row) for row in weekly.round(1)],
            "arr_minor": [None if arr is None else round(arr) for arr in self._latest("arr")],
            "renews_on": [_shifted(as_of, days, 1) for days in self._latest("days_to_renewal")],
            "last_active_on": [
                _shifted(as_of, days, -1) for days in self._latest("days_since_last_activity")
            ],
        }

    def metric_values(self) -> dict[str, list[float | None]]:
        """Every metric with its latest values, a place per account."""
        return {name: self._latest(name) for name in self.rating.metrics}

    def _latest(self, metric: str) -> list[float | None]:
        return _listed(self.rating.numbers(metric)[self.latest])

    def _overrides(self) -> list[str | None]:
        """The override that holds, by account."""
        found: list[str | None] = [None] * len(self)
        if len(self) and self.rating.plan.overrides:
            day = self.rating.days[-1]
            for row, account_id in enumerate(self.account_ids):
                one = self.rating.plan.override(account_id, day)
                found[row] = one.id if one else None
        return found


def _listed(numbers: Floats) -> list[float | None]:
    """As Python's numbers, None for NaN."""
    return [None if number != number else number for number in numbers.tolist()]


def _shifted(as_of: date | None, days: float | None, sign: int) -> date | None:
    return None if as_of is None or days is None else as_of + timedelta(days=sign * round(days))
