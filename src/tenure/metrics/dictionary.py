"""The dictionary of metrics: of how many accounts each is known, and how its values lay over the months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Count

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.metrics import engine
from tenure.metrics.definition import Metric
from tenure.metrics.models import MetricValue
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access

MONTHS = 12


@dataclass(frozen=True)
class Coverage:
    """Of how many accounts each metric has data, by name, as of the last refresh."""

    accounts: int
    known: dict[str, int]

    def share(self, name: str) -> float:
        """The share of accounts with data; 0 where there are none."""
        return self.known.get(name, 0) / self.accounts if self.accounts else 0.0


@dataclass(frozen=True)
class Spread:
    """How a metric's values lay at the end of a month: how many had one, quartiles and median."""

    day: date
    accounts: int
    lower: float | None
    median: float | None
    upper: float | None


def coverage(access: Access) -> Coverage:
    """Whom the metrics cover."""
    rows = access.of(MetricValue).values("metric").annotate(accounts=Count("pk")).order_by()
    return Coverage(access.of(Account).count(), {row["metric"]: row["accounts"] for row in rows})


def months_until(day: date, count: int = MONTHS) -> list[date]:
    """The ends of the months before a day, oldest first, and the day itself."""
    ends = [day]
    for _ in range(count - 1):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def history(access: Access, metric: Metric) -> list[Spread]:
    """Median and quartiles over the accounts one may see, at the end of each month, as known then."""
    accounts = list(access.of(Account).values_list("pk", flat=True))
    days = months_until(clock.today(access.workspace.zone))
    with open_tables(access.workspace) as tables:
        found = engine.evaluate(tables, [metric], days, accounts)
    values = np.asarray(found[metric.name].to_numpy(), dtype=np.float64).reshape(-1, len(days))
    return [_spread(day, values[:, place]) for place, day in enumerate(days)]


def _spread(day: date, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Spread:
    known = values[~np.isnan(values)]
    if not len(known):
        return Spread(day, 0, None, None, None)
    lower, median, upper = (float(one) for one in np.quantile(known, (0.25, 0.5, 0.75)))
    return Spread(day, len(known), lower, median, upper)
