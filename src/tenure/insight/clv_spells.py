"""Reads how long a workspace's accounts have paid, by which clock each decides, and what they came to pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.accounts.models import Account
from tenure.insight import clv_growth, decisions
from tenure.insight.clv_growth import BACK_DAYS, STEP_DAYS, YEAR_DAYS, Growth, Pairs
from tenure.insight.clv_survival import PERIOD_DAYS, Ints, Spells, watched_from
from tenure.revenue import queries as revenue
from tenure.revenue.columns import FOREVER, number
from tenure.revenue.ledger import Ledger
from tenure.revenue.matching import GRACE
from tenure.workspaces.access import Access, access_for_machine

# A stretch has the clock of its contracts: one with an end is decided about then, others roll on.
_CLOCKS = """
    SELECT spells.account_id, spells.starts_on, spells.ends_on,
        CASE WHEN bool_or(kind <> 'rolling') THEN 'year' ELSE 'month' END AS clock
    FROM spells LEFT JOIN decided ON decided.account_id = spells.account_id
        AND decided.starts_on >= spells.starts_on
        AND (spells.ends_on IS NULL OR decided.starts_on < spells.ends_on)
    GROUP BY ALL ORDER BY ALL"""
# Notice was given where every contract that still runs, or is to begin, is known to end for certain.
_KNOWN_ENDS = """
    SELECT running.account_id, max(ends_on) AS ends_on
    FROM running LEFT JOIN decided USING (term_id)
    WHERE coalesce(fate NOT IN ('renewed', 'amended') OR goes_on, true)
    GROUP BY running.account_id HAVING bool_and(coalesce(kind = 'with notice given', false))"""


@dataclass(frozen=True)
class Stretches:
    """All stretches in which a workspace's accounts paid, as known on a day, and what each paid a year then.

    `accounts`: `id, ref, name, segment` of all.

    `account_ids` of each stretch; `known_ends` of accounts that are known to pay no more from a day on.
    """

    ledger: Ledger
    account_ids: pa.Array
    spells: Spells
    known_ends: pa.Table
    accounts: pa.Table


def stretches(access: Access, day: date) -> Stretches:
    """Those of the whole workspace, also for somebody who is held to a book: what models are made of."""
    everybody = access_for_machine(access.workspace)
    known = revenue.ledger(everybody, day)
    decided = decisions.decided(decisions.versions(everybody), day)
    with duckdb.connect() as connection:
        connection.register("spells", known.spells())
        connection.register("decided", decided.select(["account_id", "starts_on", "kind"]))
        rows = connection.sql(_CLOCKS).to_arrow_table()
        connection.register("running", _running(known, number(day)))
        connection.register("decided", decided.select(["term_id", "kind", "fate", "goes_on", "ends_on"]))
        known_ends = connection.sql(_KNOWN_ENDS).to_arrow_table()
    ids, accounts = rows["account_id"].combine_chunks(), _accounts(everybody)
    return Stretches(
        known,
        ids,
        Spells(
            _days(rows["starts_on"]),
            _days(rows["ends_on"]),
            text(rows["clock"]),
            text(accounts["segment"].take(pc.index_in(ids, accounts["id"])).fill_null("")),
        ),
        known_ends,
        accounts,
    )


def _running(ledger: Ledger, day: int) -> pa.Table:
    """`term_id, account_id` of what is paid on a day or will be."""
    rows = pa.array(np.flatnonzero(ledger.is_paid & (ledger.until > day)))
    return ledger.terms.table.select(["term_id", "account_id"]).take(rows)


def _accounts(access: Access) -> pa.Table:
    found = list(access.of(Account).values_list("pk", "external_id", "name", "segment"))
    columns = zip(*found, strict=True) if found else ((), (), (), ())
    return pa.table([pa.array(one, pa.string()) for one in columns], names=["id", "ref", "name", "segment"])


def grown(found: Stretches, day: date) -> list[Growth]:
    """What those who stay come to pay more in a year, from what was known on a day.

    Counted from the first loss on record, as survival is: what sources say of older times is usually what
    holds now. Where nobody was lost yet, from the first contract.
    """
    spells, last = found.spells, number(day) - GRACE - YEAR_DAYS
    lost = spells.only(spells.end <= number(day))
    since = watched_from(lost) or int(spells.start.min(initial=last))
    days = np.arange(last, max(since, number(day) - BACK_DAYS) - 1, -STEP_DAYS)
    account = np.asarray(pc.index_in(found.account_ids, found.ledger.terms.accounts)).astype(np.int64)
    if not len(days):
        return [clv_growth.none(clock) for clock in PERIOD_DAYS]
    some = [_pairs(found, account, int(one)) for one in days]
    return clv_growth.expected(_together(some), round((number(day) - since) / YEAR_DAYS))


def _pairs(found: Stretches, account: Ints, day: int) -> Pairs:
    """Who paid on a day, and without a break until a year later."""
    spells = found.spells
    stays = np.flatnonzero((spells.start <= day) & (spells.end > day + YEAR_DAYS))
    before, after = (found.ledger.arr_number(one) for one in (day, day + YEAR_DAYS))
    who = account[stays]
    paid = (before[who] > 0) & (after[who] > 0)
    who, stays = who[paid], stays[paid]
    return Pairs(
        who,
        before[who].astype(np.float64),
        after[who].astype(np.float64),
        spells.clock[stays],
        spells.segment[stays],
    )


def _together(some: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([one.customer for one in some]),
        np.concatenate([one.before for one in some]),
        np.concatenate([one.after for one in some]),
        np.concatenate([one.clock for one in some]),
        np.concatenate([one.segment for one in some]),
    )


def text(column: pa.Array | pa.ChunkedArray) -> NDArray[np.str_]:
    """A column of text, for arithmetic by groups."""
    return np.array(column.to_pylist(), dtype=np.str_)


def _days(column: pa.ChunkedArray) -> Ints:
    """Days since 1970; FOREVER where there is none."""
    return np.asarray(pc.fill_null(column.cast(pa.int32()), FOREVER)).astype(np.int64)
