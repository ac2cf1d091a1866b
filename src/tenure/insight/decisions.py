"""What customers decided about their contracts, and what is still open: as it was known on a day.

A contract with an end (a year, several) is decided when it is renewed, or lost once the grace has passed. One
that rolls on from month to month is decided about every month. An end that was cut by an amendment is no
decision; nor is one that nobody has decided yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import overload

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenure.accounts.models import Account
from tenure.insight import survivors
from tenure.insight.cohorts import Counts, Kind
from tenure.revenue import known as known_terms
from tenure.revenue.columns import FOREVER, TERMS, days, numbers
from tenure.revenue.ledger import Ledger
from tenure.revenue.matching import GRACE
from tenure.revenue.turns import due_seen
from tenure.workspaces.access import Access

LOOK_BACK_DAYS = 730  # decisions older than this are of another time


@dataclass(frozen=True)
class OpenTerm:
    """A contract that somebody has still to decide about; `ends_on` is None while it rolls on.

    `days_left` is negative once it is past due.
    """

    term_id: str
    subscription_id: str
    account_id: str
    product: str
    kind: Kind
    starts_on: date
    ends_on: date | None
    days_left: int | None


OPEN = pa.schema(
    [
        ("term_id", pa.string()),
        ("subscription_id", pa.string()),
        ("account_id", pa.string()),
        ("product", pa.string()),
        ("kind", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),
        ("days_left", pa.int64()),
    ]
)


@dataclass(frozen=True)
class OpenTerms(Sequence[OpenTerm]):
    """Contracts that are still open, by account and end, as rows of `OPEN`."""

    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, row: int) -> OpenTerm: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[OpenTerm]: ...
    def __getitem__(self, row: int | slice) -> OpenTerm | Sequence[OpenTerm]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        [told] = self.table.slice(range(len(self))[row], 1).to_pylist()
        return OpenTerm(**told | {"kind": Kind(told["kind"])})


@dataclass(frozen=True)
class Decisions:
    """What there was to know on `as_of`.

    `past`: per kind what was decided within two years, or after `since`, the first loss on record, where the
    time before holds only customers who stayed. `lateness`: of those renewed with an end, how many
    days after it that was (negative: before). `open_terms`: what is still open; an account without any cannot
    be lost. `held`: accounts with a contract that is live and not open (already renewed).
    """

    as_of: date
    past: dict[Kind, Counts]
    lateness: list[int]
    open_terms: OpenTerms
    held: pa.Array
    since: date | None = None


def versions(access: Access) -> pa.Table:
    """Every version of every term, with the days on which it was known, in the workspace's zone."""
    accounts = access.of(Account)  # asks for the right to read
    found = pq.read_table(known_terms.copied(access.workspace))
    if access.is_narrowed:
        mine = pa.array(list(accounts.values_list("pk", flat=True)), pa.string())
        found = found.filter(pc.is_in(found["account_id"], mine))
    return known_terms.dated(found, access.workspace.zone)


def decided(known: pa.Table, as_of: date, books: Ledger | None = None) -> pa.Table:
    """The terms as known on `as_of` with what became of each, from `versions`.

    `term_id, subscription_id, account_id, product, starts_on, ends_on, kind, fate, late, goes_on,
    due_on, runs_until`: `fate` is `open`, `renewed`, `lost`, or `amended` (cut short, no decision); `late`
    days after the end until it was known to be renewed;
    `goes_on`: it was renewed by itself, without a row of its own, and is due again on `due_on`. `books`: the
    ledger of the day, where it is there already and has everybody's terms in it.
    """
    about = {"day": as_of, "grace": GRACE}
    with duckdb.connect() as connection:
        connection.register("versions", known.filter(pc.less_equal(known["recorded_on"], as_of)))
        connection.register("books", _told(books or _ledger(known, as_of), known, as_of))
        return connection.sql(_DECIDED, params=about).to_arrow_table()


def _ledger(known: pa.Table, as_of: date) -> Ledger:
    """The ledger of the day, in which amounts have no part: whoever has one without a rate decides, too."""
    told = known_terms.known_then(known, as_of)
    told = told.append_column("arr_minor", pa.array(np.ones(told.num_rows, dtype=np.int64)))
    return Ledger.of(told.select(TERMS.names), as_of)


def _told(ledger: Ledger, known: pa.Table, as_of: date) -> pa.Table:
    """What the ledger of the day says of each term: which others renew it, and whether it is decided."""
    terms, pairs = ledger.terms, ledger.pairs
    recorded = numbers(known["recorded_on"].take(pc.index_in(terms.table["term_id"], known["term_id"])))
    heard = np.full(len(terms), FOREVER, dtype=np.int64)
    np.minimum.at(heard, pairs.before, recorded[pairs.after])
    names = ["term_id", "subscription_id", "account_id", "product", "reason"]
    columns = {name: terms.table[name] for name in names}
    return pa.table(
        columns
        | {
            "starts_on": days(terms.start),
            "begun_on": days(terms.begun),
            "ends_on": days(terms.end),
            "runs_until": days(ledger.until),
            "due_on": days(due_seen(ledger, as_of)),
            "known_on": days(recorded),
            "known_renewed_on": days(heard),
            "is_renewed": ledger.is_renewed,
            "is_decided": terms.is_decided,
            "is_auto": terms.is_auto,
        }
    )


def decisions(known: pa.Table, as_of: date, books: Ledger | None = None) -> Decisions:
    """What was decided by `as_of`, and what was open then. `books` as in `decided`."""
    rows = decided(known, as_of, books)
    with duckdb.connect() as connection:
        connection.register("decided", rows)
        counted, since = _past(connection, as_of)
        late = connection.execute("SELECT late FROM decided WHERE late IS NOT NULL AND kind <> 'rolling'")
        lateness = [one for (one,) in late.fetchall()]
        still = connection.sql(_OPEN, params={"day": as_of}).to_arrow_table().rename_columns(OPEN.names)
        held = connection.sql(_HELD, params={"day": as_of}).to_arrow_table()["account_id"].combine_chunks()
    return Decisions(as_of, counted, lateness, OpenTerms(still.cast(OPEN)), held, since)


def _past(connection: duckdb.DuckDBPyConnection, as_of: date) -> tuple[dict[Kind, Counts], date | None]:
    """What was decided, and from which day on it counts where that is not all of it."""
    begins = as_of - timedelta(days=LOOK_BACK_DAYS)
    whole = _counted(connection, begins, as_of)
    first = connection.execute(_FIRST_LOSS, {"begins": begins}).fetchone()
    if first is None or first[0] is None or first[0] > as_of:
        return whole, None
    since = _counted(connection, first[0], as_of)
    before = [Counts(whole[kind].seen - since[kind].seen) for kind in Kind]
    if survivors.only_stayed(before, [since[kind] for kind in Kind]):
        return since, first[0]
    return whole, None


def _counted(connection: duckdb.DuckDBPyConnection, after: date, as_of: date) -> dict[Kind, Counts]:
    found = connection.execute(_PAST, {"day": as_of, "after": after}).fetchall()
    return {kind: Counts() for kind in Kind} | {Kind(kind): Counts(seen, lost) for kind, seen, lost in found}


# A term is one subscription's from one start; its versions say when which end was known. What rolled on when
# it was first known rolls on, although in the end it ended. A reason that stood there from the start, as in
# history loaded at once, was not known before the end. What renews what, and what ends for certain, is the
# ledger's to say.
_DECIDED = """
    WITH first AS (
        SELECT subscription_id, starts_on,
            arg_min(coalesce(ends_on, DATE '9999-12-31'), recorded_on) AS first_end,
            min(recorded_on) AS first_known_on
        FROM versions GROUP BY ALL
    ), ends AS (
        SELECT subscription_id, starts_on, ends_on, min(recorded_on) AS end_known_on
        FROM versions GROUP BY ALL
    ), terms AS (
        SELECT books.*, end_known_on, known_on > first_known_on AS is_learnt,
            first_end > books.starts_on + 3660 OR first_end - begun_on < 89 AS rolls
        FROM books JOIN first USING (subscription_id, starts_on)
            LEFT JOIN ends ON ends.subscription_id = books.subscription_id
                AND ends.starts_on = books.starts_on AND ends.ends_on IS NOT DISTINCT FROM books.ends_on
    ), judged AS (
        SELECT *,
            is_auto AND NOT rolls AND NOT is_renewed AND coalesce(ends_on <= $day, false) AS goes_on,
            CASE
                WHEN is_decided AND ends_on > $day AND NOT is_renewed
                    AND (is_learnt OR rolls AND ends_on - starts_on >= 89) THEN 'with notice given'
                WHEN rolls THEN 'rolling'
                WHEN ends_on - begun_on > 548 THEN 'multi-year'
                ELSE 'yearly'
            END AS kind
        FROM terms
    ), fated AS (
        SELECT *,
            CASE
                WHEN is_renewed AND coalesce(end_known_on >= ends_on, true) THEN 'amended'
                WHEN is_renewed OR goes_on THEN 'renewed'
                WHEN is_auto OR ends_on IS NULL OR ends_on > $day THEN 'open'
                WHEN NOT is_decided AND ends_on > $day - $grace THEN 'open'
                ELSE 'lost'
            END AS fate
        FROM judged
    )
    SELECT term_id, subscription_id, account_id, product, starts_on, ends_on, kind, fate,
        CASE WHEN fate = 'renewed' AND NOT goes_on THEN known_renewed_on - ends_on END AS late,
        goes_on, due_on, runs_until
    FROM fated WHERE starts_on <= $day OR kind <> 'rolling'"""

_PAST = """
    SELECT 'rolling',
        sum(greatest(0, least(coalesce(ends_on, $day), $day) - greatest(starts_on, $after)) / 30.4375),
        count(*) FILTER (WHERE fate = 'lost' AND ends_on > $after)
    FROM decided WHERE kind = 'rolling' HAVING count(*) > 0
    UNION ALL
    SELECT kind, count(*), count(*) FILTER (WHERE fate = 'lost')
    FROM decided
    WHERE kind <> 'rolling' AND fate IN ('renewed', 'lost') AND ends_on > $after AND ends_on <= $day
    GROUP BY kind"""

_FIRST_LOSS = "SELECT min(ends_on) FROM decided WHERE fate = 'lost' AND ends_on > $begins"

# What renewed by itself comes up again at the end of its next turn.
_OPEN = """
    WITH moved AS (
        SELECT *, CASE WHEN goes_on THEN due_on ELSE ends_on END AS end_now
        FROM decided WHERE fate = 'open' OR goes_on
    )
    SELECT term_id, subscription_id, account_id, product, kind, starts_on,
        CASE WHEN kind <> 'rolling' THEN end_now END,
        CASE WHEN kind <> 'rolling' THEN end_now - $day END
    FROM moved ORDER BY account_id, end_now, term_id"""

_HELD = """
    SELECT DISTINCT account_id FROM decided
    WHERE fate IN ('renewed', 'amended') AND NOT goes_on AND starts_on <= $day
        AND (runs_until > $day OR runs_until IS NULL)
    ORDER BY account_id"""
