"""When accounts paid and how much, from their contracts, for many accounts and days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.metrics.tables import Tables
from tenure.revenue.columns import EPOCH, number
from tenure.revenue.ledger import Ledger

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Paid:
    """Stretches of paying of some accounts, sorted by account (its place among them) and start.

    Days are counted from 1970; `ends` is the first day that nothing is paid, inf: still paying.
    """

    account: Ints
    starts: Floats
    ends: Floats
    ledger: Ledger
    account_ids: Sequence[str]

    @classmethod
    def of(cls, ledger: Ledger, account_ids: Sequence[str]) -> Paid:
        """What these accounts paid and when, by a ledger."""
        found = ledger.spells()
        account, (starts, ends) = _columns(found, account_ids, "starts_on", "ends_on")
        return cls(account, starts, np.where(np.isnan(ends), np.inf, ends), ledger, account_ids)

    def stretch(self, account: Ints, day: Floats) -> tuple[Floats, Floats]:
        """The start and the end of the stretch that each day lies in; NaN on days that nothing is paid."""
        place = _last(self.account, self.starts, account, day)
        starts, ends = _taken(self.starts, place), _taken(self.ends, place)
        is_paid = day < ends
        return np.where(is_paid, starts, np.nan), np.where(is_paid, ends, np.nan)

    def mrr(self, account: Ints, day: Floats) -> Floats:
        """What each account pays a month on a day, in minor units; 0 where nothing."""
        found = np.zeros(len(account))
        days, place = np.unique(day, return_inverse=True)
        amounts = np.zeros(len(self.account_ids))
        for number_, one in enumerate(days):
            paid = self.ledger.mrr(EPOCH + timedelta(days=int(one)))
            whose, (minor,) = _columns(paid, self.account_ids, "mrr_minor")
            amounts[:] = 0
            amounts[whose] = minor
            rows = place == number_
            found[rows] = amounts[account[rows]]
        return found


def _last(accounts: Ints, days: Floats, account: Ints, day: Floats) -> Ints:
    """The place of the last of an account's days up to each day; −1 where there is none."""
    keys = accounts * 1e6 + days  # a million days are longer than any contract
    place = np.searchsorted(keys, account * 1e6 + day, side="right") - 1
    is_own = (place >= 0) & (accounts[np.maximum(place, 0)] == account) if len(accounts) else place >= 0
    return np.where(is_own, place, -1)


def _taken(column: Floats, place: Ints) -> Floats:
    if not len(column):
        return np.full(len(place), np.nan)
    return np.where(place >= 0, column[place], np.nan)


def due(tables: Tables, days: Sequence[date], account_ids: Sequence[str]) -> Floats:
    """The next end of a contract that somebody decides about, as known on each day; NaN: none.

    Accounts × days. What rolls on, being open-ended or shorter than a quarter, has no such end.
    """
    found = tables.connection.sql(_DUE, params={"days": list(days)}).to_arrow_table()
    account, (day, due_on) = _columns(found, account_ids, "day", "due_on")
    grid = np.full((len(account_ids), len(days)), np.nan)
    column = np.searchsorted([number(one) for one in days], day)
    grid[account, column] = due_on
    return grid


def _columns(table: pa.Table, account_ids: Sequence[str], *names: str) -> tuple[Ints, list[Floats]]:
    """The accounts' places, and columns as numbers; rows sorted by both, those of others left out."""
    account = pc.index_in(table["account_id"], pa.array(account_ids, pa.string()))
    table = table.append_column("place", account).filter(pc.is_valid(account))
    place = np.asarray(table["place"].to_numpy(), dtype=np.int64)
    columns = [_numbers(table[name]) for name in names]
    order = np.lexsort((columns[0], place))
    return place[order], [column[order] for column in columns]


def _numbers(column: pa.ChunkedArray) -> Floats:
    """A column as real numbers, days as days since 1970; null as NaN."""
    days = pa.types.is_date(column.type)
    return np.asarray((column.cast(pa.int32()) if days else column).to_numpy(), dtype=np.float64)


_DUE = """
    SELECT account_id, asked.day - DATE '1970-01-01' AS day, min(due_on) - DATE '1970-01-01' AS due_on
    FROM subscriptions JOIN (SELECT unnest($days::DATE[]) AS day) asked
        ON starts_on <= asked.day AND (runs_until IS NULL OR runs_until > asked.day) AND due_on > asked.day
        AND known_from <= asked.day AND (known_until IS NULL OR known_until > asked.day)
    GROUP BY account_id, asked.day"""
