"""Runs a metric's worked example through the engine: on the rows it names, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import duckdb
import pyarrow as pa

from tenure.metrics import engine
from tenure.metrics.copied import COPIED
from tenure.metrics.definition import Example, Metric
from tenure.metrics.inputs import Inputs
from tenure.metrics.tables import Tables
from tenure.metrics.views import define_views
from tenure.revenue import known
from tenure.revenue.converting import Rates
from tenure.revenue.running import running

ACCOUNT, RESPONSE = COPIED["account"], COPIED["response"]
TICKET, GOAL = COPIED["ticket"], COPIED["goal"]
TERM = known.VERSIONS
_LAST = date(2030, 1, 1)  # of the days that examples are of
PRODUCT_USE = pa.schema(
    [
        ("account_id", pa.string()),
        ("person_id", pa.string()),
        ("day", pa.date32()),
        ("event", pa.string()),
        ("events", pa.int64()),
        ("month", pa.string()),
    ]
)


def run(metric: Metric) -> dict[str, float | None]:
    """What the engine gives for the metric's own example, by account; to be compared with what it says."""
    return compute(metric, metric.example)


def compute(metric: Metric, example: Example) -> dict[str, float | None]:
    """What the engine gives for some rows, by account."""
    found = engine.evaluate(tables(example), [metric], [date.fromisoformat(example.as_of)]).to_pylist()
    return {row["account_id"]: row[metric.name] for row in found}


def tables(example: Example) -> Tables:
    """The example's rows as the tables that metrics read."""
    rows = {
        "account": _accounts(example),
        "term": _terms(example),
        "response": _responses(example),
        "ticket": _tickets(example),
        "goal": _goals(example),
        "product_use": _use(example),
    }
    return tables_of(rows, example.inputs)


def tables_of(rows: Mapping[str, pa.Table], inputs: Inputs) -> Tables:
    """Tables to read metrics from: rows of records as they are copied (none: empty), versions of contracts
    as `term` (`known.VERSIONS`), and rows of `product_use`."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    nothing = {name: schema.empty_table() for name, schema in {**COPIED, "term": TERM}.items()}
    told = {**nothing, **rows}
    told["running"] = _running(told["term"], inputs)
    for name, table in told.items():
        connection.register(f"{name}_rows", table)
        connection.execute(f"CREATE TABLE {name} AS FROM {name}_rows")
    connection.execute(_EVENTS)
    connection.execute("CREATE VIEW use_people AS SELECT * EXCLUDE (event) FROM product_use")
    connection.execute("CREATE VIEW use_days AS SELECT account_id, day FROM product_use")
    define_views(connection, inputs)
    return Tables(connection)


def _running(versions: pa.Table, inputs: Inputs) -> pa.Table:
    told = known.with_first_words(known.dated(versions, inputs.zone))
    return running(known.priced(told, Rates.of(inputs.currency, [])), _LAST)


_EVENTS = """
    CREATE VIEW events AS
    SELECT account_id, person_id, day, event, '{}' AS properties, month, 'track' AS kind, false AS is_own,
        day::TIMESTAMPTZ AS occurred_at
    FROM product_use"""


def _accounts(example: Example) -> pa.Table:
    """Everybody who is mentioned."""
    rows = (*example.use, *example.responses, *example.terms, *example.tickets, *example.goals)
    ids = sorted({*example.gives, *example.seats, *(str(row[0]) for row in rows)})
    return pa.Table.from_pylist(
        [{"account_id": one, "external_id": one, "name": one} for one in ids], ACCOUNT
    )


def _terms(example: Example) -> pa.Table:
    seats = [(one, "2000-01-01", None, 0, "month", number) for one, number in example.seats.items()]
    names = ("account_id", "starts_on", "ends_on", "amount_minor", "interval", "seats")
    rows = [
        dict(zip(names, row, strict=True)) | {"number": number}
        for number, row in enumerate((*example.terms, *seats))
    ]
    return pa.Table.from_pylist([_term(row) for row in rows], TERM)


def _term(row: dict[str, Any]) -> dict[str, Any]:
    """A contract of its own, known from its start."""
    starts_on, ends_on = (row[name] and date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
    name = f"term {row['number']}"
    return row | {
        "term_id": name,
        "subscription_id": name,
        "product": name,
        "currency": "USD",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "recorded_at": datetime.combine(starts_on, time()),
    }


def _responses(example: Example) -> pa.Table:
    names = ("account_id", "person_id", "survey", "score", "responded_at")
    rows = [
        dict(zip(names, row, strict=True)) | {"response_id": f"{number:06}", "recorded_at": row[4]}
        for number, row in enumerate(example.responses)
    ]
    return pa.Table.from_pylist(rows, RESPONSE)


def _tickets(example: Example) -> pa.Table:
    names = ("account_id", "person_id", "opened_at", "first_reply_at", "solved_at")
    counted = ("replies", "reopens", "handle_minutes")
    rows = [
        dict(zip((*names, *counted), row, strict=True))
        | {"version_id": f"v{number}", "ticket_id": f"t{number}", "subject": "", "recorded_at": row[2]}
        for number, row in enumerate(example.tickets)
    ]
    return pa.Table.from_pylist(rows, TICKET)


def _goals(example: Example) -> pa.Table:
    rows = [
        {
            "version_id": f"v{number}",
            "goal_id": f"{account} {goal}",
            "account_id": account,
            "title": goal,
            "aim": more.get("aim", "reach"),
            "start_value": more.get("start"),
            "target_value": more["target"],
            "value": value,
            "weight": more.get("weight", 1),
            "status": more.get("status", "open"),
            "effective_on": day,
            "recorded_at": f"{day} 12:00:00",
        }
        for number, (account, goal, day, value, more) in enumerate(example.goals)
    ]
    return pa.Table.from_pylist(rows, GOAL)


def _use(example: Example) -> pa.Table:
    rows = [
        {"account_id": account, "person_id": person, "day": date.fromisoformat(day), "event": event}
        | {"events": 1, "month": day[:7]}
        for account, person, day, event in ((*row, "Used")[:4] for row in example.use)
    ]
    return pa.Table.from_pylist(rows, PRODUCT_USE)
