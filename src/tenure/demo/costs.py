"""What the demo's customers cost: to win, once; to serve, in hours; to keep, in credits and programmes.

A few ask for far more than they pay for. That has nothing to do with whether they leave: it makes them a poor
fit, not a risk.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tenure.demo import company
from tenure.demo.contracts import Ledger, dollars
from tenure.demo.customers import Firms
from tenure.demo.truth import DAYS, Latent

Row = dict[str, Any]
_QUARTER = 91  # days
_WINNING = 0.45  # of a first year's price, in the middle
_HOURS = {"High touch": 14.0, "Standard": 3.0, "Digital": 0.6}  # of a manager's, a quarter
_DEMANDING = 0.05  # share of customers
_ASKS = 7.0  # times the hours of others, in the middle
_BUILT = (0.1, 0.35)  # of a year's price, of what is built for a demanding one in a quarter


def draw(rng: np.random.Generator, firms: Firms, latent: Latent, ledger: Ledger) -> pa.Table:
    """Winning them, whenever that was; what the simulated quarters cost after that, booked at their ends."""
    is_demanding = rng.random(len(firms)) < _DEMANDING
    asks = np.where(is_demanding, _ASKS * rng.lognormal(0, 0.5, len(firms)), 1.0)
    rows: list[Row] = []
    for account in range(len(firms)):
        rows.append(_won(rng, firms, account))
        for day in _quarters(firms, ledger, account):
            found = _quarter(rng, firms, latent, account, day, float(asks[account]))
            rows += [_row(firms, account, day, category, amount) for category, amount in found if amount]
    rows.sort(key=lambda row: (row["date"], row["account_id"], row["category"]))
    return pa.Table.from_pylist(rows, schema=_COSTS)


def _won(rng: np.random.Generator, firms: Firms, account: int) -> Row:
    """Selling to it, in money."""
    amount = firms.price(account) * _WINNING * float(rng.lognormal(0, 0.35))
    return _row(firms, account, firms.starts[account] - firms.first_day, "acquisition", round(amount, 2))


def _quarters(firms: Firms, ledger: Ledger, account: int) -> Iterator[timedelta]:
    """The last days of the simulated quarters in which it was there throughout, from the first day on."""
    began = max((firms.starts[account] - firms.first_day).days, 0)
    left = ledger.left[account]
    end = (left - firms.first_day).days if left else DAYS
    for last in range(began + _QUARTER - 1, end, _QUARTER):
        yield timedelta(days=last)


def _quarter(
    rng: np.random.Generator, firms: Firms, latent: Latent, account: int, last: timedelta, asks: float
) -> Iterator[tuple[str, float]]:
    """What a quarter cost, by category: hours, or dollars."""
    weeks = slice(max(last.days // 7 - 12, 0), last.days // 7 + 1)
    friction, use = float(latent.friction[account, weeks].max()), float(latent.use[account, weeks].mean())
    hours = _HOURS[firms.segment(account)] * np.exp(0.3 * friction) * rng.gamma(4.0, 0.25)
    yield "hours", round(float(hours) * asks * 4) / 4
    price = firms.price(account)
    if friction > 1.8:
        yield "credit", round(price / 4 * rng.uniform(0.05, 0.2), 2)
    if use < 0.35 and rng.random() < 0.3:
        yield "programme", round(600 + price * rng.uniform(0.01, 0.03), 2)
    if asks > 1 and rng.random() < 0.7:
        yield "programme", round(price * rng.uniform(*_BUILT), 2)
    if rng.random() < 0.03:
        yield "discount", round(price * rng.uniform(0.03, 0.1), 2)


def _row(firms: Firms, account: int, after: timedelta, category: str, amount: float) -> Row:
    day: date = firms.first_day + after
    return {
        "date": day,
        "account_id": firms.ids[account],
        "category": category,
        "amount": dollars(amount),
        "currency": "" if category == "hours" else company.CURRENCY,
    }


_COSTS = pa.schema(
    [
        ("date", pa.date32()),
        ("account_id", pa.string()),
        ("category", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("currency", pa.string()),
    ]
)
