"""Reads of metrics: the values of accounts as of a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connections
from numpy.typing import NDArray

from tenure.accounts.models import Account
from tenure.accounts.queries import within
from tenure.metrics import engine
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Metric
from tenure.metrics.models import MetricValue
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

Floats = NDArray[np.float64]
FROM_EVENTS = ("use_daily", "milestones")


@dataclass(frozen=True)
class AccountValues:
    """An account's metrics by name; None is no data, money in minor units."""

    id: str
    external_id: str
    name: str
    values: dict[str, float | None]


def values(
    access: Access, metrics: Sequence[Metric], as_of: date, account_ids: Collection[str] | None = None
) -> list[AccountValues]:
    """The metrics of accounts (None: all) as of a day, by name of account. Neighbours' ids find nothing."""
    access.require(Right.READ)
    account_ids = within(access, account_ids)
    with open_tables(access.workspace, account_ids) as tables:
        found = engine.evaluate(tables, metrics, [as_of], account_ids).to_pylist()
    known = {row.pk: row for row in access.of(Account).only("external_id", "name")}
    rows = [
        AccountValues(
            one.pk, one.external_id, one.name, {metric.name: row[metric.name] for metric in metrics}
        )
        for row in found
        if (one := known.get(row["account_id"]))
    ]
    return sorted(rows, key=lambda row: (row.name, row.external_id))


def latest(access: Access, account_ids: Sequence[str], names: Collection[str]) -> dict[str, Floats]:
    """Metrics of these accounts as of the last refresh, by name, in their order; NaN where there is no data.

    A query per metric, each answered from the index that lists are sorted by; a hundred thousand accounts
    take a tenth of a second each.
    """
    place = {account_id: row for row, account_id in enumerate(account_ids)}
    return {name: _latest(access, name, place) for name in names}


def _latest(access: Access, name: str, place: Mapping[str, int]) -> Floats:
    """One metric's column; its rows go past the objects that Django would make of them."""
    found, at, values = np.full(len(place), np.nan), [], []
    rows = access.of(MetricValue).filter(metric=name).values_list("account_id", "value")
    sql, parameters = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        for account_id, value in cursor:
            if (row := place.get(account_id)) is not None:
                at.append(row)
                values.append(value)
    found[np.array(at, dtype=np.int64)] = values
    return found


@dataclass(frozen=True)
class Reach:
    """How far back figures look at raw events: some days, and which look at all there are."""

    days: int
    ever: tuple[str, ...]  # titles


def reach() -> Reach:
    """How much of the raw events the registered metrics read."""
    using = [
        (metric.title, measure)
        for metric in METRICS
        for measure in metric.measures.values()
        if measure.table in FROM_EVENTS
    ]
    days = max((measure.days + measure.offset for _, measure in using if measure.days), default=0)
    return Reach(days, tuple(sorted({title for title, measure in using if measure.days is None})))
