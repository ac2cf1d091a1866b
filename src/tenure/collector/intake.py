"""The intake: request bodies on disk before they are acknowledged, in order, until they are drained.

One row is one accepted request. Each stream (one per collector slot) numbers its rows without gaps and
commits them in order; a number is never given twice, whatever is deleted or restarted in between, so
that the lake can tell a replay from something new.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tenure.kit import clock, home

MOST_WAITING = 20_000  # requests
MOST_WAITING_BYTES = 128 * 1024 * 1024
MOST_A_COMMIT = 2_000
MOST_A_COMMIT_BYTES = 16 * 1024 * 1024

SCHEMA = """
CREATE TABLE IF NOT EXISTS intake (
    stream TEXT NOT NULL, position INTEGER NOT NULL, workspace_id TEXT NOT NULL, key_id TEXT NOT NULL,
    path TEXT NOT NULL, received_at INTEGER NOT NULL, agent TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (stream, position));
CREATE TABLE IF NOT EXISTS intake_stream (stream TEXT PRIMARY KEY, forgotten INTEGER NOT NULL);
"""


class FullError(Exception):
    """More waits to be written than may; try again in a moment."""


class NotDurableError(Exception):
    """It could not be written to disk, and why."""


class Arrival(NamedTuple):
    """An accepted request: whose, on which call, when (microseconds, UTC), from what, its JSON body."""

    workspace_id: str
    key_id: str
    path: str
    received_at: int
    agent: str
    body: bytes


class Row(NamedTuple):
    """An arrival with its place in a stream."""

    stream: str
    position: int
    workspace_id: str
    key_id: str
    path: str
    received_at: int
    agent: str
    body: bytes


Waiting = tuple[Arrival, asyncio.Future[None]]


def connect(path: Path | None = None, synchronous: str = "FULL") -> sqlite3.Connection:
    """Open the intake's file, making it if need be. Transactions are the caller's."""
    path = path or home.intake_db()
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    db.execute("PRAGMA page_size=8192")  # only a new file heeds it
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("PRAGMA wal_autocheckpoint=4000")
    db.executescript(SCHEMA)
    return db


def append(db: sqlite3.Connection, stream: str, arrivals: Iterable[Arrival]) -> int:
    """Commit arrivals to a stream, durably and in order; returns the last one's position."""
    db.execute("BEGIN IMMEDIATE")
    try:
        first = position = last_position(db, stream)
        rows = [(stream, position := position + 1, *arrival) for arrival in arrivals]
        db.executemany("INSERT INTO intake VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute("INSERT OR IGNORE INTO intake_stream VALUES (?, ?)", (stream, first))
        db.execute("COMMIT")
    except BaseException:
        _roll_back(db)
        raise
    return position


def last_position(db: sqlite3.Connection, stream: str) -> int:
    """The last position given in a stream.

    A stream's numbers start at the microsecond of its birth: should the intake's file be lost, the new
    one's numbers are still higher than any the lake has seen, and nothing is mistaken for a replay.
    """
    newest = db.execute("SELECT max(position) FROM intake WHERE stream = ?", (stream,)).fetchone()[0]
    if newest is None:
        row = db.execute("SELECT forgotten FROM intake_stream WHERE stream = ?", (stream,)).fetchone()
        newest = row[0] if row else clock.micros()
    return int(newest)


def streams(db: sqlite3.Connection) -> list[str]:
    """Every stream there ever was, by name."""
    return [name for (name,) in db.execute("SELECT stream FROM intake_stream ORDER BY stream")]


def read(
    db: sqlite3.Connection, stream: str, after: int, most_rows: int = 1_000, most_bytes: int = 16 << 20
) -> list[Row]:
    """The rows behind position `after`, in order: at least one if there is any, at most both limits."""
    rows: list[Row] = []
    size = 0
    found = db.execute(
        "SELECT * FROM intake WHERE stream = ? AND position > ? ORDER BY position LIMIT ?",
        (stream, after, most_rows),
    )
    for values in found:
        row = Row(*values)
        size += len(row.body)
        if rows and size > most_bytes:
            break
        rows.append(row)
    found.close()
    return rows


def forget(db: sqlite3.Connection, stream: str, upto: int) -> None:
    """Delete a stream's rows up to and including a position: they are safe elsewhere."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(
            "UPDATE intake_stream SET forgotten = max(forgotten, coalesce("
            "(SELECT max(position) FROM intake WHERE stream = ?1 AND position <= ?2), 0)) WHERE stream = ?1",
            (stream, upto),
        )
        db.execute("DELETE FROM intake WHERE stream = ? AND position <= ?", (stream, upto))
        db.execute("COMMIT")
    except BaseException:
        _roll_back(db)
        raise


def backlog(db: sqlite3.Connection) -> int:
    """How many requests wait to be drained."""
    return int(db.execute("SELECT count(*) FROM intake").fetchone()[0])


def _roll_back(db: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        db.execute("ROLLBACK")


class Intake:
    """Takes arrivals from the event loop and commits together, on a thread, what has come meanwhile."""

    def __init__(
        self,
        path: Path | None = None,
        stream: str = "c0",
        most_waiting: int = MOST_WAITING,
        most_waiting_bytes: int = MOST_WAITING_BYTES,
    ) -> None:
        self.path = path or home.intake_db()
        self.stream = stream
        self.trouble = ""  # what the last commit failed of, empty while all is well
        self._most_waiting, self._most_bytes = most_waiting, most_waiting_bytes
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0  # of what waits and of what is being committed
        self._committing: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._db: sqlite3.Connection | None = None

    def start(self) -> None:
        """Begin to write; call it on the event loop that will `put`. Raises sqlite3.Error."""
        self._loop = asyncio.get_running_loop()
        self._db = connect(self.path)
        self._thread = ThreadPoolExecutor(1, f"intake-{self.stream}")

    def put(self, arrival: Arrival) -> asyncio.Future[None]:
        """Queue an arrival; await what this returns before acknowledging it.

        Raises FullError at once; the future raises NotDurableError.
        """
        if len(self._waiting) >= self._most_waiting or self._bytes >= self._most_bytes:
            raise FullError
        if self._thread is None:
            raise NotDurableError("the intake is closed")
        future = self._loop.create_future()
        self._waiting.append((arrival, future))
        self._bytes += len(arrival.body)
        if self._committing is None:
            self._committing = self._loop.create_task(self._commit_all(self._thread))
        return future

    async def stop(self) -> None:
        """Write what waits, then end."""
        thread, self._thread = self._thread, None
        if self._committing is not None:
            await self._committing
        if thread is not None:
            thread.shutdown()
        self._drop_db()

    async def _commit_all(self, thread: ThreadPoolExecutor) -> None:
        """Commit group after group until nothing waits."""
        while self._waiting:
            group = self._take()
            arrivals = [arrival for arrival, _ in group]
            self.trouble = await self._loop.run_in_executor(thread, self._commit, arrivals)
            self._settle(group)
        self._committing = None

    def _take(self) -> list[Waiting]:
        """What waits, within a commit's limits."""
        group: list[Waiting] = []
        size = 0
        while self._waiting and len(group) < MOST_A_COMMIT and size < MOST_A_COMMIT_BYTES:
            group.append(self._waiting.popleft())
            size += len(group[-1][0].body)
        return group

    def _commit(self, arrivals: list[Arrival]) -> str:
        """Commit a group on the thread; returns what was the trouble, if any."""
        try:
            self._db = self._db or connect(self.path)
            append(self._db, self.stream, arrivals)
        except Exception as error:  # whatever it is, those who wait must hear of it
            self._drop_db()
            return str(error) or type(error).__name__
        return ""

    def _settle(self, group: list[Waiting]) -> None:
        for arrival, future in group:
            self._bytes -= len(arrival.body)
            if future.done():  # cancelled: nobody waits for it
                continue
            if self.trouble:
                future.set_exception(NotDurableError(self.trouble))
            else:
                future.set_result(None)

    def _drop_db(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()
