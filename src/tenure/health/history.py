"""The daily history of scores: a table of the lake, only ever added to; the latest computed counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenure.events import lake
from tenure.health.rating import Part, Rating
from tenure.health.scoring import Basis, Floats, Scores

TABLE = "scores"
SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("day", pa.date32()),
        ("score", pa.float64()),  # what counts: the override while one holds
        ("computed", pa.float64()),  # what the profile gives; the parts sum to it
        ("band", pa.string()),  # of the score, by the profile in force on that day
        ("outcomes", pa.float64()),
        ("experience", pa.float64()),
        ("basis", pa.string()),
        ("coverage", pa.float64()),
        ("parts", pa.string()),  # JSON: {"seat_use": {"value": 0.4, "points": 45.0, "weight": 0.27}, …}
        ("profile", pa.string()),
        ("profile_version", pa.int64()),
        ("computed_at", pa.timestamp("us", "UTC")),
        ("month", pa.string()),
    ]
)


@dataclass(frozen=True)
class Day:
    """An account's score as of a day, as last computed; None where a side had no data."""

    day: date
    score: float | None
    outcomes: float | None
    experience: float | None
    basis: str
    coverage: float
    computed: float | None


def append(workspace_id: str, rows: pa.Table) -> None:
    """Add rows of `SCHEMA` to a workspace's history."""
    done = False
    while not done:  # another process that appends takes the position: the next is as good
        position = lake.position(workspace_id, TABLE, TABLE) + 1
        done = lake.append(workspace_id, TABLE, rows, TABLE, position, sort_by=("account_id", "day"))


def rows(rating: Rating, which: NDArray[np.int64], computed_at: datetime) -> pa.Table:
    """Rows of `SCHEMA` for some rows of a rating; those of which nothing is known are left out."""
    is_told = (rating.basis != Basis.NONE) | ~np.isnan(rating.score)
    is_asked = np.zeros(len(rating), dtype=bool)
    is_asked[which] = True
    parts = [
        _rows(rating, part, np.flatnonzero((is_told & is_asked)[part.rows]), computed_at)
        for part in rating.parts
    ]
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()


def _rows(rating: Rating, part: Part, which: NDArray[np.int64], computed_at: datetime) -> pa.Table:
    """Rows that one profile scores."""
    here = part.rows[which]
    values = rating.values.take(here)
    days, profile = values["as_of"], part.scores.profile
    columns = {
        "account_id": values["account_id"],
        "day": days,
        "score": _column(rating.score[here]),
        "computed": _column(rating.computed[here]),
        "band": pa.array([band or None for band in rating.bands[here]], pa.string()),
        "outcomes": _column(rating.outcomes[here]),
        "experience": _column(rating.experience[here]),
        "basis": pa.array(rating.basis[here].tolist(), pa.string()),
        "coverage": _column(rating.coverage[here]),
        "parts": _parts(part.scores, which),
        "profile": pa.repeat(pa.scalar(profile.name, pa.string()), len(here)),
        "profile_version": pa.repeat(pa.scalar(profile.version, pa.int64()), len(here)),
        "computed_at": pa.repeat(pa.scalar(computed_at, pa.timestamp("us", "UTC")), len(here)),
        "month": pc.strftime(days, "%Y-%m"),
    }
    return pa.table(columns, schema=SCHEMA)


def _column(numbers: Floats) -> pa.Array:
    return pa.array(numbers, pa.float64(), from_pandas=True)


def _parts(scores: Scores, which: NDArray[np.int64]) -> pa.ChunkedArray:
    """Each row's parts as JSON, made by DuckDB, column by column."""
    columns: dict[str, pa.Array] = {}
    fields: list[str] = []
    for number, part in enumerate(scores.profile.parts):
        columns[f"value_{number}"] = _column(scores.values[which, number])
        columns[f"points_{number}"] = _column(scores.points[which, number])
        columns[f"weight_{number}"] = _column(scores.weights[which, number])
        name = part.metric.name.replace("'", "''")
        found = f"{{value: value_{number}, points: points_{number}, weight: weight_{number}}}"
        fields.append(f"'{name}': CASE WHEN points_{number} IS NOT NULL THEN {found} END")
    with duckdb.connect() as connection:
        connection.register("scores", pa.table(columns))
        query = f"SELECT to_json({{{', '.join(fields)}}})::VARCHAR AS parts FROM scores"  # noqa: S608
        return connection.sql(query).to_arrow_table()["parts"]


def of_account(workspace_id: str, account_id: str) -> list[Day]:
    """An account's history, oldest day first."""
    names = lake.files(workspace_id, TABLE)
    if not names:
        return []
    with duckdb.connect() as connection:
        found = connection.execute(_OF_ACCOUNT, {"names": names, "account": account_id}).fetchall()
    return [Day(*row) for row in found]


_OF_ACCOUNT = """
    SELECT day, score, outcomes, experience, basis, coverage, computed
    FROM read_parquet($names, union_by_name = true, hive_partitioning = false)
    WHERE account_id = $account
    QUALIFY row_number() OVER (PARTITION BY day ORDER BY computed_at DESC) = 1
    ORDER BY day"""


def bands(workspace_id: str, day: date) -> dict[str, str | None]:
    """Every account's band as of a day, as last computed; nothing where that day was never scored."""
    month = f"{day:%Y-%m}"
    names = lake.files(workspace_id, TABLE, (month, month))
    if not names:
        return {}
    with duckdb.connect() as connection:
        found = connection.execute(_OF_DAY, {"names": names, "day": day}).fetchall()
    return {account: band or None for account, band in found}


_OF_DAY = """
    SELECT account_id, arg_max(coalesce(band, ''), computed_at) AS band
    FROM read_parquet($names, union_by_name = true, hive_partitioning = false)
    WHERE day = $day GROUP BY account_id"""
