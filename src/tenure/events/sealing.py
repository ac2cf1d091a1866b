"""Folds product use by day, up to where the events are: the one writer of what `rollups` keeps.

Nothing is lost by dying: what is written counts only when the state that names it is published.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from tenure.events import lake, rollups, views
from tenure.events.rollups import PEOPLE, SPANS, USE, Rolled
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace

WORTH_BYTES = 1 << 20  # of events behind the last state; fewer are as quick read as they are
WORTH_FILES = 24
_MOST_FILES = 8  # of a month and kind; then they are folded together
_READERS_ARE_DONE_AFTER = 900  # seconds that files of former states stay

_FORMAT = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000"

_PART = """
    CREATE OR REPLACE TEMP TABLE part AS
    SELECT account_ref, person_ref, month, {day} AS day, event, count(*)::BIGINT AS events
    FROM unfolded WHERE month = $month AND kind IN {kinds} GROUP BY ALL"""
_TOGETHER = """
    CREATE OR REPLACE TEMP TABLE part AS
    SELECT account_ref, person_ref, month, day, event, sum(events)::BIGINT AS events FROM (
        FROM part UNION ALL BY NAME SELECT {columns} FROM read_parquet($files, hive_partitioning = false)
    ) GROUP BY ALL"""
_FOLDED = {
    USE: "SELECT {columns} FROM part ORDER BY account_ref, person_ref, day",
    PEOPLE: """
        SELECT account_ref, person_ref, month, day, sum(events)::BIGINT AS events
        FROM part GROUP BY ALL ORDER BY account_ref, person_ref, day""",
    SPANS: """
        SELECT account_ref, person_ref, month, min(day) AS first_day, max(day) AS last_day
        FROM part GROUP BY ALL ORDER BY account_ref, person_ref""",
}
_REACHED = "SELECT stream, max(position) FROM unfolded GROUP BY stream"


def is_worth(workspace: Workspace) -> bool:
    """Whether enough has come since the last state, or that one no longer holds."""
    rolled, after = _behind(workspace)
    if rolled is None and rollups.read(workspace.id) is not None:
        return True
    return len(after) >= WORTH_FILES or sum(Path(name).stat().st_size for name in after) >= WORTH_BYTES


def seal(workspace: Workspace) -> bool:
    """Fold all that the lake has into a new state; False if somebody else is at it, or nothing came."""
    with _alone(workspace.id) as is_alone:
        if not is_alone:
            return False
        listing = lake.listing(workspace.id, lake.EVENTS)
        rolled = rollups.current(workspace, listing) or _nothing(workspace, listing)
        after = rollups.not_covered(rolled, listing)
        if not after:
            return False
        rollups.publish(workspace.id, _grown(workspace, rolled, listing, after))
        clear(workspace.id)
        return True


def _behind(workspace: Workspace) -> tuple[Rolled | None, list[str]]:
    """The present state, and the files of events that may have more than it."""
    listing = lake.listing(workspace.id, lake.EVENTS)
    rolled = rollups.current(workspace, listing)
    return rolled, rollups.not_covered(rolled, listing) if rolled else list(listing.names)


def _nothing(workspace: Workspace, listing: lake.Listing) -> Rolled:
    return Rolled(workspace.zone, listing.deletions, {}, frozenset(), dict.fromkeys(rollups.COLUMNS, ()))


def _grown(workspace: Workspace, rolled: Rolled, listing: lake.Listing, after: Sequence[str]) -> Rolled:
    """The state with what the files have more."""
    with views.unfolded(workspace, rolled.reached, after) as connection:
        reached = dict(connection.execute(_REACHED).fetchall())
        months = sorted({lake.month_of(name) for name in after})
        files = dict(rolled.files)
        for month in months:
            files = _Month(workspace, connection, month).fold(files)
    return replace(
        rolled,
        reached={**rolled.reached, **reached},
        covered=frozenset(Path(name).name for name in listing.names),
        files=files,
    )


@dataclass(frozen=True)
class _Month:
    """Folds one month's events."""

    workspace: Workspace
    connection: duckdb.DuckDBPyConnection
    month: str

    def fold(self, files: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The files by kind with the month's new ones; instead of many, one."""
        day = views.local_day(self.workspace.zone)
        self.connection.execute(_PART.format(day=day, kinds=views.PRODUCT_KINDS), {"month": self.month})
        if not self.connection.execute("SELECT 1 FROM part LIMIT 1").fetchall():
            return dict(files)
        former = [name for name in files[USE] if lake.month_of(name) == self.month]
        if len(former) < _MOST_FILES:
            return {kind: (*files[kind], self._write(kind)) for kind in files}
        place = rollups.folder(self.workspace.id)
        together = _TOGETHER.format(columns=rollups.COLUMNS[USE])
        self.connection.execute(together, {"files": [str(place / name) for name in former]})
        return {
            kind: (*(name for name in names if lake.month_of(name) != self.month), self._write(kind))
            for kind, names in files.items()
        }

    def _write(self, kind: str) -> str:
        """A new file of what is folded, on disk; gives its name."""
        place = rollups.folder(self.workspace.id)
        name = f"{kind}/month={self.month}/{new_id()}.parquet"
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sql = _FOLDED[kind].format(columns=rollups.COLUMNS[kind])
        self.connection.execute(f"COPY ({sql}) TO {views.literal(str(path))} ({_FORMAT})")
        for one in (path, path.parent, path.parent.parent):
            rollups.sync(one)
        return name


@contextmanager
def _alone(workspace_id: str) -> Iterator[bool]:
    """Whether nobody else folds the workspace's use; nobody will until the block ends, or the process."""
    place = rollups.folder(workspace_id)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def clear(workspace_id: str) -> None:
    """Delete what former states named, or nobody came to publish."""
    rolled, place = rollups.read(workspace_id), rollups.folder(workspace_id)
    named = {place / name for names in rolled.files.values() for name in names} if rolled else set()
    old = time.time() - _READERS_ARE_DONE_AFTER
    for path in place.glob("*/month=*/*.parquet"):
        if path not in named and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
