"""The tables that metrics read, as views of one connection: product use, contracts, answers, accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from tenure.events import views
from tenure.kit import records
from tenure.metrics.copied import COPIED, RECORDS
from tenure.metrics.inputs import inputs_of
from tenure.metrics.views import define_views, text
from tenure.revenue import known, queries
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Dated:
    """A table of what happened on a day; windows are cut by it. Rows are known from `known_from` on,
    and until the day before `known_until`, when something else was known instead."""

    day: str
    key: str  # whose rows are folded first
    known_from: str | None = None
    known_until: str | None = None
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
    "product_events": Dated(day="day", key="person_id", month="month", rollups=("use_days",)),
    "responses": Dated(day="responded_on", key="respondent", known_from="known_from"),
    "subscriptions": Stated("starts_on", "runs_until", "term_id", "known_from", "known_until"),
    "contracts": Stated("starts_on", "ends_on", "term_id", "known_from", "known_until"),
    "plan_features": Stated("starts_on", "ends_on", "feature", "known_from", "known_until"),
    "milestones": Dated(day="day", key="event"),
    "tickets": Stated("opened_on", "solved_on", "ticket_id", "known_from", "known_until"),
    "contacts": Dated("opened_on", "ticket_id", "known_from", "known_until"),
    "replies": Dated("replied_on", "ticket_id", "known_from", "known_until"),
    "solutions": Dated("solved_on", "ticket_id", "known_from", "known_until"),
    "settled": Dated("settled_on", "ticket_id", "known_from", "known_until"),
    "goals": Stated("starts_on", "ends_on", "version_id", "known_from", "known_until"),
}

_KNOWN = {"known_from": "date", "known_until": "date"}
_TICKET = {"ticket_id": "string", "account_id": "string", "person_id": "string", **_KNOWN}

COLUMNS = {
    "accounts": {
        "account_id": "string",
        "external_id": "string",
        "name": "string",
        "owner": "string",
        "segment": "string",
        "key_features": "int64",
        "onboarding_steps": "int64",
        "first_value_events": "int64",
        "seats": "float64",
        "attributes": "string",
    },
    "product_events": {
        "account_id": "string",
        "person_id": "string",
        "day": "date",
        "event": "string",
        "properties": "string",
        "occurred_at": "timestamp('UTC')",
        "month": "string",
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
        "currency": "string",
        "interval": "string",
        "yearly_minor": "int64",
        "mrr": "float64",
        "seats": "int64",
        "starts_on": "date",
        "ends_on": "date",
        "runs_until": "date",
        "due_on": "date",
        "auto_renew": "boolean",
        **_KNOWN,
    },
    "contracts": {
        "term_id": "string",
        "account_id": "string",
        "starts_on": "date",
        "ends_on": "date",
        **_KNOWN,
    },
    "plan_features": {
        "account_id": "string",
        "feature": "string",
        "starts_on": "date",
        "ends_on": "date",
        **_KNOWN,
    },
    "milestones": {
        "account_id": "string",
        "event": "string",
        "day": "date",
        "is_first_value": "boolean",
        "is_step": "boolean",
    },
    "tickets": {**_TICKET, "opened_on": "date", "solved_on": "date", "subject": "string"},
    "contacts": {**_TICKET, "opened_on": "date", "subject": "string"},
    "replies": {**_TICKET, "replied_on": "date", "subject": "string", "hours": "float64"},
    "solutions": {
        **_TICKET,
        "solved_on": "date",
        "subject": "string",
        "hours": "float64",
        "handle_minutes": "float64",
        "reopens": "int64",
    },
    "settled": {
        **_TICKET,
        "settled_on": "date",
        "subject": "string",
        "replies": "int64",
        "reopens": "int64",
        "came_back": "boolean",
    },
    "goals": {
        "version_id": "string",
        "goal_id": "string",
        "account_id": "string",
        "title": "string",
        "value": "float64",
        "target_value": "float64",
        "weight": "float64",
        "progress": "float64",
        "is_level": "boolean",
        "is_held": "boolean",
        "is_dropped": "boolean",
        "held_days": "float64",
        "days_before": "float64",
        "starts_on": "date",
        "ends_on": "date",
        **_KNOWN,
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
    - `subscriptions(term_id, subscription_id, account_id, product, amount_minor, currency, interval,
      yearly_minor, mrr, seats, starts_on, ends_on, runs_until, due_on, auto_renew, known_from, known_until)`:
      which contracts run until when, each day as the ledger of that day says (`revenue.running`).
      `yearly_minor` is whole minor units a year, null where an amount of theirs has no rate; `mrr` a twelfth
    - `contracts(term_id, account_id, starts_on, ends_on, known_from, known_until)`: every version of a term
    - `responses(response_id, account_id, person_id, respondent, survey, score, responded_on, turn,
      known_from)`: `respondent` is the person, or the answer itself where nobody is named; `turn` orders them
    - `accounts(account_id, external_id, name, owner, segment, key_features, onboarding_steps,
      first_value_events, seats, attributes)`: with how many of each are named, null if none; `seats`
      where an attribute says them; all attributes as JSON
    - `product_events(account_id, person_id, day, event, properties, occurred_at, month)`: product use in
      full, for metrics that ask for properties (JSON)
    - `plan_features(account_id, feature, …)`: the key features that the plans of terms include
    - `milestones(account_id, event, day, is_first_value, is_step)`: when each was reached for the first time
    - `contacts`, `replies`, `solutions`, `settled`, each by the day it happened, and `tickets`, open from a
      day until another: what the versions of tickets tell. `hours` are working hours since it was opened.
      Settled is a ticket a week after it was solved; `came_back`: who asked asked something else in that week
    - `goals`: how each stood from a day on, as known then. `weight` is null where it does not count;
      `progress` 0 to 1; of a level to keep `is_held`, and of the `days_before` how many it was (`held_days`)
    """
    few = account_ids if account_ids is not None and len(account_ids) <= FEW else None
    connection = views.connect(workspace, account_ids=few)
    try:
        _copy_records(connection, workspace)
        _copy_contracts(connection, workspace, few)
        define_views(connection, inputs_of(workspace))
        yield Tables(connection)
    finally:
        connection.close()


def _copy_records(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    for name, (sql, reads) in RECORDS.items():
        path = records.copy(name, sql, COPIED[name], reads, workspace.id)
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet({text(path)})")


def _copy_contracts(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, few: Collection[str] | None
) -> None:
    """All versions of contracts, and which of them run: of a few accounts only where it is asked of them."""
    connection.execute(f"CREATE TEMP VIEW term AS FROM read_parquet({text(known.copied(workspace))})")
    if few is None:
        path = queries.running_file(workspace)
        connection.execute(f"CREATE TEMP VIEW running AS FROM read_parquet({text(path)})")
    else:
        connection.register("running", queries.running_of(workspace, few))
