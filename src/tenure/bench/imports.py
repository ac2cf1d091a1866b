"""Importing: how many rows of a file go in per processor second, against reading it and writing it down.

Each kind is a CSV file of its own size, imported into an empty installation in a process of its own, from
opening the file to the last commit. The baseline does, in the same process, what nobody could do without:
DuckDB reads the file; its rows go into a plain SQLite table with a key, or, for events, into a Parquet file.
It checks nothing, resolves nobody, and cannot be taken back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tenure.bench import Result
from tenure.bench._installation import installation

RECORDS = "accounts people subscriptions deals tickets goals responses notes costs"
ROWS = {**dict.fromkeys(RECORDS.split(), 50_000), "events": 1_000_000}


def run(rounds: int | None = None) -> Result:
    """Rows per processor second over the baseline's; the best of `rounds` (1) for each kind."""
    found = {kind: [_imported(kind, rows) for _ in range(rounds or 1)] for kind, rows in ROWS.items()}
    return report({kind: max(some, key=lambda one: 1 / one["cpu"]) for kind, some in found.items()})


def report(found: dict[str, dict[str, Any]]) -> Result:
    """Ratios and figures of the kinds."""
    figures: dict[str, float | str] = {}
    for kind, one in found.items():
        figures[f"{kind}: rows"] = one["rows"]
        figures[f"{kind}: rows per CPU second"] = one["rows"] / one["cpu"]
        figures[f"{kind}: the baseline's"] = one["rows"] / one["baseline"]
        figures[f"{kind}: share of keeping how to undo it"] = 1 - one["without_journal"] / one["cpu"]
        figures[f"{kind}: memory, MB"] = one["memory"]
    ratios = {kind: one["baseline"] / one["cpu"] for kind, one in found.items()}
    return Result("imports", "read by DuckDB, written to a plain table", ratios, figures)


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
