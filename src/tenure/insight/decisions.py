"""What customers decided about their contracts, and what is still open: as it was known on a day.

A contract with an end (a year, several) is decided when it is renewed, or lost once the grace has passed. One
that rolls on from month to month is decided about every month. An end that was cut by an amendment is no
decision; nor is one that nobody has decided yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from tenure.accounts.models import Account
from tenure.insight.cohorts import Counts, Kind
from tenure.revenue import known as contracts
from tenure.revenue.matching import EARLY, GRACE
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


@dataclass(frozen=True)
class Decisions:
    """What there was to know on `as_of`.

    `past`: per kind what was decided within two years. `lateness`: of those renewed with an end, how many
    days after it that was (negative: before). `open_terms`: what is still open; an account without any cannot
    be lost. `held`: accounts with a contract that is live and not open (already renewed).
    """

    as_of: date
    past: dict[Kind, Counts]
    lateness: list[int]
    open_terms: list[OpenTerm]
    held: frozenset[str]


def versions(access: Access) -> pa.Table:
    """Every version of every term, with the days on which it was known, in the workspace's zone."""
    ids = list(access.of(Account).values_list("pk", flat=True)) if access.is_narrowed else None
    rows = contracts.every_version(access.workspace, ids).sort_by("recorded_at")
    return pa.table({name: rows[of] for name, of in _READ.items()})


_READ = {
    "term_id": "term_id",
    "subscription_id": "subscription_key",
    "ref": "subscription_id",
    "account_id": "account_id",
    "product": "product",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "auto_renew": "auto_renew",
    "renews": "renews",
    "reason": "reason",
    "known_from": "recorded_on",
    "known_until": "superseded_on",
}


def decided(known: pa.Table, as_of: date) -> pa.Table:
    """The terms as known on `as_of` with what became of each, from `versions`.

    `term_id, subscription_id, account_id, product, starts_on, ends_on, kind, fate, renewed_on, late, months`:
    `fate` is `open`, `renewed`, `lost`, or `amended` (cut short, no decision); `late` days after the end
    until it was known to be renewed; `months` it was live within the two years before; `goes_on`: it was
    renewed by itself, without a row of its own.
    """
    about = {"day": as_of, "grace": GRACE, "early": EARLY, "back": LOOK_BACK_DAYS}
    with duckdb.connect() as connection:
        connection.register("versions", known)
        return connection.sql(_DECIDED, params=about).to_arrow_table()


def decisions(known: pa.Table, as_of: date) -> Decisions:
    """What was decided by `as_of`, and what was open then."""
    rows = decided(known, as_of)
    with duckdb.connect() as connection:
        connection.register("decided", rows)
        past = connection.execute(_PAST, {"day": as_of, "back": LOOK_BACK_DAYS}).fetchall()
        late = connection.execute("SELECT late FROM decided WHERE late IS NOT NULL AND kind <> 'rolling'")
        lateness = [days for (days,) in late.fetchall()]
        still = connection.execute(_OPEN, {"day": as_of}).fetchall()
        held = connection.execute(_HELD, {"day": as_of}).fetchall()
    counted = {kind: Counts() for kind in Kind} | {
        Kind(kind): Counts(seen, lost) for kind, seen, lost in past
    }
    return Decisions(as_of, counted, lateness, list(_open_terms(still)), frozenset(one for (one,) in held))


def _open_terms(rows: Iterable[tuple[Any, ...]]) -> Iterable[OpenTerm]:
    for term_id, subscription, account, product, kind, starts_on, ends_on, left in rows:
        yield OpenTerm(term_id, subscription, account, product, Kind(kind), starts_on, ends_on, left)


# A term is one subscription's from one start; its versions say when which end was known. What rolled on when
# it was first known rolls on, although in the end it ended. An automatic renewal needs no row of its own.
# An end that somebody announced needs no grace: what ended with notice, or rolled on and ended, is lost. A
# reason that stood there from the start, as in history loaded at once, was not known before the end.
_DECIDED = """
    WITH known AS (
        SELECT * FROM versions WHERE known_from <= $day AND (known_until IS NULL OR known_until > $day)
    ), first AS (
        SELECT subscription_id, starts_on,
            arg_min(coalesce(ends_on, DATE '9999-12-31'), known_from) AS first_end,
            min(known_from) AS first_known_on
        FROM versions WHERE known_from <= $day GROUP BY ALL
    ), ends AS (
        SELECT subscription_id, starts_on, ends_on, min(known_from) AS end_known_on
        FROM versions WHERE known_from <= $day GROUP BY ALL
    ), terms AS (
        SELECT known.*, end_known_on, known.known_from > first_known_on AS is_learnt,
            first_end > known.starts_on + 3660 OR first_end - known.starts_on < 89 AS rolls,
        FROM known
        JOIN first USING (subscription_id, starts_on)
        JOIN ends ON ends.subscription_id = known.subscription_id AND ends.starts_on = known.starts_on
            AND ends.ends_on IS NOT DISTINCT FROM known.ends_on
    ), follows AS (
        SELECT one.term_id, next.starts_on, next.end_known_on, next.known_from
        FROM terms one JOIN terms next ON next.subscription_id = one.subscription_id
            AND next.starts_on > one.starts_on
        WHERE next.starts_on <= one.ends_on + $grace
        UNION ALL
        SELECT one.term_id, next.starts_on, next.end_known_on, next.known_from
        FROM terms one JOIN terms next ON next.renews = one.ref AND next.account_id = one.account_id
            AND next.subscription_id <> one.subscription_id
        WHERE next.starts_on <= one.ends_on + $grace
        UNION ALL
        SELECT one.term_id, next.starts_on, next.end_known_on, next.known_from
        FROM terms one JOIN terms next ON next.account_id = one.account_id AND next.product = one.product
            AND next.subscription_id <> one.subscription_id AND next.starts_on > one.starts_on
        WHERE next.starts_on BETWEEN one.ends_on - $early AND one.ends_on + $grace
    ), renewals AS (
        SELECT term_id, min(starts_on) AS renewed_on, min(known_from) AS known_renewed_on
        FROM follows GROUP BY term_id
    ), judged AS (
        SELECT terms.*, renewed_on, known_renewed_on,
            CASE
                WHEN rolls AND ends_on > $day AND renewed_on IS NULL AND ends_on - starts_on >= 89
                    THEN 'with notice given'
                WHEN rolls THEN 'rolling'
                WHEN ends_on > $day AND renewed_on IS NULL AND reason <> '' AND is_learnt
                    THEN 'with notice given'
                WHEN ends_on - starts_on > 548 THEN 'multi-year'
                ELSE 'yearly'
            END AS kind,
            CASE
                WHEN renewed_on IS NOT NULL AND end_known_on >= ends_on THEN 'amended'
                WHEN renewed_on IS NOT NULL THEN 'renewed'
                WHEN ends_on <= $day AND (reason <> '' OR rolls AND ends_on - starts_on >= 89) THEN 'lost'
                WHEN ends_on IS NULL OR ends_on > $day - $grace THEN 'open'
                WHEN auto_renew AND reason = '' AND NOT rolls THEN 'renewed'
                ELSE 'lost'
            END AS fate
        FROM terms LEFT JOIN renewals USING (term_id)
    )
    SELECT term_id, subscription_id, account_id, product, starts_on, ends_on, kind, fate, renewed_on,
        CASE WHEN fate = 'renewed' THEN known_renewed_on - ends_on END AS late,
        greatest(0, least(coalesce(ends_on, $day), $day) - greatest(starts_on, $day - $back)) / 30.4375
            AS months,
        auto_renew AND reason = '' AND NOT rolls AND renewed_on IS NULL AND ends_on <= $day AS goes_on
    FROM judged WHERE starts_on <= $day OR kind <> 'rolling'"""

_PAST = """
    SELECT 'rolling', sum(months), count(*) FILTER (WHERE fate = 'lost' AND ends_on > $day - $back)
    FROM decided WHERE kind = 'rolling' HAVING count(*) > 0
    UNION ALL
    SELECT kind, count(*), count(*) FILTER (WHERE fate = 'lost')
    FROM decided
    WHERE kind <> 'rolling' AND fate IN ('renewed', 'lost') AND ends_on BETWEEN $day - $back AND $day
    GROUP BY kind"""

# An automatic renewal moves the end on by the length of the term, as often as needed.
_OPEN = """
    WITH moved AS (
        SELECT *, CASE WHEN goes_on
            THEN ends_on + ((1 + ($day - ends_on) // (ends_on - starts_on)) * (ends_on - starts_on))::INTEGER
            ELSE ends_on END AS end_now
        FROM decided WHERE fate = 'open' OR goes_on
    )
    SELECT term_id, subscription_id, account_id, product, kind, starts_on,
        CASE WHEN kind <> 'rolling' THEN end_now END,
        CASE WHEN kind <> 'rolling' THEN end_now - $day END
    FROM moved ORDER BY account_id, end_now, term_id"""

_HELD = """
    SELECT DISTINCT account_id FROM decided
    WHERE fate IN ('renewed', 'amended') AND NOT goes_on AND ends_on > $day AND starts_on <= $day"""
