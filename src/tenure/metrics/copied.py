"""The records that metrics read, as they are copied beside the lake."""

from __future__ import annotations

import pyarrow as pa

_STRING, _INT, _NUMBER = pa.string(), pa.int64(), pa.float64()

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
    "ticket": pa.schema(
        [
            ("version_id", _STRING),
            ("ticket_id", _STRING),
            ("account_id", _STRING),
            ("person_id", _STRING),
            ("opened_at", _STRING),
            ("first_reply_at", _STRING),
            ("solved_at", _STRING),
            ("replies", _INT),
            ("reopens", _INT),
            ("handle_minutes", _NUMBER),
            ("subject", _STRING),
            ("recorded_at", _STRING),
            ("superseded_at", _STRING),
        ]
    ),
    "goal": pa.schema(
        [
            ("version_id", _STRING),
            ("goal_id", _STRING),
            ("account_id", _STRING),
            ("title", _STRING),
            ("aim", _STRING),
            ("start_value", _NUMBER),
            ("target_value", _NUMBER),
            ("value", _NUMBER),
            ("weight", _NUMBER),
            ("status", _STRING),
            ("effective_on", _STRING),
            ("recorded_at", _STRING),
            ("superseded_at", _STRING),
        ]
    ),
    "attributes": pa.schema([("account_id", _STRING), ("data", _STRING)]),
    "response": pa.schema(
        [
            ("response_id", _STRING),
            ("account_id", _STRING),
            ("person_id", _STRING),
            ("survey", _STRING),
            ("score", _NUMBER),
            ("responded_at", _STRING),
            ("recorded_at", _STRING),
        ]
    ),
}

# What each copy selects, and whose change counters say that it is stale.
RECORDS = {
    "account": (
        "SELECT id AS account_id, external_id, name, owner, segment FROM account WHERE workspace_id = ?",
        ("account",),
    ),
    "ticket": (
        """SELECT id AS version_id, ticket_id, account_id, person_id, opened_at, first_reply_at, solved_at,
               replies, reopens, handle_minutes, subject, recorded_at, superseded_at
           FROM ticket_version WHERE workspace_id = ?""",
        ("ticket",),
    ),
    "goal": (
        """SELECT id AS version_id, goal_id, account_id, title, aim, start_value, target_value, value, weight,
               status, effective_on, recorded_at, superseded_at
           FROM goal_version WHERE workspace_id = ?""",
        ("goal",),
    ),
    "attributes": (
        "SELECT account_id, data FROM account_attributes WHERE workspace_id = ?",
        ("account",),
    ),
    "response": (
        """SELECT id AS response_id, account_id, person_id, survey, score, responded_at, recorded_at
           FROM response WHERE workspace_id = ?""",
        ("response",),
    ),
}
