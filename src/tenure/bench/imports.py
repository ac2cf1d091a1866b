"""Importing: how many rows of a file go in per processor second, against reading it and writing it down.

Each kind is a CSV file of its own size, imported into an empty installation in a process of its own, from
opening the file to the last commit. The baseline does, in the same process, what nobody could do without:
DuckDB reads the file; its rows go into a plain SQLite table with a key, or, for events, into a Parquet file.
It checks nothing, resolves nobody, and cannot be taken back.

Beside it stands how quick the drain is that evening (`over the drain`): so many events, before all kinds and
after them, each with a workspace of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from tenure.bench import Result, drain
from tenure.bench._installation import installation

RECORDS = "accounts people subscriptions deals tickets goals responses notes costs"
ROWS = {**dict.fromkeys(RECORDS.split(), 150_000), "events": 1_000_000}
DRAINED = 1_000_000  # events


def run(rounds: int | None = None) -> Result:
    """Rows per processor second over the baseline's; the best of `rounds` (1) for each kind."""
    drained = [_drained(DRAINED)]
    found = {kind: [_imported(kind, rows) for _ in range(rounds or 1)] for kind, rows in ROWS.items()}
    drained.append(_drained(DRAINED))
    best = {kind: max(some, key=lambda one: 1 / one["cpu"]) for kind, some in found.items()}
    return report(best, statistics.mean(drained))


def report(found: dict[str, dict[str, Any]], drained: float) -> Result:
    """Ratios and figures of the kinds; `drained`: events that the drain took per processor second."""
    figures: dict[str, float | str] = {"the drain: events per CPU second": drained}
    for kind, one in found.items():
        figures[f"{kind}: rows"] = one["rows"]
        figures[f"{kind}: rows per CPU second"] = one["rows"] / one["cpu"]
        figures[f"{kind}: the baseline's"] = one["rows"] / one["baseline"]
        figures[f"{kind}: share of keeping how to undo it"] = 1 - one["without_journal"] / one["cpu"]
        figures[f"{kind}: memory, MB"] = one["memory"]
    ratios = {kind: one["baseline"] / one["cpu"] for kind, one in found.items()}
    ratios |= {f"{kind} over the drain": one["rows"] / one["cpu"] / drained for kind, one in found.items()}
    return Result("imports", "read by DuckDB, written to a plain table", ratios, figures)


def _drained(events: int) -> float:
    """Events that the drain takes per processor second, of so many."""
    with installation() as place:
        tenths = drain.drained(place, events)
    return sum(sent for sent, *_ in tenths) / sum(cpu for _, _, cpu, _ in tenths)


def _imported(kind: str, rows: int) -> dict[str, Any]:
    """What `_imported` measured; with and without the journal in installations of their own."""
    found: list[dict[str, Any]] = []
    for journal in ("journal", "none"):
        with installation() as place:
            command = [sys.executable, "-m", "tenure.bench._imported", place.workspace_id, kind, str(rows)]
            done = subprocess.run(
                [*command, journal], env=place.environment, check=True, stdout=subprocess.PIPE
            )
            found.append(json.loads(done.stdout))
    return found[0] | {"without_journal": found[1]["cpu"]}
