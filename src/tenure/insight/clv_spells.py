"""Reads how long a workspace's accounts have paid, and by which clock each decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenure.accounts.models import Account
from tenure.insight import decisions
from tenure.insight.clv_survival import Ints, Spells
from tenure.revenue import queries as revenue
from tenure.revenue.columns import FOREVER
from tenure.revenue.ledger import Ledger
from tenure.workspaces.access import Access, access_for_machine

# A stretch has the clock of its contracts: one with an end is decided about then, others roll on.
_CLOCKS = """
    SELECT spells.account_id, spells.starts_on, spells.ends_on,
        CASE WHEN bool_or(kind <> 'rolling') THEN 'year' ELSE 'month' END AS clock
    FROM spells LEFT JOIN decided ON decided.account_id = spells.account_id
        AND decided.starts_on >= spells.starts_on
        AND (spells.ends_on IS NULL OR decided.starts_on < spells.ends_on)
    GROUP BY ALL ORDER BY ALL"""


@dataclass(frozen=True)
class Stretches:
    """All stretches in which a workspace's accounts paid, as known on a day, and what each paid a year then.

    `account_ids` of each stretch.
    """

    ledger: Ledger
    account_ids: tuple[str, ...]
    spells: Spells


def stretches(access: Access, day: date) -> Stretches:
    """Those of the whole workspace, also for somebody who is held to a book: what models are made of."""
    everybody = access_for_machine(access.workspace)
    known = revenue.ledger(everybody, day)
    decided = decisions.decided(decisions.versions(everybody), day)
    with duckdb.connect() as connection:
        connection.register("spells", known.spells())
        connection.register("decided", decided.select(["account_id", "starts_on", "kind"]))
        rows = connection.sql(_CLOCKS).to_arrow_table()
    segments = dict(everybody.of(Account).values_list("pk", "segment"))
    ids = tuple(rows["account_id"].to_pylist())
    return Stretches(
        known,
        ids,
        Spells(
            _days(rows["starts_on"]),
            _days(rows["ends_on"]),
            np.array(rows["clock"].to_pylist(), dtype=np.str_),
            np.array([segments.get(one, "") for one in ids], dtype=np.str_),
        ),
    )


def _days(column: pa.ChunkedArray) -> Ints:
    """Days since 1970; FOREVER where there is none."""
    return np.asarray(pc.fill_null(column.cast(pa.int32()), FOREVER)).astype(np.int64)
