"""The intake: request bodies on disk before they are acknowledged, in order, until they are drained.

Whatever arrives while the disk is busy is committed together, many small requests in one row. Each stream
(one per collector slot) numbers its requests without gaps and commits them in order; a number is never
given twice, whatever is deleted or restarted in between, so that the lake can tell a replay from
something new.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

import msgspec

from tenure.kit import clock, home

MOST_WAITING = 20_000  # requests
MOST_WAITING_BYTES = 128 * 1024 * 1024
MOST_A_COMMIT = 2_000
MOST_A_COMMIT_BYTES = 16 * 1024 * 1024
PART_BYTES = 64 * 1024  # of bodies in a row

PAGE = 16 * 1024
PAGES_A_CHECKPOINT = 4_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS intake (
    stream TEXT NOT NULL, last INTEGER NOT NULL, requests INTEGER NOT NULL, arrivals BLOB NOT NULL,
    PRIMARY KEY (stream, last));
CREATE TABLE IF NOT EXISTS intake_stream (stream TEXT PRIMARY KEY, forgotten INTEGER NOT NULL);
"""
APPEND = """
INSERT INTO intake
SELECT stream, max(forgotten, coalesce((SELECT max(last) FROM intake WHERE stream = ?1), 0)) + ?2, ?2, ?3
FROM intake_stream WHERE stream = ?1
"""
READ = """
SELECT last - requests, max(?2, forgotten), arrivals FROM intake JOIN intake_stream USING (stream)
WHERE stream = ?1 AND last > max(?2, forgotten) ORDER BY last
"""
NEWEST = """
SELECT max(forgotten, coalesce((SELECT max(last) FROM intake WHERE stream = ?1), 0))
FROM intake_stream WHERE stream = ?1
"""
FORGET = """
UPDATE intake_stream
SET forgotten = max(forgotten, min(?2, coalesce((SELECT max(last) FROM intake WHERE stream = ?1), 0)))
WHERE stream = ?1
"""
BACKLOG = """
SELECT coalesce(sum(min(requests, last - forgotten)), 0) FROM intake JOIN intake_stream USING (stream)
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


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Arrival]).decode


def connect(path: Path | None = None, synchronous: str = "FULL") -> sqlite3.Connection:
    """Open the intake's file, making it if need be. Transactions are the caller's."""
    path = path or home.intake_db()
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    db.execute(f"PRAGMA page_size={PAGE}")  # only a new file heeds it
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute(f"PRAGMA wal_autocheckpoint={PAGES_A_CHECKPOINT}")
    db.executescript(SCHEMA)
    return db


def append(db: sqlite3.Connection, stream: str, arrivals: Sequence[Arrival]) -> None:
    """Commit arrivals, at least one, to a stream, durably and in order.

    A stream's numbers start at the microsecond of its birth: should the intake's file be lost, the new
    one's numbers are still higher than any the lake has seen, and nothing is mistaken for a replay.
    """
    parts = list(_parts(arrivals))
    with _transaction(db) if len(parts) > 1 else nullcontext():  # one statement is a transaction by itself
        for part in parts:
            _insert(db, stream, part)


def _parts(arrivals: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """Arrivals by row: many small ones together, large ones alone, which spares copying megabytes."""
    first = size = 0
    for index, arrival in enumerate(arrivals):
        size += len(arrival.body)
        if size > PART_BYTES:
            yield arrivals[first : index + 1]
            first, size = index + 1, 0
    if first < len(arrivals):
        yield arrivals[first:]


def _insert(db: sqlite3.Connection, stream: str, arrivals: Sequence[Arrival]) -> None:
    values = (stream, len(arrivals), _pack(arrivals))
    if db.execute(APPEND, values).rowcount == 0:
        db.execute("INSERT OR IGNORE INTO intake_stream VALUES (?, ?)", (stream, clock.micros()))
        db.execute(APPEND, values)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of a block's statements or none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def last_position(db: sqlite3.Connection, stream: str) -> int:
    """The last position given in a stream there is."""
    return int(db.execute(NEWEST, (stream,)).fetchone()[0])


def streams(db: sqlite3.Connection) -> list[str]:
    """Every stream there ever was, by name."""
    return [name for (name,) in db.execute("SELECT stream FROM intake_stream ORDER BY stream")]


def read(
    db: sqlite3.Connection, stream: str, after: int, most_rows: int = 1_000, most_bytes: int = 16 << 20
) -> list[Row]:
    """The requests behind position `after`, in order: at least one if there is any, at most both limits."""
    rows: list[Row] = []
    size = 0
    with closing(db.execute(READ, (stream, after))) as found:
        for before, behind, arrivals in found:
            for position, arrival in enumerate(_unpack(arrivals), before + 1):
                if position <= behind:
                    continue
                size += len(arrival.body)
                if rows and (size > most_bytes or len(rows) == most_rows):
                    return rows
                rows.append(Row(stream, position, *arrival))
    return rows


def forget(db: sqlite3.Connection, stream: str, upto: int) -> None:
    """Let go of a stream's requests up to and including a position: they are safe elsewhere."""
    with _transaction(db):
        db.execute(FORGET, (stream, upto))
        db.execute("DELETE FROM intake WHERE stream = ? AND last <= ?", (stream, upto))


def backlog(db: sqlite3.Connection) -> int:
    """How many requests wait to be drained."""
    return int(db.execute(BACKLOG).fetchone()[0])


class Group:
    """Arrivals that are committed together, and the future all of their senders wait for."""

    __slots__ = ("arrivals", "bytes", "done")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.arrivals: list[Arrival] = []
        self.bytes = 0
        self.done: asyncio.Future[None] = loop.create_future()

    def add(self, arrival: Arrival) -> None:
        """One more."""
        self.arrivals.append(arrival)
        self.bytes += len(arrival.body)

    @property
    def is_full(self) -> bool:
        """Whether a commit of it is long enough."""
        return len(self.arrivals) >= MOST_A_COMMIT or self.bytes >= MOST_A_COMMIT_BYTES

    def settle(self, trouble: str) -> None:
        """Tell all senders."""
        if self.done.done():  # cancelled with its senders: nobody waits
            return
        if trouble:
            self.done.set_exception(NotDurableError(trouble))
        else:
            self.done.set_result(None)


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
        self._groups: deque[Group] = deque()
        self._requests = self._bytes = 0  # of what waits and of what is being committed
        self._is_committing = False
        self._thread: Thread | None = None
        self._queue: SimpleQueue[Group | None] = SimpleQueue()
        self._db: sqlite3.Connection | None = None

    def start(self) -> None:
        """Begin to write; call it on the event loop that will `put`. Raises sqlite3.Error."""
        self._loop = asyncio.get_running_loop()
        self._db = connect(self.path)
        self._thread = Thread(target=self._write, name=f"intake-{self.stream}", daemon=True)
        self._thread.start()

    def put(self, arrival: Arrival) -> asyncio.Future[None]:
        """Queue an arrival; await what this returns before acknowledging it.

        Raises FullError at once; the future, which is that of a whole group, raises NotDurableError.
        """
        if self._requests >= self._most_waiting or self._bytes >= self._most_bytes:
            raise FullError
        if self._thread is None:
            raise NotDurableError("the intake is closed")
        if not self._groups or self._groups[-1].is_full:
            self._groups.append(Group(self._loop))
        group = self._groups[-1]
        group.add(arrival)
        self._requests += 1
        self._bytes += len(arrival.body)
        if not self._is_committing:
            self._is_committing = True
            self._loop.call_soon(self._hand_over)  # with what else arrives in this turn of the loop
        return group.done

    async def stop(self) -> None:
        """Write what waits, then end."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        while self._groups:
            self._queue.put(self._groups.popleft())
        self._queue.put(None)
        await asyncio.to_thread(thread.join)
        self._drop_db()

    def _hand_over(self) -> None:
        """Have committed what waits, or rest."""
        self._is_committing = bool(self._groups)
        if self._groups:
            self._queue.put(self._groups.popleft())

    def _write(self) -> None:
        """The thread: commit group after group until there is none to come."""
        while (group := self._queue.get()) is not None:
            self._loop.call_soon_threadsafe(self._settle, group, self._commit(group))

    def _commit(self, group: Group) -> str:
        """Commit a group; returns what was the trouble, if any."""
        try:
            self._db = self._db or connect(self.path)
            append(self._db, self.stream, group.arrivals)
        except Exception as error:  # whatever it is, those who wait must hear of it
            self._drop_db()
            return str(error) or type(error).__name__
        return ""

    def _settle(self, group: Group, trouble: str) -> None:
        """Back on the event loop: the disk gets the next group first, then senders are answered."""
        self.trouble = trouble
        self._requests -= len(group.arrivals)
        self._bytes -= group.bytes
        self._hand_over()
        group.settle(trouble)

    def _drop_db(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()
