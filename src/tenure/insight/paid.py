"""When accounts paid and how much, from their contracts, for many accounts and days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.metrics.tables import Tables

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRACE_DAYS = 30  # how late a renewal may come and still be one
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Paid:
    """Stretches of paying of some accounts, and the steps of what they pay; days are counted from 1970.

    Arrays are sorted by account (its place among those asked for) and then day.
    """

    account: Ints  # of each stretch
    starts: Floats
    ends: Floats  # the first day that nothing is paid; inf: still paying
    step_account: Ints
    step_day: Floats
    step_mrr: Floats  # minor units a month, from that day on

    def stretch(self, account: Ints, day: Floats) -> tuple[Floats, Floats]:
        """The start and the end of the stretch that each day lies in; NaN on days that nothing is paid."""
        place = _last(self.account, self.starts, account, day)
        starts, ends = _taken(self.starts, place), _taken(self.ends, place)
        is_paid = day < ends
        return np.where(is_paid, starts, np.nan), np.where(is_paid, ends, np.nan)

    def mrr(self, account: Ints, day: Floats) -> Floats:
        """What each account pays a month on a day, in minor units."""
        return np.nan_to_num(_taken(self.step_mrr, _last(self.step_account, self.step_day, account, day)))


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


def read(tables: Tables, account_ids: Sequence[str]) -> Paid:
    """What these accounts paid and when, as corrected since."""
    places = pa.array(account_ids, pa.string())
    stretches = tables.connection.sql(_STRETCHES, params={"grace": GRACE_DAYS}).to_arrow_table()
    steps = tables.connection.sql(_STEPS).to_arrow_table()
    account, (starts, ends) = _columns(stretches, places, "starts", "ends")
    step_account, (day, mrr) = _columns(steps, places, "day", "mrr")
    return Paid(account, starts, np.where(np.isnan(ends), np.inf, ends), step_account, day, mrr)


def due(tables: Tables, days: Sequence[date], account_ids: Sequence[str]) -> Floats:
    """The next end of a contract that somebody decides about, as known on each day; NaN: none.

    Accounts × days. What rolls on, being open-ended or shorter than a quarter, has no such end.
    """
    found = tables.connection.sql(_DUE, params={"days": list(days)}).to_arrow_table()
    account, (day, due_on) = _columns(found, pa.array(account_ids, pa.string()), "day", "due_on")
    grid = np.full((len(account_ids), len(days)), np.nan)
    column = np.searchsorted([number(one) for one in days], day)
    grid[account, column] = due_on
    return grid


def number(day: date) -> int:
    """A day as days since 1970."""
    return (day - EPOCH).days


def _columns(table: pa.Table, places: pa.Array, *names: str) -> tuple[Ints, list[Floats]]:
    """The accounts' places, and columns as numbers; rows sorted by both, those of others left out."""
    account = pc.index_in(table["account_id"], places).to_numpy()
    columns = [np.asarray(table[name].to_numpy(), dtype=np.float64) for name in names]
    order = np.lexsort((columns[0], account))
    order = order[~np.isnan(account[order].astype(np.float64))]
    return account[order].astype(np.int64), [column[order] for column in columns]


_TERM = """
    SELECT account_id, starts_on, ends_on, coalesce(ends_on, DATE '9999-12-31') AS end_, mrr
    FROM subscriptions WHERE known_until IS NULL AND (ends_on IS NULL OR ends_on > starts_on)"""

_STRETCHES = f"""
    WITH term AS ({_TERM}),
    marked AS (
        SELECT *, starts_on > max(end_) OVER (
            PARTITION BY account_id ORDER BY starts_on, end_ ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) + $grace::INTEGER AS is_new FROM term
    ),
    numbered AS (
        SELECT *, count(*) FILTER (WHERE is_new) OVER (
            PARTITION BY account_id ORDER BY starts_on, end_ ROWS UNBOUNDED PRECEDING
        ) AS stretch FROM marked
    )
    SELECT account_id, min(starts_on) - DATE '1970-01-01' AS starts,
        CASE WHEN bool_and(ends_on IS NOT NULL) THEN max(ends_on) - DATE '1970-01-01' END AS ends
    FROM numbered GROUP BY account_id, stretch"""  # noqa: S608

_STEPS = f"""
    WITH term AS ({_TERM}),
    moved AS (
        SELECT account_id, starts_on AS day, mrr FROM term
        UNION ALL SELECT account_id, ends_on, -mrr FROM term WHERE ends_on IS NOT NULL
    ),
    daily AS (SELECT account_id, day, sum(mrr) AS mrr FROM moved GROUP BY ALL)
    SELECT account_id, day - DATE '1970-01-01' AS day,
        sum(mrr) OVER (PARTITION BY account_id ORDER BY day ROWS UNBOUNDED PRECEDING) AS mrr
    FROM daily"""  # noqa: S608

_DUE = """
    SELECT account_id, asked.day - DATE '1970-01-01' AS day, min(ends_on) - DATE '1970-01-01' AS due_on
    FROM subscriptions JOIN (SELECT unnest($days::DATE[]) AS day) asked
        ON starts_on <= asked.day AND ends_on > asked.day AND known_from <= asked.day
        AND (known_until IS NULL OR known_until > asked.day)
    WHERE ends_on - starts_on >= 89 GROUP BY account_id, asked.day"""
