"""SQL views over a workspace's lake: events as observed, and what they mean today.

Who an observed id is may change (merge, split, anonymous becomes known): the views join the identity
table as it is now, so that the lake is never rewritten.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from tenure.events import lake, rollups
from tenure.kit import home, records
from tenure.workspaces.models import Workspace

PRODUCT_KINDS = ("track", "page", "screen")

_IDENTITY = pa.schema([("kind", pa.string()), ("observed", pa.string()), ("target_id", pa.string())])
_PEOPLE = pa.schema(
    [
        ("person_id", pa.string()),
        ("account_id", pa.string()),
        ("external_id", pa.string()),
        ("email", pa.string()),
        ("name", pa.string()),
        ("role", pa.string()),
        ("is_own", pa.bool_()),
    ]
)
_IDENTITY_SQL = "SELECT kind, observed, target_id FROM identity WHERE workspace_id = ?"
_PEOPLE_SQL = """
    SELECT id AS person_id, account_id, external_id, email, name, role, is_own
    FROM person WHERE workspace_id = ?"""

_EVENTS = """
    CREATE TEMP VIEW events AS
    SELECT raw_events.*,
        coalesce(of_account.target_id, people.account_id) AS account_id,
        of_person.target_id AS person_id,
        coalesce(people.is_own, false) AS is_own,
        {day} AS day
    FROM raw_events
    LEFT JOIN identity of_account
        ON of_account.kind = 'account' AND of_account.observed = raw_events.account_ref
    LEFT JOIN identity of_person
        ON of_person.kind = 'person' AND of_person.observed = raw_events.person_ref
    LEFT JOIN people ON people.person_id = of_person.target_id"""

# Who is meant, joined to what was folded by observed ids: there are far fewer of those than events.
_MEANT = """
    LEFT JOIN identity of_account
        ON of_account.kind = 'account' AND of_account.observed = observed.account_ref
    LEFT JOIN identity of_person
        ON of_person.kind = 'person' AND of_person.observed = observed.person_ref
    LEFT JOIN people ON people.person_id = of_person.target_id
    WHERE NOT coalesce(people.is_own, false)
        AND coalesce(of_account.target_id, people.account_id) IS NOT NULL"""

_PRODUCT_USE = """
    CREATE TEMP VIEW product_use AS
    SELECT coalesce(of_account.target_id, people.account_id) AS account_id,
        of_person.target_id AS person_id, day, event, events, month
    FROM observed_use observed {meant}"""

_USE_PEOPLE = """
    CREATE TEMP VIEW use_people AS
    SELECT coalesce(of_account.target_id, people.account_id) AS account_id,
        of_person.target_id AS person_id, day, events, month
    FROM observed_people observed {meant}"""

_USE_DAYS = """
    CREATE TEMP VIEW use_days AS
    SELECT coalesce(of_account.target_id, people.account_id) AS account_id, observed.day
    FROM observed_days observed {meant}"""

# Product use by observed ids: as it is folded, and folded now of the events that came since.
_BY_EVENT = """
    SELECT account_ref, person_ref, month, {day} AS day, event, count(*) AS events
    FROM {events} WHERE kind IN {kinds} GROUP BY ALL"""

_BY_PERSON = """
    SELECT account_ref, person_ref, month, {day} AS day, count(*) AS events
    FROM {events} WHERE kind IN {kinds} GROUP BY ALL"""

_BY_DAY = """
    SELECT account_ref, person_ref, max({day}) AS day
    FROM {events} WHERE kind IN {kinds} AND coalesce({day} <= getvariable('last_date'), true)
    GROUP BY account_ref, person_ref, greatest({day}, getvariable('first_date'))"""

# A month whose days all lie before the first date asked for has one that counts, the last.
_FOLDED_DAYS = """
    SELECT account_ref, person_ref, last_day AS day FROM folded_spans
    WHERE last_day <= getvariable('first_date')
    UNION ALL
    SELECT account_ref, person_ref, day FROM folded_people
    WHERE month >= coalesce(strftime(getvariable('first_date')::DATE - 1, '%Y-%m'), '')
        AND coalesce(day <= getvariable('last_date'), true)"""

_UNFOLDED = """
    CREATE TEMP VIEW unfolded AS
    FROM raw_unfolded ANTI JOIN folded_places folded
        ON folded.stream = raw_unfolded.stream AND raw_unfolded.position <= folded.position"""

_OBSERVED = """
    SELECT kind, observed FROM identity
    LEFT JOIN people ON identity.kind = 'person' AND people.person_id = identity.target_id
    WHERE (identity.kind = 'account' AND list_contains($accounts::VARCHAR[], identity.target_id))
        OR list_contains($accounts::VARCHAR[], people.account_id)"""

_USE_DAILY = """
    CREATE TEMP VIEW use_daily AS
    SELECT account_id, person_id, day, event, sum(events)::BIGINT AS events
    FROM product_use GROUP BY account_id, person_id, day, event"""


def connect(
    workspace: Workspace,
    first_day: date | None = None,
    last_day: date | None = None,
    account_ids: Collection[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection whose views show this workspace alone.

    - `raw_events`: the table as collected (`lake.SCHEMA`)
    - `identity(kind, observed, target_id)`, `people(person_id, account_id, external_id, email,
      name, role, is_own)`
    - `events`: `raw_events` with `account_id`, `person_id`, `is_own` as they are known now (null: unknown;
      an anonymous visitor has no person) and `day`, the date in the workspace's zone
    - `product_use(account_id, person_id, day, event, events, month)`: product use, without own people;
      several rows where several observed ids mean the same. `month` is that of the files
    - `use_daily(account_id, person_id, day, event, events)`: the same in one row each
    - `use_people(account_id, person_id, day, events, month)`: `product_use` whatever the event
    - `use_days(account_id, day)`: on which days there was any; quicker over a long time. If the variable
      `first_date` is set, of the days until then only the last; if `last_date` is, none after it

    Given days, the views hold at least the events of those local days and files of other months are not
    opened; without, add a condition on `month` or `occurred_at` to `events` to read less. Given some
    accounts, they hold at least their events. Ask for what you want nevertheless: this only makes it quick.

    Connections share one engine and nothing in it: what else is made on one has to be TEMP, and goes
    when it is closed.
    """
    connection = _open()
    _create_records(connection, workspace)
    reach = _Reach.of(first_day, last_day, [] if account_ids is None else [_about(connection, account_ids)])
    reach.create(connection, "raw_events", lake.files(workspace.id, lake.EVENTS, reach.months))
    connection.execute(_EVENTS.format(day=local_day(workspace.zone)))
    _create_observed(connection, workspace, reach)
    for view in (_PRODUCT_USE, _USE_PEOPLE, _USE_DAYS):
        connection.execute(view.format(meant=_MEANT))
    connection.execute(_USE_DAILY)
    return connection


def as_collected(workspace: Workspace, first_day: date, last_day: date) -> duckdb.DuckDBPyConnection:
    """As `connect`, with `raw_events` alone: for who asks what is there, not what it means."""
    connection, reach = _open(), _Reach.of(first_day, last_day)
    reach.create(connection, "raw_events", lake.files(workspace.id, lake.EVENTS, reach.months))
    return connection


def unfolded(
    workspace: Workspace, reached: Mapping[str, int], files: Sequence[str]
) -> duckdb.DuckDBPyConnection:
    """A connection with `unfolded` alone: the events of files behind what was reached in their streams."""
    connection = _open()
    _create_unfolded(connection, reached, files, _Reach.of(None, None))
    return connection


def _open() -> duckdb.DuckDBPyConnection:
    connection = _instance(os.getpid()).cursor()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would write over what commands say
    return connection


@lru_cache(maxsize=1)
def _instance(pid: int) -> duckdb.DuckDBPyConnection:
    """The process's engine, which takes longer to start than most questions to answer.

    Its database is an empty one that nobody can write to, so that no workspace's views can be made
    where another's connection would find them. By process, since its threads do not survive a fork.
    """
    with TemporaryDirectory(prefix="tenure-") as folder:
        nothing = Path(folder) / "nothing.duckdb"
        duckdb.connect(nothing).close()
        return duckdb.connect(nothing, read_only=True, config=_settings())


def _settings() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": False,
        "enable_external_file_cache": False,  # the operating system has one
        "parquet_metadata_cache": True,
        "temp_directory": str(home.home() / "tmp"),
    }


@dataclass(frozen=True)
class _Reach:
    """What of the lake is worth reading."""

    months: tuple[str, str]
    about: tuple[str, ...]  # conditions on observed ids
    bounds: tuple[str, ...]  # and on when it happened

    @classmethod
    def of(cls, first_day: date | None, last_day: date | None, about: Sequence[str] = ()) -> _Reach:
        # A day's width on both sides: the lake is by UTC, days are the workspace's.
        since = first_day and _shifted(first_day, -1)
        until = last_day and _shifted(last_day, 2)
        bounds = [f"occurred_at >= TIMESTAMPTZ '{since} 00:00:00+00'"] if since else []
        bounds += [f"occurred_at < TIMESTAMPTZ '{until} 00:00:00+00'"] if until else []
        return cls((_month(since or date.min), _month(until or date.max)), tuple(about), tuple(bounds))

    def create(self, connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[str]) -> None:
        """A view of the events in files."""
        if not files:
            connection.register("no_events", lake.SCHEMA.empty_table())
            connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM no_events")  # noqa: S608
            return
        connection.execute(
            f"CREATE TEMP VIEW {name} AS SELECT {', '.join(lake.SCHEMA.names)} FROM {_parquet(files)} "  # noqa: S608
            f"WHERE {' AND '.join([*self.about, *self.bounds]) or 'true'}"
        )


def _create_observed(connection: duckdb.DuckDBPyConnection, workspace: Workspace, reach: _Reach) -> None:
    """Product use by observed ids: `observed_use`, `observed_people`, `observed_days`."""
    use = rollups.find(workspace, reach.months)
    if use:
        _create_folded(connection, use, reach)
        _create_unfolded(connection, use.reached, use.events, reach)
    about = {
        "day": local_day(workspace.zone),
        "kinds": PRODUCT_KINDS,
        "events": "unfolded" if use else "raw_events",
    }
    for name, sql, folded in (
        ("observed_use", _BY_EVENT, "FROM folded_use"),
        ("observed_people", _BY_PERSON, "FROM folded_people"),
        ("observed_days", _BY_DAY, _FOLDED_DAYS),
    ):
        parts = [folded] * bool(use) + [sql.format(**about)] * (not use or bool(use.events))
        connection.execute(f"CREATE TEMP VIEW {name} AS {' UNION ALL '.join(parts)}")


def _create_folded(connection: duckdb.DuckDBPyConnection, use: rollups.Use, reach: _Reach) -> None:
    where = " AND ".join(reach.about) or "true"
    for kind, columns in rollups.COLUMNS.items():
        source = f"no_{kind}"
        if files := use.folded[kind]:
            source = _parquet(files, same=True)
        else:
            connection.register(source, rollups.SCHEMAS[kind].empty_table())
        connection.execute(f"CREATE TEMP VIEW folded_{kind} AS SELECT {columns} FROM {source} WHERE {where}")  # noqa: S608


def _create_unfolded(
    connection: duckdb.DuckDBPyConnection, reached: Mapping[str, int], files: Sequence[str], reach: _Reach
) -> None:
    places = {
        "stream": pa.array(list(reached), pa.string()),
        "position": pa.array(reached.values(), pa.int64()),
    }
    connection.register("folded_places", pa.table(places))
    reach.create(connection, "raw_unfolded", files)
    connection.execute(_UNFOLDED)


def _create_records(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    for name, sql, schema, table in (
        ("identity", _IDENTITY_SQL, _IDENTITY, "identity"),
        ("people", _PEOPLE_SQL, _PEOPLE, "person"),
    ):
        file = records.copy(name, sql, schema, [table], workspace.id)
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet({literal(str(file))})")


def _about(connection: duckdb.DuckDBPyConnection, account_ids: Collection[str]) -> str:
    """A condition on what was observed, that the accounts' events fulfil."""
    refs: dict[str, list[str]] = {"account": [], "person": []}
    for kind, observed in connection.execute(_OBSERVED, {"accounts": list(account_ids)}).fetchall():
        refs[kind].append(literal(observed))
    named = [f"{kind}_ref IN ({', '.join(found)})" for kind, found in refs.items() if found]
    return f"({' OR '.join(named) or 'false'})"


def _parquet(names: Sequence[str], *, same: bool = False) -> str:
    """A reader of these files, whose columns are the `same` or not; the month is in their path."""
    listed = ", ".join(literal(name) for name in names)
    return (
        f"read_parquet([{listed}], union_by_name = {not same}, hive_partitioning = true, "
        "hive_types_autocast = false)"
    )


def literal(text: str) -> str:
    """A text in SQL: views cannot have parameters."""
    return "'" + text.replace("'", "''") + "'"


def local_day(zone: str) -> str:
    """The date of `occurred_at` in a zone; plain arithmetic for UTC, which is three times as fast."""
    if zone == "UTC":
        return "DATE '1970-01-01' + (epoch_us(occurred_at) // 86400000000)::INTEGER"
    return f"timezone({literal(zone)}, occurred_at)::DATE"


def _shifted(day: date, by: int) -> date:
    """A day some days on, or the end of the calendar."""
    return date.fromordinal(min(max(day.toordinal() + by, 1), date.max.toordinal()))


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"
