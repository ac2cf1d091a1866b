"""`python -m tenure.bench._imported WORKSPACE KIND ROWS JOURNAL`: imports a file, and prints what it took."""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from tenure.cli.base import start_django

start_django()  # before anything that has tables is imported

from tenure.sources.actions import import_file  # noqa: E402
from tenure.sources.imports import journal  # noqa: E402
from tenure.sources.imports.options import Options  # noqa: E402
from tenure.workspaces.access import access_for_machine, workspace_of_job  # noqa: E402

# What the rows of a kind say, by the row's number.
_FILES = {
    "accounts": "'a-' || i as account_id, 'Firm ' || i as name, 'firm' || i || '.example' as domain, "
    "'dana@us.example' as owner, 'mid' as segment, i % 900 as employees, 'Software' as industry",
    "people": "'p-' || i as person_id, 'p' || i || '@firm' || i // 20 || '.example' as email, "
    "'Person ' || i as name, 'a-' || i // 20 as account_id, 'user' as role",
    "subscriptions": "'s-' || i as subscription_id, 'a-' || i // 2 as account_id, (i % 900)::varchar || '.5' "
    "as amount, 'USD' as currency, 'month' as interval, i % 40 as seats, date '2025-01-01' + (i % 300)::int "
    "as start",
    "deals": "'d-' || i as deal_id, 'a-' || i // 2 as account_id, 'Offer' as stage, i % 900 as amount, "
    "'USD' as currency, date '2025-01-01' + (i % 300)::int as created_at, 'web' as source",
    "tickets": "'t-' || i as ticket_id, 'a-' || i // 2 as account_id, 'Help with ' || i as subject, 'email' "
    "as channel, date '2025-01-01' + (i % 300)::int as created_at, date '2025-11-01' as solved_at",
    "goals": "'g-' || i as goal_id, 'a-' || i // 2 as account_id, 'More of ' || i as title, 0 as "
    "start_value, 100 as target_value, i % 90 as value, date '2025-01-01' + (i % 300)::int as measured_on",
    "responses": "'p-' || i as person_id, 'a-' || i // 2 as account_id, 'nps' as survey, i % 11 as score, "
    "'fine' as comment, date '2025-01-01' + (i % 300)::int as timestamp",
    "notes": "'They use ' || i as text, 'a-' || i // 2 as account_id, 'dana@us.example' as author, "
    "date '2025-01-01' + (i % 300)::int as timestamp",
    "costs": "i as amount, 'a-' || i // 2 as account_id, 'credit' as category, 'USD' as currency, "
    "date '2025-01-01' + (i % 300)::int as date",
    "events": "strftime(timestamp '2025-01-01' + to_seconds(i * 30), '%Y-%m-%dT%H:%M:%SZ') as timestamp, "
    "'a-' || i * 7919 % 1000 as account_id, 'p-' || i * 7919 % 10000 as person_id, "
    "'Step ' || i % 40 as event, 'm-' || i as message_id, 'de' as locale, i % 7 as items",
}


def main(workspace_id: str, kind: str, rows: int, with_journal: bool) -> None:
    """Import a file that is made for it; print rows, processor seconds, the baseline's, and memory in MB."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-") as folder:
        path = _file(kind, rows, Path(folder))
        access = access_for_machine(workspace_of_job(workspace_id))
        if kind not in ("accounts", "events"):  # who is told of comes before what is told
            _import(access, "accounts", _file("accounts", rows // 2 + 1, Path(folder)), rows // 2 + 1)
        recording: Any = journal.recording if with_journal else _not_recording
        with mock.patch.object(journal, "recording", recording):
            cpu = _timed(lambda: _import(access, kind, path, rows))
        found = {
            "rows": rows,
            "cpu": cpu,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "baseline": _timed(lambda: _write_plainly(kind, path, Path(folder))),
        }
    sys.stdout.write(json.dumps(found))


def _file(kind: str, rows: int, folder: Path) -> Path:
    path = folder / f"{kind}.csv"
    duckdb.sql(f"copy (select {_FILES[kind]} from range({rows}) t(i)) to '{path}' (header)")  # noqa: S608
    return path


def _not_recording(run: Any, **_: Any) -> Any:
    return nullcontext(mock.Mock())


def _timed(work: Callable[[], None]) -> float:
    """Processor seconds of this process, all its threads."""
    before = time.process_time()
    work()
    return time.process_time() - before


def _import(access: Any, kind: str, path: Path, rows: int) -> None:
    run = import_file(access, kind, path, Options())
    if run.rows_added != rows:
        raise RuntimeError(f"of {rows:,} rows {run.rows_added:,} went in: {run.says}")


def _write_plainly(kind: str, path: Path, folder: Path) -> None:
    """The same file, read and written down with nothing in between."""
    read = f"from read_csv('{path}', all_varchar = true)"
    if kind == "events":
        duckdb.sql(f"copy ({read}) to '{folder / 'plain.parquet'}' (compression zstd)")
        return
    engine = duckdb.connect()
    engine.execute(read)
    names = [name for name, *_ in engine.description or ()]
    database = sqlite3.connect(folder / "plain.db")
    database.execute("PRAGMA journal_mode = WAL")
    columns = ", ".join(f'"{name}" TEXT' for name in names)
    database.execute(f'CREATE TABLE plain ({columns}, PRIMARY KEY ("{names[0]}"))')
    while some := engine.fetchmany(2_000):
        with database:
            database.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * len(names))})", some)  # noqa: S608
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "journal")
