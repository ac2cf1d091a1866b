"""What we did for customers ourselves, beside the metrics: what was written down of them, and hours booked.

It is read with a caution (`sentences`): we look after those who worry us, and those who pay most, so that
more of it going with more losses says whom we worry about, and not what it does. It counts on the day it
happened, also where it was written down later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np

from tenure.insight.audit.encoding import Column
from tenure.insight.audit.separation import Floats, Ints
from tenure.insight.panel import Panel
from tenure.metrics.definition import Metric
from tenure.revenue.columns import number
from tenure.revenue.models import Cost
from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access

DAYS = 90  # that count before a look


@dataclass(frozen=True)
class Ours(Column):
    """A number by row of a panel; `attribute` is its name among metrics."""

    title: str = ""
    means: str = ""

    @property
    def name(self) -> str:
        """As given: there are only these."""
        return self.attribute

    @property
    def metric(self) -> Metric:
        """As a figure that can be judged: neither direction is good."""
        return replace(super().metric, title=self.title, means=self.means)


def columns(access: Access, panel: Panel) -> list[Ours]:
    """By row of a panel, each thing we do of which anything is on record; no data before its first day."""
    found = []
    for name, title, means, done in (
        (
            "touches",
            "What we wrote down, 90 days",
            "Notes, calls, meetings and mails that we wrote down of a customer in 90 days.",
            _notes(access),
        ),
        ("hours", "Hours we booked, 90 days", "Hours booked on a customer in 90 days.", _hours(access)),
    ):
        values = _within(panel, list(done))
        if len(np.unique(values[~np.isnan(values)])) > 1:
            found.append(Ours(name, values, None, title, means))
    return found


_Done = tuple[str, int, float]  # account, day since 1970, how much


def _notes(access: Access) -> Iterator[_Done]:
    zone = ZoneInfo(access.workspace.zone)
    for account_id, at in access.of(Note).values_list("account_id", "happened_at").iterator():
        yield account_id, number(at.astimezone(zone).date()), 1.0


def _hours(access: Access) -> Iterator[_Done]:
    rows = access.of(Cost).filter(category="hours", hours__isnull=False, account__isnull=False)
    for account_id, day, hours in rows.values_list("account_id", "spent_on", "hours").iterator():
        yield account_id, number(day), cast(float, hours)


def _within(panel: Panel, done: list[_Done]) -> Floats:
    """Of each row the sum over the `DAYS` up to its day; NaN before anything was done for anybody."""
    places = {account_id: place for place, account_id in enumerate(panel.account_ids)}
    mine = [(places[one], day, amount) for one, day, amount in done if one in places]
    if not mine:
        return np.full(len(panel.account), np.nan)
    account, day, amount = (np.array(some) for some in zip(*mine, strict=True))
    first = int(day.min())
    span = int(max(day.max(), panel.at.max())) - first + DAYS + 2
    key = account * span + (day - first)
    order = np.argsort(key, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(amount[order])])

    def until(days: Ints) -> Floats:
        """The sum up to a day, over all before it."""
        return np.asarray(sums[np.searchsorted(key[order], panel.account * span + days, side="right")])

    since = panel.at.astype(np.int64) - first
    found = until(np.maximum(since, 0)) - until(np.maximum(since - DAYS, -1))
    return np.where(since < 0, np.nan, found)
