"""Terms as they were known on a day, in the workspace's currency: what the ledger is made of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.kit import records
from tenure.revenue.columns import FOREVER, TERMS, Ints, days
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import LeftOut
from tenure.workspaces.models import Workspace

_VERSIONS = pa.schema(
    [
        ("account_id", pa.string()),
        ("subscription_id", pa.string()),
        ("subscription_key", pa.string()),  # its id here; `subscription_id` is its source's
        ("term_id", pa.string()),
        ("product", pa.string()),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
        ("interval", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),
        ("auto_renew", pa.bool_()),
        ("renews", pa.string()),
        ("reason", pa.string()),
        ("recorded_at", pa.timestamp("us")),
        ("superseded_at", pa.timestamp("us")),
    ]
)
_SQL = """
    SELECT term.account_id, subscription.external_id AS subscription_id,
        subscription.id AS subscription_key, term.id AS term_id, product, amount_minor, currency, interval,
        starts_on, ends_on, auto_renew, renews, reason, recorded_at, superseded_at
    FROM term JOIN subscription ON subscription.id = subscription_id WHERE term.workspace_id = ?"""
TIMES_A_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


def terms(
    workspace: Workspace, rates: Rates, known_on: date | None, account_ids: Collection[str] | None
) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Rows of `columns.TERMS` as known at the end of a day (None: as corrected since), and who is left out.

    `account_ids`: only theirs; None: everybody's. Whoever has an amount without a rate is left out whole.
    """
    versions = every_version(workspace, account_ids)
    if known_on is not None:
        versions = versions.filter(pc.less_equal(versions["recorded_on"], known_on))
    versions = _with_first_words(versions)
    until = versions["superseded_on"]
    is_known = pc.is_null(until) if known_on is None else _is_after(until, known_on)
    return _priced(versions.filter(is_known), rates)


def every_version(workspace: Workspace, account_ids: Collection[str] | None = None) -> pa.Table:
    """Every version of every term, with the days, in the workspace's zone, on which each was known."""
    path = records.copy("contracts", _SQL, _VERSIONS, ("term", "subscription"), workspace.id)
    table = pq.read_table(path)
    if account_ids is not None:
        table = table.filter(pc.is_in(table["account_id"], pa.array(account_ids, pa.string())))
    for name in ("recorded", "superseded"):
        at = table[f"{name}_at"]
        local = pc.local_timestamp(pc.assume_timezone(at, "UTC").cast(pa.timestamp("us", workspace.zone)))
        table = table.append_column(f"{name}_on", local.cast(pa.date32(), safe=False))
    return table


def _is_after(days: pa.ChunkedArray, day: date) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(days, day), True)


def _with_first_words(versions: pa.Table) -> pa.Table:
    """`is_ended`: an earlier version ended later, on `agreed_end`. `agreed_on`: when its rate is from."""
    subscriptions = pc.index_in(versions["subscription_id"], pc.unique(versions["subscription_id"]))
    start, recorded = (_numbers(versions[name]) for name in ("starts_on", "recorded_on"))
    _, term = np.unique(np.asarray(subscriptions).astype(np.int64) * 2**32 + start, return_inverse=True)
    end = _numbers(versions["ends_on"])
    latest = np.zeros(len(term), dtype=np.int64)
    first = np.full(len(term), FOREVER, dtype=np.int64)
    np.maximum.at(latest, term, end)
    np.minimum.at(first, term, recorded)
    agreed = np.minimum(start, first[term]).astype(np.int32)
    for name, values in {
        "is_ended": pa.array(end < latest[term]),
        "agreed_end": days(latest[term]),
        "agreed_on": pa.array(agreed).cast(pa.date32()),
    }.items():
        versions = versions.append_column(name, values)
    return versions


def _numbers(days: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.fill_null(days.cast(pa.int32()), FOREVER)).astype(np.int64)


def _priced(versions: pa.Table, rates: Rates) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """With `arr_minor`; without the accounts of whom one amount has no rate."""
    times = pa.array(list(TIMES_A_YEAR.values()), pa.int64())
    which = pc.index_in(versions["interval"], pa.array(list(TIMES_A_YEAR)))
    yearly = pc.multiply_checked(versions["amount_minor"], times.take(which.combine_chunks()))
    is_foreign = np.asarray(pc.not_equal(versions["currency"], rates.currency))
    if not is_foreign.any():
        return versions.append_column("arr_minor", yearly).select(TERMS.names), ()
    rows = np.flatnonzero(is_foreign)
    arr = yearly.to_pylist()
    unpriced: dict[str, LeftOut] = {}
    foreign = versions.take(pa.array(rows)).select(["account_id", "currency", "agreed_on"]).to_pydict()
    for row, account, currency, day in zip(rows, *foreign.values(), strict=True):
        arr[row] = rates.converted(arr[row], currency, day)
        if arr[row] is None:
            why = f"no rate of {currency} on {day} or before: import rates"
            unpriced.setdefault(account, LeftOut(account, why))
    priced = versions.append_column("arr_minor", pa.array(arr, pa.int64())).select(TERMS.names)
    is_out = pc.is_in(priced["account_id"], pa.array(list(unpriced), pa.string()))
    return priced.filter(pc.invert(is_out)), tuple(unpriced.values())
