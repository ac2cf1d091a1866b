"""How long it takes to get somewhere, such as to first value, of those that arrived and those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.metrics import engine
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.definition import Metric
from tenure.metrics.survival import Curve, Floats, kaplan_meier
from tenure.metrics.tables import Tables, open_tables
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class Arrival:
    """How long a metric's way takes, as of a day, in days.

    Whoever has not arrived counts as waiting up to that day, also who has left meanwhile: so the curve says
    of all that set out how many got there by when. Left out are `earlier` accounts, which set out before
    `recorded_from`, the first day of product use on record: what they did first is not known. `segments` and
    `cohorts` (months in which they set out, newest first) are what it could be narrowed to.
    """

    metric: Metric
    as_of: date
    curve: Curve
    arrived: int
    earlier: int
    recorded_from: date | None
    segments: tuple[str, ...]
    cohorts: tuple[str, ...]


def arrival(
    access: Access, metric: Metric, as_of: date | None = None, segment: str = "", cohort: str = ""
) -> Arrival:
    """The curve of a metric that has `waiting`, over the accounts one may see, or those of a segment, or of
    the month (`2026-03`) in which they set out."""
    if metric.waiting is None:
        raise ValueError(f"{metric.name} is no time until something")
    day = as_of or clock.today(access.workspace.zone)
    segments = dict(access.of(Account).values_list("pk", "segment"))
    ids = [key for key, of in segments.items() if segment in ("", of)]
    still = metrics_of(access.workspace)[metric.waiting.metric]
    with open_tables(access.workspace) as tables:
        measured = engine.measure(tables, metric, [day], ids)
        waiting = engine.evaluate(tables, [still], [day], ids)[still.name]
        recorded_from = _recorded_from(tables)
    took, waits, since = (
        np.asarray(column.to_numpy(), dtype=np.float64)
        for column in (measured["value"], waiting, measured[metric.waiting.since])
    )
    known = ~np.isnan(took) | ~np.isnan(waits)
    began = _days(day, since)
    months = np.where(known, began.astype("datetime64[M]").astype(str), "")
    meant = known & (months == cohort) if cohort else known
    chosen = meant & (began >= np.datetime64(recorded_from or day, "D"))
    arrived = ~np.isnan(took[chosen])
    return Arrival(
        metric=metric,
        as_of=day,
        curve=kaplan_meier(np.where(arrived, took[chosen], waits[chosen]), arrived),
        arrived=int(arrived.sum()),
        earlier=int(meant.sum() - chosen.sum()),
        recorded_from=recorded_from,
        segments=tuple(sorted({of for of in segments.values() if of})),
        cohorts=tuple(sorted(set(months[known].tolist()), reverse=True)),
    )


def _recorded_from(tables: Tables) -> date | None:
    """The first day of product use there is."""
    row = tables.connection.execute("SELECT min(day) FROM use_daily").fetchone()
    return row[0] if row else None


def _days(day: date, ago: Floats) -> NDArray[np.datetime64]:
    """The days so many days ago; of what is not known, the day itself."""
    return np.datetime64(day, "D") - np.nan_to_num(ago).astype("timedelta64[D]")
