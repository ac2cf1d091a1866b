"""Refreshing: metrics and scores from the lake, against one hand-written query over plain Parquet.

A year of events of many customers (2 million; TENURE_BENCH_EVENTS for more) lies in the lake as observed,
folded by day as the worker leaves it, and once more as plain Parquet that already names customers and people
by our ids. The baseline reads that and gives the same figures as of one day; whether it does is checked.
Customers are as many as events ask for, or TENURE_BENCH_ACCOUNTS: more events are more of them, or busier.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tenure.bench import Result

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from tenure.metrics.tables import Tables
    from tenure.workspaces.models import Workspace

EVENTS = int(os.environ.get("TENURE_BENCH_EVENTS", "2000000"))
EVENTS_PER_ACCOUNT = 2_000  # a year's, in the middle
ACCOUNTS = int(os.environ.get("TENURE_BENCH_ACCOUNTS", "0")) or max(EVENTS // EVENTS_PER_ACCOUNT, 1)
EVENTS_PER_VISIT = 6
PEOPLE = 10
NAMES = ("Opened", "Exported", "Invited", "Commented", "Searched", "Configured")
KEY_FEATURES = NAMES[1:3]
DAYS = 364
BLOCKS = 13
ROUNDS = 3
TOUCHED = 20


def run(rounds: int | None = None) -> Result:
    """How much of the hand-written query's speed is left; and the seconds behind it."""
    from tenure.bench._installation import installation

    with installation() as place:
        command = [sys.executable, "-m", __name__, place.workspace_id, str(rounds or ROUNDS)]
        done = subprocess.run(command, env=place.environment, check=True, stdout=subprocess.PIPE)
        return Result(**json.loads(done.stdout))


def main() -> None:
    """Fill the installation of this process, measure, and print the result."""
    from tenure.cli.base import start_django

    start_django()
    from tenure.workspaces.access import workspace_of_job

    workspace = workspace_of_job(sys.argv[1])
    sys.stdout.write(json.dumps(asdict(measure(workspace, int(sys.argv[2])))))


def measure(workspace: Workspace, rounds: int) -> Result:
    """Fill the workspace and measure."""
    from tenure.events import sealing
    from tenure.health import actions
    from tenure.kit import clock
    from tenure.metrics import engine
    from tenure.metrics.catalog import METRICS
    from tenure.metrics.tables import open_tables

    today = clock.today(workspace.zone)
    touched = fill(workspace, today)[:TOUCHED]
    folded = best(1, lambda: sealing.seal(workspace))
    with open_tables(workspace) as tables:
        by_hand = best(rounds, lambda: hand_written(tables, workspace, today))
        same = [METRICS[name] for name in hand_written(tables, workspace, today).column_names[1:]]
        the_same = best(rounds, lambda: engine.evaluate(tables, same, [today]))
        all_metrics = best(rounds, lambda: engine.evaluate(tables, list(METRICS), [today]))
        check(tables, workspace, today)
    refresh_all = best(rounds, lambda: actions.refresh(workspace))
    refresh_some = best(rounds, lambda: actions.refresh(workspace, touched))
    took = {
        "folding all by day": folded,
        "hand-written query": by_hand,
        "the same figures by the engine": the_same,
        f"all {len(METRICS)} metrics of all accounts": all_metrics,
        "refresh of all: 12 weeks, scores, rows": refresh_all,
        f"refresh of {TOUCHED} touched": refresh_some,
    }
    return Result(
        name="refresh",
        baseline="the same figures by one hand-written DuckDB query over plain Parquet",
        ratios={
            "the same figures": by_hand.seconds / the_same.seconds,
            "all metrics": by_hand.seconds / all_metrics.seconds,
            "refresh": by_hand.seconds / refresh_all.seconds,
            "the same figures, per CPU second": by_hand.cpu / the_same.cpu,
        },
        figures={
            "events": float(EVENTS),
            "accounts": float(ACCOUNTS),
            **{f"{what}, s": one.seconds for what, one in took.items()},
            **{f"{what}, CPU s": one.cpu for what, one in took.items()},
        },
    )


@dataclass(frozen=True)
class Took:
    """How long something took by the clock, and of the processors' time."""

    seconds: float
    cpu: float


def best(rounds: int, act: Callable[[], object]) -> Took:
    """What the fastest round took."""
    found = []
    for _ in range(rounds):
        start, cpu = time.perf_counter(), time.process_time()
        act()
        found.append(Took(time.perf_counter() - start, time.process_time() - cpu))
    return min(found, key=lambda one: one.seconds)


def fill(workspace: Workspace, today: date) -> list[str]:
    """Customers with contracts and answers by the loading path, events straight into lake and Parquet."""
    from tenure.accounts.actions import resolve
    from tenure.accounts.queries import accounts_by_ref

    names = [f"a{number}" for number in range(ACCOUNTS)]
    people = {f"{name}p{number}": name for name in names for number in range(PEOPLE)}
    workspace.key_features = list(KEY_FEATURES)
    workspace.save()
    resolve(workspace, names, people)
    record(workspace, names, today)
    store(workspace, today)
    return list(accounts_by_ref(workspace.id, names).values())


def record(workspace: Workspace, names: Sequence[str], today: date) -> None:
    """A contract and an answer each."""
    from tenure.feedback.actions import ResponseRow, upsert_responses
    from tenure.revenue.actions import TermRow, upsert_terms

    starts = today - timedelta(days=DAYS)
    at = datetime.combine(today - timedelta(days=30), datetime.min.time(), UTC)
    terms = [
        TermRow(f"s-{name}", name, 100_00 + number, "USD", "month", starts, seats=PEOPLE)
        for number, name in enumerate(names)
    ]
    answers = [
        ResponseRow("nps", name, at, f"{name}p0", float(number % 11)) for number, name in enumerate(names)
    ]
    upsert_terms(workspace, terms)
    upsert_responses(workspace, answers)


def store(workspace: Workspace, today: date) -> None:
    """Some weeks at a time: into the lake as observed, and beside it resolved, as plain Parquet."""
    from tenure.events import lake, views

    plain = plain_folder(workspace)
    plain.mkdir(parents=True)
    with views.connect(workspace) as connection:
        for position in range(1, BLOCKS + 1):
            part = events(connection, today, position)
            lake.append(workspace.id, lake.EVENTS, part, "bench", position, lake.BY_ACCOUNT_AND_TIME)
            connection.register("part", part)
            connection.execute(_RESOLVED.format(path=plain / f"{position:02}.parquet"))


def events(connection: duckdb.DuckDBPyConnection, today: date, block: int) -> pa.Table:
    """One block of the year's events, the same every time: visits of some events each."""
    from tenure.events import lake

    length = DAYS // BLOCKS
    about = {
        "first": EVENTS // BLOCKS * (block - 1),
        "last": EVENTS // BLOCKS * block,
        "visit": EVENTS_PER_VISIT,
        "accounts": ACCOUNTS,
        "people": PEOPLE,
        "start": today - timedelta(days=length * (BLOCKS + 1 - block)),
        "days": length,
        "names": list(NAMES),
        "block": block,
    }
    return connection.sql(_EVENTS, params=about).to_arrow_table().cast(lake.SCHEMA)


def plain_folder(workspace: Workspace) -> Path:
    """Where the baseline's files lie."""
    from tenure.kit import home

    return home.lake(workspace.id) / "plain"


def hand_written(tables: Tables, workspace: Workspace, today: date) -> pa.Table:
    """The catalogue's figures as of a day, as somebody would write them who knows nothing of measures."""
    about = {"files": f"{plain_folder(workspace)}/*.parquet", "today": today, "features": list(KEY_FEATURES)}
    return tables.connection.sql(_HAND_WRITTEN, params=about).to_arrow_table()


def check(tables: Tables, workspace: Workspace, today: date) -> None:
    """Both must say the same, or the comparison is worth nothing."""
    from tenure.metrics import engine
    from tenure.metrics.catalog import METRICS

    theirs = hand_written(tables, workspace, today)
    ours = engine.evaluate(tables, [METRICS[name] for name in theirs.column_names[1:]], [today])
    differing = [
        name
        for name in theirs.column_names[1:]
        if not ours[name].combine_chunks().equals(theirs[name].combine_chunks())
    ]
    if differing or ours["account_id"].to_pylist() != theirs["account_id"].to_pylist():
        raise RuntimeError(f"the hand-written query and the engine disagree on {differing or 'the accounts'}")


_EVENTS = """
    WITH visits AS (
        SELECT i, hash(i // $visit) % $accounts AS a, hash(i // $visit, 1) % $people AS p,
            ($start::TIMESTAMP + to_days((hash(i // $visit, 2) % $days)::INTEGER)
                + to_seconds(hash(i, 3) % 86400)) AS occurred_at
        FROM range($first, $last) numbered(i)
    )
    SELECT 'm' || i AS message_id, 'track' AS kind, $names[1 + (hash(i, 4) % len($names))::BIGINT] AS event,
        'a' || a AS account_ref, 'a' || a || 'p' || p AS person_ref,
        timezone('UTC', occurred_at) AS occurred_at, timezone('UTC', occurred_at) AS received_at,
        'bench' AS source, '{}' AS properties, '{}' AS context, 'bench' AS stream, $block::BIGINT AS position,
        strftime(occurred_at, '%Y-%m') AS month
    FROM visits"""

_RESOLVED = """
    COPY (
        SELECT of_account.target_id AS account_id, of_person.target_id AS person_id, occurred_at::DATE AS day,
            event
        FROM part
        JOIN identity of_account ON of_account.kind = 'account' AND of_account.observed = account_ref
        JOIN identity of_person ON of_person.kind = 'person' AND of_person.observed = person_ref
        ORDER BY account_id, occurred_at
    ) TO '{path}' (COMPRESSION zstd, ROW_GROUP_SIZE 20000)"""

_HAND_WRITTEN = """
    WITH used AS (
        SELECT account_id, max(day) AS last_day,
            count(DISTINCT person_id) FILTER (day > $today::DATE - 28) AS people,
            count(*) FILTER (day > $today::DATE - 28) AS now,
            count(*) FILTER (day BETWEEN $today::DATE - 55 AND $today::DATE - 28) AS before,
            count(DISTINCT event) FILTER (day > $today::DATE - 28 AND list_contains($features, event)) AS used
        FROM read_parquet($files) WHERE day <= $today GROUP BY account_id
    ), paid AS (
        SELECT account_id, sum(yearly_minor) AS yearly, sum(seats) AS seats FROM subscriptions
        WHERE starts_on <= $today AND (runs_until IS NULL OR runs_until > $today)
            AND known_from <= $today AND (known_until IS NULL OR known_until > $today) GROUP BY account_id
    ), said AS (
        SELECT account_id, 100 * (count(*) FILTER (last >= 9) - count(*) FILTER (last <= 6)) / count(*) AS nps
        FROM (
            SELECT account_id, arg_max(score, turn) AS last FROM responses
            WHERE survey = 'nps' AND responded_on BETWEEN $today::DATE - 179 AND $today
            GROUP BY account_id, respondent
        ) GROUP BY account_id
    )
    SELECT account_id, people::DOUBLE AS active_people, people / paid.seats::DOUBLE AS seat_use,
        now / nullif(before, 0) AS activity_trend,
        ($today::DATE - last_day)::DOUBLE AS days_since_last_activity,
        used / len($features) AS breadth, yearly / 12 AS mrr, yearly::DOUBLE AS arr, nps
    FROM accounts LEFT JOIN used USING (account_id) LEFT JOIN paid USING (account_id)
        LEFT JOIN said USING (account_id)
    ORDER BY account_id"""


if __name__ == "__main__":
    main()
