"""The demo's contracts: terms that end when the hazard strikes, and seats that follow use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from tenure.demo import company
from tenure.demo.customers import Firms
from tenure.demo.truth import DAYS, WEEKS, Flags, Floats, Latent

Row = dict[str, Any]
MONTHS_PATIENCE = 0.22  # a month is a twelfth of a year's decision, and more often taken
_SCHEMA = pa.schema(
    [
        ("subscription_id", pa.string()),
        ("account_id", pa.string()),
        ("product", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("currency", pa.string()),
        ("interval", pa.string()),
        ("seats", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("auto_renew", pa.bool_()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Ledger:
    """The contracts as rows, and the day each customer left (None: still here)."""

    rows: list[Row]
    left: list[date | None]

    def table(self) -> pa.Table:
        """In the canonical columns."""
        return pa.Table.from_pylist(self.rows, schema=_SCHEMA)

    def present(self, firms: Firms) -> Flags:
        """Per account and simulated day: is it a customer that day?"""
        day = np.arange(DAYS)
        begins = np.array([(start - firms.first_day).days for start in firms.starts])
        ends = np.array([(gone - firms.first_day).days if gone else DAYS for gone in self.left])
        return np.asarray((day >= begins[:, None]) & (day < ends[:, None]))


def draw(rng: np.random.Generator, firms: Firms, latent: Latent) -> Ledger:
    """Each customer's terms, oldest first. Before the simulated time nobody leaves."""
    rows: list[Row] = []
    left: list[date | None] = []
    for index in range(len(firms)):
        terms, gone = _terms_of(rng, firms, latent, index)
        rows += terms
        left.append(gone)
    return Ledger(rows, left)


def _terms_of(
    rng: np.random.Generator, firms: Firms, latent: Latent, index: int
) -> tuple[list[Row], date | None]:
    """One customer's terms and the day it left."""
    seats, yearly = int(firms.seats[index]), bool(firms.yearly[index])
    rows: list[Row] = []
    for start, end in _periods(firms, index):
        rows.append(_term(firms, index, start, end, seats))
        if end > firms.until or end < firms.first_day:
            continue
        use = float(latent.use[index, _week(firms, end)])
        if rng.random() < _chance(firms, latent, index, end):
            rows[-1]["reason"] = "value" if use < 0.5 else "service"
            return _joined(rows, yearly), end
        seats = _seats_after(rng, seats, use, yearly)
    return _joined(rows, yearly), None


def _week(firms: Firms, day: date) -> int:
    return min((day - firms.first_day).days // 7, WEEKS - 1)


def _chance(firms: Firms, latent: Latent, index: int, end: date, seen_on: date | None = None) -> float:
    """The chance that a customer leaves at the end of a period, as it stands then, or stood on a day."""
    patience = 1.0 if firms.yearly[index] else MONTHS_PATIENCE
    return float(patience * latent.leave[index, _week(firms, seen_on or end)])


def chance_within(
    firms: Firms, latent: Latent, index: int, after: date, until: date, seen_on: date | None = None
) -> float:
    """The true chance that a customer leaves after one day and by another, if it is still there.

    `seen_on`: as if the hazard stayed as it was on that day, which is all that can be known on it.
    """
    ends = [end for _, end in _periods(firms, index) if after < end <= until]
    stays = [1 - _chance(firms, latent, index, end, seen_on) for end in ends]
    return 1 - float(np.prod(stays))


def _periods(firms: Firms, index: int) -> Iterator[tuple[date, date]]:
    """One after another, up to the one that ends after the last day."""
    start = firms.starts[index]
    while start <= firms.until:
        end = add_months(start, 12 if firms.yearly[index] else 1)
        yield start, end
        start = end


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the month's last day where there is none."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))


def _seats_after(rng: np.random.Generator, seats: int, use: float, yearly: bool) -> int:
    """Customers who use nearly all seats buy more, those who waste most of them return some."""
    if not yearly and rng.random() > 0.1:
        return seats
    if use > 0.8 and rng.random() < 0.5:
        return seats + max(1, round(seats * rng.uniform(0.1, 0.3)))
    if use < 0.4 and rng.random() < 0.4:
        return max(3, seats - max(1, round(seats * rng.uniform(0.1, 0.3))))
    return seats


def seats_ahead(rng: np.random.Generator, seats: Floats, use: Floats, yearly: Flags) -> Floats:
    """The same of many possible customers at once."""
    decides = yearly | (rng.random(seats.shape) <= 0.1)
    moved = np.maximum(1, np.round(seats * rng.uniform(0.1, 0.3, seats.shape)))
    chance = rng.random(seats.shape)
    more = decides & (use > 0.8) & (chance < 0.5)
    less = decides & (use < 0.4) & (chance < 0.4)
    return np.where(more, seats + moved, np.where(less, np.maximum(3, seats - moved), seats))


def _term(firms: Firms, index: int, start: date, end: date, seats: int) -> Row:
    """A row of the subscriptions table."""
    plan = company.PLANS[firms.plan[index]]
    yearly = bool(firms.yearly[index])
    return {
        "subscription_id": f"sub-{firms.ids[index]}",
        "account_id": firms.ids[index],
        "product": f"Brightbook {plan.name}",
        "amount": dollars(seats * plan.seat_price / (1 if yearly else 12)),
        "currency": company.CURRENCY,
        "interval": "year" if yearly else "month",
        "seats": seats,
        "start": start,
        "end": end,
        "auto_renew": not yearly,
        "reason": "",
    }


def _joined(rows: list[Row], yearly: bool) -> list[Row]:
    """Months in a row at the same price are one rolling term, as a billing system would hold them."""
    if yearly:
        return rows
    joined: list[Row] = []
    for row in rows:
        if joined and joined[-1]["seats"] == row["seats"]:
            joined[-1]["end"], joined[-1]["reason"] = row["end"], row["reason"]
        else:
            joined.append(row)
    if not joined[-1]["reason"]:
        joined[-1]["end"] = None  # rolls on until somebody ends it
    return joined


def dollars(amount: float) -> Decimal:
    """Dollars and cents."""
    return Decimal(round(amount * 100)).scaleb(-2)
