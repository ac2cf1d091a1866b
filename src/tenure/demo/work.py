"""What is done with the demo's customers: goals agreed and measured, notes written, deals made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tenure.demo import company
from tenure.demo.contracts import Ledger, add_months, dollars
from tenure.demo.customers import Firms
from tenure.demo.truth import DAYS, WEEKS, Latent

Row = dict[str, Any]
_HAVE_GOALS = 0.7
_MEASURED_EVERY = 91  # days


def draw_goals(rng: np.random.Generator, firms: Firms, latent: Latent, ledger: Ledger) -> pa.Table:
    """One to three goals of most customers, measured each quarter; who uses the product gets nearer."""
    rows: list[Row] = []
    for account in np.nonzero(rng.random(len(firms)) < _HAVE_GOALS)[0]:
        chosen = rng.choice(len(company.GOALS), int(rng.integers(1, 4)), replace=False)
        for serial, which in enumerate(chosen):
            goal = company.GOALS[which]
            named = {"goal_id": f"g-{firms.ids[account]}-{serial + 1}", "account_id": firms.ids[account]}
            rows += [{**named, **row} for row in _measured(rng, firms, latent, ledger, int(account), goal)]
    return pa.Table.from_pylist(rows, schema=_GOALS)


def _measured(
    rng: np.random.Generator, firms: Firms, latent: Latent, ledger: Ledger, account: int, goal: company.Goal
) -> Iterator[Row]:
    """One goal's values, a row per day on which it was measured."""
    began = max((firms.starts[account] - firms.first_day).days, 0)
    left = ledger.left[account]
    end = (left - firms.first_day).days if left else DAYS
    reached = 0.0
    for day in range(began, end, _MEASURED_EVERY):
        use = float(latent.use[account, min(day // 7, WEEKS - 1)])
        yield {
            "title": goal.title,
            "start_value": goal.start,
            "target_value": goal.target,
            "value": round(goal.start + reached * (goal.target - goal.start), 1),
            "due": add_months(firms.first_day + timedelta(days=began), 18),
            "measured_on": firms.first_day + timedelta(days=day),
        }
        reached = min(1.1, max(0.0, reached + 0.32 * (use - 0.25) + float(rng.normal(0, 0.06))))


def draw_notes(rng: np.random.Generator, firms: Firms, latent: Latent, ledger: Ledger) -> pa.Table:
    """What managers wrote down: the more, the more a customer pays, whether it helps or not."""
    here = ledger.present(firms)
    often = {"High touch": 0.16, "Standard": 0.07, "Digital": 0.015}
    rate = np.array([often[firms.segment(account)] for account in range(len(firms))])
    wrote = (rng.random((len(firms), WEEKS)) < rate[:, None]) & here[:, ::7]
    rows = [_note(rng, firms, latent, int(account), int(week)) for account, week in np.argwhere(wrote)]
    rows.sort(key=lambda row: (row["timestamp"], row["account_id"]))
    return pa.Table.from_pylist(rows)


def _note(rng: np.random.Generator, firms: Firms, latent: Latent, account: int, week: int) -> Row:
    use, friction = latent.use[account, week], latent.friction[account, week]
    mood = "friction" if friction > 1 else "low" if use < 0.4 else "high" if use > 0.75 else "steady"
    day = firms.first_day + timedelta(days=week * 7 + int(rng.integers(0, 5)))
    at = datetime.combine(day, time(8), UTC) + timedelta(minutes=int(rng.integers(0, 540)))
    return {
        "timestamp": at,
        "account_id": firms.ids[account],
        "author": firms.owner[account],
        "text": str(rng.choice(company.NOTES[mood])),
    }


def draw_deals(rng: np.random.Generator, firms: Firms, latent: Latent, ledger: Ledger) -> pa.Table:
    """How each customer was won, and what was offered to them later: taken where they use what they have."""
    rows = [_first_deal(rng, firms, account) for account in range(len(firms))]
    seats: dict[str, int] = {}
    for term in ledger.rows:
        account_id, before = term["account_id"], seats.get(term["account_id"])
        if before is not None and firms.first_day <= term["start"] <= firms.until:
            if term["seats"] > before:
                share = 1 - before / term["seats"]
                rows.append(_later_deal(rng, term, float(term["amount"]) * share, is_won=True))
            elif rng.random() < 0.06:
                rows.append(_later_deal(rng, term, float(term["amount"]) * 0.2, is_won=False))
        seats[account_id] = term["seats"]
    rows.sort(key=lambda row: (row["created_at"], row["account_id"]))
    return pa.Table.from_pylist(
        [{"deal_id": f"d-{serial + 1:05d}", **row} for serial, row in enumerate(rows)], schema=_DEALS
    )


def _first_deal(rng: np.random.Generator, firms: Firms, account: int) -> Row:
    """The deal by which a customer came; one in ten was sent by another customer."""
    referred = rng.random() < 0.1
    earlier = [
        other for other in range(max(0, account - 40), account) if _began_before(firms, other, account)
    ]
    by = firms.ids[int(rng.choice(earlier))] if referred and earlier else ""
    source = "referral" if by else str(rng.choice(("website", "event", "outbound", "partner")))
    closed = firms.starts[account]
    return {
        "account_id": firms.ids[account],
        "stage": "won",
        "amount": dollars(firms.price(account)),
        "currency": company.CURRENCY,
        "created_at": closed - timedelta(days=int(rng.integers(10, 120))),
        "closed_at": closed,
        "won": True,
        "source": source,
        "referred_by": by,
    }


def _began_before(firms: Firms, one: int, other: int) -> bool:
    return firms.starts[one] < firms.starts[other] - timedelta(days=120)


def _later_deal(rng: np.random.Generator, term: Row, amount: float, *, is_won: bool) -> Row:
    closed: date = term["start"]
    return {
        "account_id": term["account_id"],
        "stage": "won" if is_won else "lost",
        "amount": dollars(amount * (1 if term["interval"] == "year" else 12)),
        "currency": company.CURRENCY,
        "created_at": closed - timedelta(days=int(rng.integers(5, 60))),
        "closed_at": closed,
        "won": is_won,
        "source": "customer success",
        "referred_by": "",
    }


_GOALS = pa.schema(
    [
        ("goal_id", pa.string()),
        ("account_id", pa.string()),
        ("title", pa.string()),
        ("start_value", pa.float64()),
        ("target_value", pa.float64()),
        ("value", pa.float64()),
        ("due", pa.date32()),
        ("measured_on", pa.date32()),
    ]
)
_DEALS = pa.schema(
    [
        ("deal_id", pa.string()),
        ("account_id", pa.string()),
        ("stage", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("currency", pa.string()),
        ("created_at", pa.date32()),
        ("closed_at", pa.date32()),
        ("won", pa.bool_()),
        ("source", pa.string()),
        ("referred_by", pa.string()),
    ]
)
