"""A small company whose customers go quiet before they leave, and the same as it might have gone on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa

from tenure.events.actions import load_events
from tenure.kit import clock
from tenure.revenue import actions
from tenure.revenue.actions import TermRow
from tenure.workspaces.access import Access

PEOPLE = 5
DAYS = 560


@dataclass(frozen=True)
class Record:
    """Contracts that roll on, and who used the product on which day: (customer, person, day)."""

    terms: tuple[TermRow, ...]
    use: tuple[tuple[str, str, date], ...]

    def without(self, after: date) -> Record:
        """As it would stand if nothing had happened after a day."""
        terms = (
            replace(one, ends_on=None, end_known_on=None) if one.ends_on and one.ends_on > after else one
            for one in self.terms
            if one.starts_on <= after
        )
        return Record(tuple(terms), tuple(one for one in self.use if one[2] <= after))

    def shuffled(self, after: date, rng: np.random.Generator) -> Record:
        """The same until a day, and after it everybody's use and ends are others'."""
        kept = self.without(after)
        late = [one for one in self.use if one[2] > after]
        names = [one[0] for one in late]
        rng.shuffle(names)
        ends = [after + timedelta(days=int(days)) for days in rng.integers(1, 60, len(kept.terms))]
        terms = (
            replace(one, ends_on=end, end_known_on=end) if one.ends_on is None and rng.random() < 0.3 else one
            for one, end in zip(kept.terms, ends, strict=True)
        )
        use = (
            *kept.use,
            *((name, f"{name}-{one[1]}", one[2]) for name, one in zip(names, late, strict=True)),
        )
        return Record(tuple(terms), use)


def leavers(customers: int = 130, seed: int = 3) -> Record:
    """Most people of a customer come once a week, until it goes quiet; then it leaves within some months."""
    rng, today = np.random.default_rng(seed), clock.today()
    terms, use = [], []
    for number in range(customers):
        name = f"c-{number:03d}"
        begins = today - timedelta(days=int(rng.integers(200, DAYS)))
        quiet = begins + timedelta(days=int(rng.exponential(260)))
        gone = _gone(rng, begins, quiet, today)
        terms.append(
            TermRow(
                f"s-{name}",
                name,
                10_000,
                "USD",
                "month",
                begins,
                gone,
                "Pro",
                PEOPLE,
                True,
                end_known_on=gone,
            )
        )
        use += list(_weeks(rng, name, begins, quiet, gone or today))
    return Record(tuple(terms), tuple(use))


def _gone(rng: np.random.Generator, begins: date, quiet: date, today: date) -> date | None:
    """The day it left, if it did: seldom while it is busy, soon when it is quiet."""
    day = begins + timedelta(days=30)
    while day <= today:
        if rng.random() < (0.3 if day > quiet else 0.01):
            return day
        day += timedelta(days=30)
    return None


def _weeks(
    rng: np.random.Generator, name: str, begins: date, quiet: date, until: date
) -> list[tuple[str, str, date]]:
    found = []
    for week in range((until - begins).days // 7):
        day = begins + timedelta(days=7 * week)
        busy = rng.random(PEOPLE) < (0.8 if day < quiet else 0.15)
        found += [(name, f"p{person}", day) for person in np.flatnonzero(busy)]
    return found


def load(access: Access, record: Record) -> None:
    """Put it on record."""
    actions.upsert_terms(access.workspace, record.terms)
    at: Callable[[date], datetime] = lambda day: datetime.combine(day, time(10), UTC)  # noqa: E731
    table = pa.table(
        {
            "message_id": [f"m{number}" for number in range(len(record.use))],
            "event": ["Report viewed"] * len(record.use),
            "occurred_at": pa.array([at(day) for _, _, day in record.use], pa.timestamp("us", "UTC")),
            "account_ref": [name for name, _, _ in record.use],
            "person_ref": [f"{name}-{person}" for name, person, _ in record.use],
        }
    )
    load_events(access.workspace, table, stream="test", position=1, source="test")
