"""The tables that metrics read, as views of one connection: product use, contracts, answers, accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from tenure.events import views
from tenure.kit import records
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Dated:
    """A table of what happened on a day; windows are cut by it. Rows are known from `known_from` on."""

    day: str
    key: str  # whose rows are folded first
    known_from: str | None = None
    month: str | None = None  # of the day in UTC, by which files are kept
    rollups: tuple[str, ...] = ()  # tables of the same in fewer columns and rows, the smallest first


@dataclass(frozen=True)
class Stated:
    """A table of what holds from a day until the day before another, in versions by when it was known."""

    starts: str
    ends: str
    key: str
    known_from: str
    known_until: str


TABLES: dict[str, Dated | Stated] = {
    "use_daily": Dated(day="day", key="person_id", month="month", rollups=("use_days", "use_people")),
    "responses": Dated(day="responded_on", key="respondent", known_from="known_from"),
    "subscriptions": Stated("starts_on", "ends_on", "term_id", "known_from", "known_until"),
}

COLUMNS = {
    "accounts": {
        "account_id": "string",
        "external_id": "string",
        "name": "string",
        "owner": "string",
        "segment": "string",
        "key_features": "int64",
    },
    "use_daily": {
        "account_id": "string",
        "person_id": "string",
        "day": "date",
        "event": "string",
        "events": "int64",
        "month": "string",
        "is_key_feature": "boolean",
    },
    "use_people": {
        "account_id": "string",
        "person_id": "string",
        "day": "date",
        "events": "int64",
        "month": "string",
    },
    "use_days": {"account_id": "string", "day": "date"},
    "subscriptions": {
        "term_id": "string",
        "subscription_id": "string",
        "account_id": "string",
        "product": "string",
        "amount_minor": "int64",
        "interval": "string",
        "yearly_minor": "int64",
        "mrr": "float64",
        "seats": "int64",
        "starts_on": "date",
        "ends_on": "date",
        "auto_renew": "boolean",
        "known_from": "date",
        "known_until": "date",
    },
    "responses": {
        "response_id": "string",
        "account_id": "string",
        "person_id": "string",
        "respondent": "string",
        "survey": "string",
        "score": "float64",
        "responded_on": "date",
        "turn": "int64",
        "known_from": "date",
    },
}


@dataclass(frozen=True)
class Tables:
    """An open connection with the views of one workspace."""

    connection: duckdb.DuckDBPyConnection


FEW = 200  # accounts whose observed ids are worth listing, so that little of the lake is read


@contextmanager
def open_tables(workspace: Workspace, account_ids: Collection[str] | None = None) -> Iterator[Tables]:
    """The workspace's tables, while the block runs. Say which accounts, if they are few: it is quicker.

    - `use_daily(account_id, person_id, day, event, events, month, is_key_feature)`: product use, in one or
      more rows for a person's day and event; `month` is that of the files
    - `subscriptions(term_id, subscription_id, account_id, product, amount_minor, interval, yearly_minor, mrr,
      seats, starts_on, ends_on, auto_renew, known_from, known_until)`: versions of terms. `yearly_minor` is
      whole minor units a year, null in another currency than the workspace's; `mrr` a twelfth of it
    - `responses(response_id, account_id, person_id, respondent, survey, score, responded_on, turn,
      known_from)`: `respondent` is the person, or the answer itself where nobody is named; `turn` orders them
    - `accounts(account_id, external_id, name, owner, segment, key_features)`
    """
    few = account_ids if account_ids is not None and len(account_ids) <= FEW else None
    connection = views.connect(workspace, account_ids=few)
    try:
        _copy_records(connection, workspace)
        define_views(connection, workspace.zone, workspace.currency, workspace.key_features)
        yield Tables(connection)
    finally:
        connection.close()


def _copy_records(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    for name, (sql, reads) in _RECORDS.items():
        path = records.copy(name, sql, COPIED[name], reads, workspace.id)
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet({_text(path)})")


def define_views(
    connection: duckdb.DuckDBPyConnection, zone: str, currency: str, key_features: Sequence[str]
) -> None:
    """Make the views over `product_use` and the copied records (`COPIED`)."""
    features = sorted(set(key_features))
    filled = {
        "zone": _text(zone),
        "currency": _text(currency),
        "features": f"[{', '.join(map(_text, features))}]::VARCHAR[]",
        "key_features": len(features) or "NULL",
    }
    for sql in (_ACCOUNTS, _SUBSCRIPTIONS, _RESPONSES, _USE):
        connection.execute(sql.format(**filled))


def _text(value: str | Path) -> str:
    """A value as an SQL literal: views cannot have parameters."""
    return "'" + str(value).replace("'", "''") + "'"


_STRING, _INT = pa.string(), pa.int64()

COPIED = {
    "account": pa.schema(
        [
            ("account_id", _STRING),
            ("external_id", _STRING),
            ("name", _STRING),
            ("owner", _STRING),
            ("segment", _STRING),
        ]
    ),
    "term": pa.schema(
        [
            ("term_id", _STRING),
            ("subscription_id", _STRING),
            ("account_id", _STRING),
            ("product", _STRING),
            ("amount_minor", _INT),
            ("currency", _STRING),
            ("interval", _STRING),
            ("seats", _INT),
            ("starts_on", _STRING),
            ("ends_on", _STRING),
            ("auto_renew", pa.bool_()),
            ("recorded_at", _STRING),
            ("superseded_at", _STRING),
        ]
    ),
    "response": pa.schema(
        [
            ("response_id", _STRING),
            ("account_id", _STRING),
            ("person_id", _STRING),
            ("survey", _STRING),
            ("score", pa.float64()),
            ("responded_at", _STRING),
            ("recorded_at", _STRING),
        ]
    ),
}

# What each copy selects, and whose change counters say that it is stale.
_RECORDS = {
    "account": (
        "SELECT id AS account_id, external_id, name, owner, segment FROM account WHERE workspace_id = ?",
        ("account",),
    ),
    "term": (
        """SELECT term.id AS term_id, subscription_id, term.account_id, product, amount_minor, currency,
               interval, seats, starts_on, ends_on, auto_renew, recorded_at, superseded_at
           FROM term JOIN subscription ON subscription.id = subscription_id WHERE term.workspace_id = ?""",
        ("term", "subscription"),
    ),
    "response": (
        """SELECT id AS response_id, account_id, person_id, survey, score, responded_at, recorded_at
           FROM response WHERE workspace_id = ?""",
        ("response",),
    ),
}

_ACCOUNTS = """
    CREATE TEMP VIEW accounts AS
    SELECT *, {key_features}::BIGINT AS key_features FROM account"""

# A version recorded on a day is known at the end of that day; one replaced on a day is not any more.
_SUBSCRIPTIONS = """
    CREATE TEMP VIEW subscriptions AS
    WITH version AS (
        SELECT * REPLACE (starts_on::DATE AS starts_on, ends_on::DATE AS ends_on),
            CASE WHEN currency = {currency} THEN amount_minor * CASE interval
                WHEN 'week' THEN 52 WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 WHEN 'year' THEN 1 END
            END AS yearly_minor,
            timezone({zone}, timezone('UTC', recorded_at::TIMESTAMP))::DATE AS known_from,
            timezone({zone}, timezone('UTC', superseded_at::TIMESTAMP))::DATE AS known_until
        FROM term
    )
    SELECT *, yearly_minor / 12 AS mrr FROM version"""

_RESPONSES = """
    CREATE TEMP VIEW responses AS
    SELECT response_id, account_id, person_id, coalesce(person_id, response_id) AS respondent, survey, score,
        timezone({zone}, timezone('UTC', responded_at::TIMESTAMP))::DATE AS responded_on,
        row_number() OVER (ORDER BY responded_at, response_id) AS turn,
        timezone({zone}, timezone('UTC', recorded_at::TIMESTAMP))::DATE AS known_from
    FROM response"""

_USE = """
    CREATE OR REPLACE TEMP VIEW use_daily AS
    SELECT *, list_contains({features}, event) AS is_key_feature FROM product_use"""
