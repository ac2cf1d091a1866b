"""Simulates the demo company's customers, with a truth (truth.py) that later models can be judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from tenure.demo import contracts, costs, customers, truth, use, voice, work

ACCOUNTS = 500
SEED = 7


@dataclass(frozen=True)
class Simulated:
    """Tables in the canonical columns of `tenure import`, and the truth behind them.

    `truth` has one row per account and week: account_id, week (0 is the oldest), seat_use, trend,
    friction, leave_probability (if the customer could leave that week).
    """

    accounts: pa.Table
    people: pa.Table
    subscriptions: pa.Table
    events: pa.Table
    responses: pa.Table
    tickets: pa.Table
    goals: pa.Table
    notes: pa.Table
    deals: pa.Table
    costs: pa.Table
    truth: pa.Table


def hidden(
    until: date, accounts: int = ACCOUNTS, seed: int = SEED
) -> tuple[truth.Latent, customers.Firms, Iterator[np.random.Generator]]:
    """What nobody sees of the customers, what they are, and the random streams of all that follows."""
    streams = iter(np.random.default_rng(seed).spawn(11))
    latent = truth.draw(next(streams), accounts)
    return latent, customers.draw(next(streams), accounts, until), streams


def simulate(until: date, accounts: int = ACCOUNTS, seed: int = SEED) -> Simulated:
    """24 months of customers up to and including `until`; the same seed, the same data.

    Each table has a random stream of its own, so that a change to one leaves the others as they are.
    """
    latent, firms, streams = hidden(until, accounts, seed)
    ledger = contracts.draw(next(streams), firms, latent)
    staff = customers.draw_staff(next(streams), firms)
    return Simulated(
        accounts=customers.accounts_table(firms),
        people=customers.people_table(staff, firms),
        subscriptions=ledger.table(),
        events=use.draw(next(streams), firms, staff, latent, ledger),
        responses=voice.draw_responses(next(streams), firms, staff, latent, ledger),
        tickets=voice.draw_tickets(next(streams), firms, staff, latent, ledger),
        goals=work.draw_goals(next(streams), firms, latent, ledger),
        notes=work.draw_notes(next(streams), firms, latent, ledger),
        deals=work.draw_deals(next(streams), firms, latent, ledger),
        costs=costs.draw(next(streams), firms, latent, ledger),
        truth=truth.table(firms.ids, latent),
    )
