"""Everything a figure has to say for itself: what it means, what it rests on, how it moved, what lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tenure.accounts.models import Account
from tenure.kit import clock, words
from tenure.metrics import engine, wording
from tenure.metrics.behind import Rows, behind
from tenure.metrics.catalog import METRICS
from tenure.metrics.catalogue import ever_of
from tenure.metrics.definition import Metric
from tenure.metrics.models import MetricValue
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access

WEEKS = 12
COMPARED_WEEKS = 4


@dataclass(frozen=True)
class Input:
    """A measure's value, and over what it was taken."""

    name: str
    over: str
    value: float | None
    says: str


@dataclass(frozen=True)
class Explanation:
    """A metric of an account as of a day. `says` is the value as written; `missing` why there is none."""

    metric: Metric
    account_id: str
    as_of: date
    value: float | None
    says: str
    missing: str
    says_interval: str  # of 95 %, as written; empty for a figure that has none
    inputs: tuple[Input, ...]
    before: float | None  # 28 days before
    says_before: str
    weeks: tuple[tuple[date, float | None], ...]  # oldest first, the last as of the day itself
    covered: int  # accounts with data as of the last refresh
    accounts: int
    rows: tuple[Rows, ...]

    @property
    def coverage(self) -> str:
        """How many accounts the figure covers, and what those without it lack."""
        if self.covered == self.accounts:
            return f"Known of all {words.count(self.accounts, 'account')}."
        return f"Known of {self.covered:,} of {words.count(self.accounts, 'account')}."


def explain(access: Access, name: str, account_id: str, as_of: date | None = None) -> Explanation:
    """Explain a metric (KeyError for an unknown one) of an account as of a day (today)."""
    metric, account = _metric(access, name), access.get(Account, account_id)
    day = as_of or clock.today(access.workspace.zone)
    dates = [day - timedelta(weeks=back) for back in range(WEEKS)]
    with open_tables(access.workspace, [account.pk]) as tables:
        measured = engine.measure(tables, metric, dates, [account.pk]).to_pylist()
        rows = behind(tables, metric, account.pk, day)
    now, before = measured[-1], measured[-1 - COMPARED_WEEKS]["value"]
    currency = access.workspace.currency
    return Explanation(
        metric=metric,
        account_id=account.pk,
        as_of=day,
        value=now["value"],
        says=wording.figure(metric, now["value"], currency),
        missing=metric.missing if now["value"] is None else "",
        says_interval=_interval(metric, now, currency),
        inputs=_inputs(metric, now, currency),
        before=before,
        says_before=wording.figure(metric, before, currency),
        weeks=tuple((week["as_of"], week["value"]) for week in measured),
        covered=access.of(MetricValue).filter(metric=name).count(),
        accounts=access.of(Account).count(),
        rows=rows,
    )


def _metric(access: Access, name: str) -> Metric:
    """A metric the workspace has or had; the registry's error, naming those there are, for an unknown one."""
    return METRICS[name] if name in METRICS else ever_of(access.workspace).get(name) or METRICS[name]


def _inputs(metric: Metric, row: dict[str, Any], currency: str) -> tuple[Input, ...]:
    """What went in; where there is a value, what is not known had no part in it."""
    return tuple(
        Input(name, wording.over(measure), row[name], wording.measured(measure, row[name], currency))
        for name, measure in metric.measures.items()
        if row["value"] is None or row[name] is not None
    )


def _interval(metric: Metric, row: dict[str, Any], currency: str) -> str:
    """Between which two values a value might as well lie; empty where that cannot be told."""
    if row["value"] is None or row["lowest"] is None:
        return ""
    return " to ".join(wording.figure(metric, row[end], currency) for end in ("lowest", "highest"))
