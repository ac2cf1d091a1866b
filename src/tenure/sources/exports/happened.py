"""Events out of the lake: who they are of as it is known now, their properties as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa

from tenure.accounts.models import Account
from tenure.events import views
from tenure.sources.exports.further import REAL, TEXT, TRUTH, WHOLE, Further, further
from tenure.sources.exports.tables import AT, ROWS, Opened
from tenure.sources.exports.tables import TEXT as STRING
from tenure.sources.imports.sql import identifier, literal
from tenure.workspaces.access import Access

COLUMNS = {
    "timestamp": AT,
    "account_id": STRING,
    "person_id": STRING,
    "event": STRING,
    "message_id": STRING,
    "event_kind": STRING,
}
_KINDS = {
    "BOOLEAN": TRUTH,
    **dict.fromkeys(("BIGINT", "UBIGINT"), WHOLE),
    "DOUBLE": REAL,
}

# Ids are written as those whom they mean are called now: whoever reads them needs no history of merges.
_EVENTS = """
    SELECT occurred_at AS "timestamp",
        coalesce(named.external_id, account_ref) AS account_id,
        coalesce(people.external_id, person_ref) AS person_id,
        event, message_id, raw_events.kind AS event_kind{further}
    FROM raw_events
    LEFT JOIN identity of_account ON of_account.kind = 'account' AND of_account.observed = account_ref
    LEFT JOIN named ON named.id = of_account.target_id
    LEFT JOIN identity of_person ON of_person.kind = 'person' AND of_person.observed = person_ref
    LEFT JOIN people ON people.person_id = of_person.target_id"""


def opened(lake: duckdb.DuckDBPyConnection, access: Access) -> Opened:
    """The workspace's events, read as they are asked for; `lake` must stay open meanwhile."""
    lake.register("named", _named(access))
    found = further(_properties(lake), COLUMNS)
    schema = pa.schema([*COLUMNS.items(), *found.columns.items()])
    return Opened(schema, _batches(lake, schema, found), found)


def _named(access: Access) -> pa.Table:
    """Accounts as their source calls them."""
    rows = access.of(Account).values_list("pk", "external_id").iterator(ROWS)
    ids, names = zip(*rows, strict=True) if access.of(Account).exists() else ((), ())
    return pa.table({"id": pa.array(ids, pa.string()), "external_id": pa.array(names, pa.string())})


def _properties(lake: duckdb.DuckDBPyConnection) -> Mapping[str, set[str]]:
    """Every property's name, and of which kinds its values are."""
    rows = lake.execute(
        """SELECT DISTINCT one.key, one.type FROM raw_events, json_each(properties) one
           WHERE properties <> '{}' AND one.type <> 'NULL' ORDER BY ALL"""
    ).fetchall()
    found: dict[str, set[str]] = {}
    for name, kind in rows:
        found.setdefault(name, set()).add(_KINDS.get(kind, TEXT))
    return found


def _batches(lake: duckdb.DuckDBPyConnection, schema: pa.Schema, found: Further) -> Iterator[pa.RecordBatch]:
    columns = "".join(
        f", nullif(properties ->> {literal(_pointer(theirs))}, '')::{_sql(found.columns[ours])} "
        f"AS {identifier(ours)}"
        for ours, theirs in found.names.items()
    )
    reader: pa.RecordBatchReader = lake.sql(_EVENTS.format(further=columns)).to_arrow_reader(ROWS * 4)
    for batch in reader:
        yield batch.cast(schema)


def _pointer(name: str) -> str:
    """A JSON pointer to a property, whatever it is called."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _sql(kind: pa.DataType) -> str:
    return {pa.bool_(): "BOOLEAN", pa.int64(): "BIGINT", pa.float64(): "DOUBLE"}.get(kind, "VARCHAR")


def connect(access: Access) -> duckdb.DuckDBPyConnection:
    """The lake to read from."""
    return views.connect(access.workspace)
