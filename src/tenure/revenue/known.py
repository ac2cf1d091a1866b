"""Terms as they were known on a day, in the workspace's currency: what the ledger is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.kit import records
from tenure.revenue.columns import FOREVER, TERMS, days, numbers
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import LeftOut
from tenure.workspaces.models import Workspace

VERSIONS = pa.schema(
    [
        ("account_id", pa.string()),
        ("subscription_id", pa.string()),
        ("term_id", pa.string()),
        ("product", pa.string()),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
        ("interval", pa.string()),
        ("seats", pa.int64()),
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
    SELECT term.account_id, subscription.external_id AS subscription_id, term.id AS term_id, product,
        amount_minor, currency, interval, seats, starts_on, ends_on, auto_renew, renews, reason, recorded_at,
        superseded_at
    FROM term JOIN subscription ON subscription.id = subscription_id WHERE term.workspace_id = ?"""
TIMES_A_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


def terms(
    workspace: Workspace, rates: Rates, known_on: date | None, account_ids: Collection[str] | None
) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Rows of `columns.TERMS` as known at the end of a day (None: as corrected since), and who is left out.

    `account_ids`: only theirs; None: everybody's. Whoever has an amount without a rate is left out whole.
    """
    return as_known(_versions(workspace, account_ids), rates, known_on)


def as_known(versions: pa.Table, rates: Rates, known_on: date | None) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """The same from versions that are `dated`. Pure."""
    return _without_unpriced(priced(known_then(versions, known_on), rates))


def known_then(versions: pa.Table, known_on: date | None) -> pa.Table:
    """Those of the versions that were known at the end of a day (None: that nothing replaced since)."""
    if known_on is not None:
        versions = versions.filter(pc.less_equal(versions["recorded_on"], known_on))
    versions = with_first_words(versions)
    until = versions["superseded_on"]
    return versions.filter(pc.is_null(until) if known_on is None else _is_after(until, known_on))


def digest(workspace: Workspace, known_on: date, account_ids: Collection[str] | None) -> str:
    """A word for the versions known at the end of a day, of everybody (None) or of some accounts."""
    table = _versions(workspace, account_ids)
    table = table.filter(pc.less_equal(table["recorded_on"], known_on))
    until = table["superseded_on"]
    then = pc.if_else(_is_after(until, known_on), pa.scalar(None, pa.date32()), until)
    place = table.column_names.index("superseded_on")
    table = table.set_column(place, "superseded_on", then).drop_columns(["superseded_at"])
    found = hashlib.blake2b(digest_size=16)
    for column in table.combine_chunks().columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                found.update(buffer or b"-")
    return found.hexdigest()


def counted(versions: pa.Table) -> pa.Table:
    """Rows of `TERMS` of all of them, what has no rate as if it were worth nothing."""
    worth = pc.fill_null(versions["arr_minor"], 0)
    place = versions.column_names.index("arr_minor")
    return versions.set_column(place, "arr_minor", worth).select(TERMS.names)


def _versions(workspace: Workspace, account_ids: Collection[str] | None) -> pa.Table:
    table = pq.read_table(copied(workspace))
    if account_ids is not None:
        table = table.filter(pc.is_in(table["account_id"], pa.array(account_ids, pa.string())))
    return dated(table, workspace.zone)


def copied(workspace: Workspace) -> Path:
    """The file of all versions of terms, rows of `VERSIONS`."""
    return records.copy("contracts", _SQL, VERSIONS, ("term", "subscription"), workspace.id)


def dated(table: pa.Table, zone: str) -> pa.Table:
    """Versions with the days of a zone on which they were recorded and superseded."""
    for name in ("recorded", "superseded"):
        at = table[f"{name}_at"]
        local = pc.local_timestamp(pc.assume_timezone(at, "UTC").cast(pa.timestamp("us", zone)))
        table = table.append_column(f"{name}_on", local.cast(pa.date32(), safe=False))
    return table


def _is_after(days: pa.ChunkedArray, day: date) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(days, day), True)


def with_first_words(versions: pa.Table) -> pa.Table:
    """`is_ended`: an earlier version ended later, on `agreed_end`. `agreed_on`: when its rate is from."""
    subscriptions = pc.index_in(versions["subscription_id"], pc.unique(versions["subscription_id"]))
    start, recorded = (numbers(versions[name]) for name in ("starts_on", "recorded_on"))
    _, term = np.unique(np.asarray(subscriptions).astype(np.int64) * 2**32 + start, return_inverse=True)
    end = numbers(versions["ends_on"])
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


def priced(versions: pa.Table, rates: Rates) -> pa.Table:
    """With `arr_minor`, a year's worth in the workspace's currency; null without a rate for its day.

    `agreed_on`, from `with_first_words`, is whose day's rate counts.
    """
    times = pa.array(list(TIMES_A_YEAR.values()), pa.int64())
    which = pc.index_in(versions["interval"], pa.array(list(TIMES_A_YEAR)))
    yearly = pc.multiply_checked(versions["amount_minor"], times.take(which.combine_chunks()))
    rows = np.flatnonzero(np.asarray(pc.not_equal(versions["currency"], rates.currency)))
    if not len(rows):
        return versions.append_column("arr_minor", yearly)
    arr = yearly.to_pylist()
    foreign = versions.take(pa.array(rows)).select(["currency", "agreed_on"]).to_pydict()
    for row, currency, day in zip(rows, *foreign.values(), strict=True):
        arr[row] = rates.converted(arr[row], currency, day)
    return versions.append_column("arr_minor", pa.array(arr, pa.int64()))


def _without_unpriced(versions: pa.Table) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Rows of `TERMS` without the accounts of whom one amount has no rate, and who these are."""
    lacking = versions.filter(pc.is_null(versions["arr_minor"]))
    terms = versions.select(TERMS.names)
    if not lacking.num_rows:
        return terms, ()
    unpriced: dict[str, LeftOut] = {}
    told = lacking.select(["account_id", "currency", "agreed_on"]).to_pydict()
    for account, currency, day in zip(*told.values(), strict=True):
        why = f"no rate of {currency} on {day} or before: import rates"
        unpriced.setdefault(account, LeftOut(account, why))
    is_out = pc.is_in(terms["account_id"], pa.array(list(unpriced), pa.string()))
    return terms.filter(pc.invert(is_out)), tuple(unpriced.values())
