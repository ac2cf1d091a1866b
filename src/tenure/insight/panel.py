"""What was known of every paying account month by month, and what became of it: what models learn from.

A row is an account on a day on which it paid. Its values are the metrics as of that day, from what was known
then; what happened after it is asked as an outcome, and is left open where it is not over yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tenure.accounts.queries import within
from tenure.events import retention
from tenure.insight import paid
from tenure.insight.paid import Floats, Ints, Paid
from tenure.kit import clock
from tenure.metrics import engine
from tenure.metrics.catalogue import metrics_of
from tenure.metrics.definition import Metric
from tenure.metrics.dictionary import months_until
from tenure.metrics.properties import OwnAttribute
from tenure.metrics.queries import reach
from tenure.metrics.tables import open_tables
from tenure.revenue.columns import number
from tenure.revenue.matching import GRACE
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MONTHS = 24
OF_TODAY = "of an attribute only today's value is known"


@dataclass(frozen=True)
class Outcome:
    """What became of a panel's rows within some days: 1 it happened, 0 it did not, NaN is not known.

    `open`: rows whose time is not over. They are left out whatever has happened so far: to count only what
    came early would favour it. `apart`: rows that it cannot happen to, as those with no renewal to decide.
    """

    happened: Floats
    open: int
    apart: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows tell something."""
        return ~np.isnan(self.happened)


@dataclass(frozen=True)
class Panel:
    """n rows of paying accounts × month, sorted by both; `values` is n × the metrics, NaN without data.

    `account` and `day` are each row's place in `account_ids` and `days`. Money is in minor units, days in
    columns are counted from 1970.
    """

    as_of: date
    days: tuple[date, ...]
    account_ids: tuple[str, ...]
    metrics: tuple[Metric, ...]
    account: Ints
    day: Ints
    values: Floats
    paying_since: Floats  # the start of the stretch of paying that the day lies in
    ends: Floats  # its end: the first day that nothing is paid; inf: still paying
    due: Floats  # the next end of a contract that somebody decides about, as known then; NaN: none
    paid: Paid
    left_out: Mapping[str, str]  # titles of metrics that cannot be had as they were then, and why

    def __len__(self) -> int:
        return len(self.account)

    @cached_property
    def at(self) -> Floats:
        """Each row's day, from 1970."""
        return np.array([number(day) for day in self.days], dtype=np.float64)[self.day]

    @cached_property
    def mrr(self) -> Floats:
        """What each row's account pays a month on its day, in minor units, as corrected since."""
        return self.paid.mrr(self.account, self.at)

    @property
    def settled_until(self) -> int:
        """The last day whose ends are settled: a later one may yet be renewed within the grace."""
        return number(self.as_of) - GRACE

    def column(self, name: str) -> Floats:
        """One metric's values."""
        return self.values[:, [one.name for one in self.metrics].index(name)]

    def churned(self, days: int = 90, after: int = 0) -> Outcome:
        """Stops paying within (t + after, t + after + days]; of accounts still paying at t + after."""
        until = self.at + after + days
        return self._outcome(self.ends <= until, until, self.ends > self.at + after)

    def lost(self, days: int = 90, after: int = 0) -> Outcome:
        """Pays nothing after the next end of a contract; of accounts that have one within those days."""
        is_due = (self.due > self.at + after) & (self.due <= self.at + after + days)
        return self._outcome(self.ends <= self.due, np.where(is_due, self.due, 0), is_due)

    def expanded(self, days: int = 90, after: int = 0) -> Outcome:
        """Pays more a month at the end of those days than at their start; of accounts that pay then."""
        first, last = (self.paid.mrr(self.account, self.at + day) for day in (after, after + days))
        return self._outcome(last > first + 0.5, self.at + after + days, first > 0)

    def _outcome(self, happened: NDArray[np.bool_], until: Floats, asked: NDArray[np.bool_]) -> Outcome:
        is_over = until <= self.settled_until
        found = np.where(asked & is_over, happened.astype(np.float64), np.nan)
        return Outcome(found, int((asked & ~is_over).sum()), int((~asked).sum()))


def panel(
    access: Access,
    as_of: date | None = None,
    months: int = MONTHS,
    metrics: Sequence[Metric] | None = None,
) -> Panel:
    """The accounts one may see at the ends of so many months up to a day (today), and on the day itself.

    `metrics`: None for all of the workspace, its own too. Months whose raw events are no longer kept are left
    out, since their figures cannot be had.
    """
    access.require(Right.READ)
    today = clock.today(access.workspace.zone)
    as_of = as_of or today
    asked = list(metrics_of(access.workspace).values()) if metrics is None else list(metrics)
    then = [one for one in asked if not _is_of_today(one)]
    days = _days(access, as_of, months)
    ids = within(access, None)
    with open_tables(access.workspace, ids) as tables:
        found = engine.evaluate(tables, then, days, ids)
        everybody = found["account_id"].to_pylist()[:: len(days)]
        due = paid.due(tables, days, everybody)
    history = Paid.of(ledger(access, as_of if as_of < today else None), everybody)
    account = np.repeat(np.arange(len(everybody)), len(days))
    day = np.tile(np.arange(len(days)), len(everybody))
    at = np.array([number(one) for one in days], dtype=np.float64)[day]
    since, ends = history.stretch(account, at)
    rows = np.flatnonzero(~np.isnan(since))
    columns = [np.asarray(found[one.name].to_numpy(), dtype=np.float64)[rows] for one in then]
    return Panel(
        as_of=as_of,
        days=tuple(days),
        account_ids=tuple(everybody),
        metrics=tuple(then),
        account=account[rows],
        day=day[rows],
        values=np.column_stack(columns) if columns else np.empty((len(rows), 0)),
        paying_since=since[rows],
        ends=ends[rows],
        due=due.ravel()[rows],
        paid=history,
        left_out={one.title: OF_TODAY for one in asked if _is_of_today(one)},
    )


def known_by(access: Access, whole: Panel, day: date) -> Panel:
    """The rows of a panel up to an earlier day, with what had become of them as far as was known then.

    What a panel as of that day holds, on the days that the whole one has, without its figures being computed
    once more.
    """
    history = Paid.of(ledger(access, day), whole.account_ids)
    since, ends = history.stretch(whole.account, whole.at)
    rows = np.flatnonzero((whole.at <= number(day)) & ~np.isnan(since))
    return replace(
        whole,
        as_of=day,
        days=tuple(one for one in whole.days if one <= day),
        account=whole.account[rows],
        day=whole.day[rows],
        values=whole.values[rows],
        paying_since=since[rows],
        ends=ends[rows],
        due=whole.due[rows],
        paid=history,
    )


def _days(access: Access, as_of: date, months: int) -> list[date]:
    """The days that the rows are of, oldest first; the day itself always."""
    before = retention.policy_of(access.workspace).removed_before
    first = before + timedelta(days=reach().days) if before else date.min
    return [day for day in months_until(as_of, months + 1) if day >= first or day == as_of]


def _is_of_today(metric: Metric) -> bool:
    """Whether a metric reads what is only known as it is now."""
    return any(isinstance(one, OwnAttribute) for one in metric.measures.values())
