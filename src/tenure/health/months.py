"""How customers stood at the end of each month, and how many went from one band to another in between."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tenure.events import lake
from tenure.health import history
from tenure.kit import home
from tenure.kit.ids import new_id

STATES = ("good", "fair", "poor", "none", "away")  # none: a customer without a score; away: no customer
UNSCORED, AWAY = 3, 4  # places in STATES
_KEPT = 2  # copies: today's, and one that somebody may still read

States = NDArray[np.int8]  # of each account of a list a place in STATES


@dataclass(frozen=True)
class Flow:
    """How many customers went from one state to another between two days.

    `counts[before][after]` by places in STATES; who joined was away on the first day, who left on the last.
    """

    first: date
    last: date
    counts: NDArray[np.int64]

    @property
    def improved(self) -> int:
        """Into a better band."""
        return int(np.tril(self.counts[:UNSCORED, :UNSCORED], -1).sum())

    @property
    def worsened(self) -> int:
        """Into a worse band."""
        return int(np.triu(self.counts[:UNSCORED, :UNSCORED], 1).sum())

    @property
    def left(self) -> int:
        """Customers on the first day and not on the last."""
        return int(self.counts[:AWAY, AWAY].sum())

    @property
    def joined(self) -> int:
        """Customers on the last day and not on the first."""
        return int(self.counts[AWAY, :AWAY].sum())


def flow(before: States, after: States, first: date, last: date) -> Flow:
    """What became of the customers of one day by another."""
    size = len(STATES)
    pairs = before.astype(np.int64) * size + after
    counts = np.bincount(pairs, minlength=size * size).reshape(size, size)
    counts[AWAY, AWAY] = 0
    return Flow(first, last, counts)


def bands(workspace_id: str, accounts: pa.Array, days: Sequence[date]) -> list[States]:
    """Of each day (rising) the band of each account as last computed; UNSCORED for none.

    Read from the history of the days' months once, and kept as a small file until that grows: what becomes
    known in a month leaves those before as they are.
    """
    found = [np.full(len(accounts), UNSCORED, dtype=np.int8) for _ in days]
    names = lake.files(workspace_id, history.TABLE, (f"{days[0]:%Y-%m}", f"{days[-1]:%Y-%m}")) if days else []
    if not names:
        return found
    table = pq.read_table(_copy(workspace_id, names, days))
    for states, day in zip(found, days, strict=True):
        put(states, accounts, table.filter(pc.equal(table["day"], pa.scalar(day))))
    return found


def put(states: States, accounts: pa.Array, told: pa.Table) -> None:
    """Write what rows of `account_id, band` tell of accounts into their states."""
    rows = np.asarray(pc.fill_null(pc.index_in(told["account_id"], accounts), -1))
    found = np.asarray(pc.fill_null(pc.index_in(told["band"], pa.array(STATES[:UNSCORED])), UNSCORED))
    states[rows[rows >= 0]] = found[rows >= 0]


def _copy(workspace_id: str, names: Sequence[str], days: Sequence[date]) -> Path:
    """The file with the bands of these days."""
    folder = home.lake(workspace_id) / "records"
    asked = hashlib.sha256(repr((sorted(names), list(days))).encode()).hexdigest()[:16]
    path = folder / f"bands-{asked}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{new_id()}.tmp")
        pq.write_table(_read(names, days), unfinished, compression="zstd")
        os.replace(unfinished, path)
        _sweep(folder)
    return path


def _sweep(folder: Path) -> None:
    """Outdated copies go, but for the newest."""
    there = sorted(folder.glob("bands-*.parquet"), key=lambda one: one.stat().st_mtime, reverse=True)
    for outdated in there[_KEPT:]:
        outdated.unlink(missing_ok=True)


def _read(names: Sequence[str], days: Sequence[date]) -> pa.Table:
    with duckdb.connect() as connection:
        about = {"names": list(names), "days": list(days)}
        return connection.sql(_BANDS, params=about).to_arrow_table()


# What has no score has no band either: the struct keeps its row, so that an older one does not stand in.
_BANDS = """
    WITH latest AS (
        SELECT account_id, day, arg_max({'band': band}, computed_at).band AS stood
        FROM read_parquet($names, union_by_name = true, hive_partitioning = false)
        WHERE list_contains($days::DATE[], day)
        GROUP BY account_id, day)
    SELECT account_id, day, stood AS band FROM latest WHERE stood IS NOT NULL ORDER BY day, account_id"""
