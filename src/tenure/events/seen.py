"""Message ids of the last days, and where each was first seen: what tells a duplicate from a replay.

One table a day: a single index over all of them would slow down with every event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from operator import itemgetter
from struct import Struct

import msgspec

from tenure.kit import home

WINDOW_DAYS = 7

_halves = Struct("<qq").unpack


Key = tuple[int, int]
Place = tuple[str, int, int]  # stream, position, which of its request: the same again is the same arrival


def connect() -> sqlite3.Connection:
    """Open the memory, making it if need be."""
    path = home.seen_db()
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA cache_size=-64000")
    return db


def remember(
    db: sqlite3.Connection,
    workspace_id: str,
    messages: Sequence[tuple[str, Place]],
    day: date,
    window_days: int = WINDOW_DAYS,
) -> list[bool]:
    """For each message whether this is its first arrival, remembered from now on under `day`.

    A message that arrives again from where it was first seen is a replay, and counts as first. So does
    one that was first seen more than `window_days` before `day`.
    """
    keys = [_key(f"{workspace_id}/{message_id}") for message_id, _ in messages]
    db.execute("BEGIN IMMEDIATE")
    try:
        known = _known_places(db, keys, day - timedelta(days=window_days))
        new: dict[Key, Place] = {}
        answers = []
        for key, (_, place) in zip(keys, messages, strict=True):
            before = known.get(key) or new.setdefault(key, place)
            answers.append(before == place)
        _add(db, day, new)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return answers


def forget_before(db: sqlite3.Connection, oldest: date, window_days: int = WINDOW_DAYS) -> None:
    """Drop the days that no message received from `oldest` on needs any more."""
    last = _table(oldest - timedelta(days=window_days))
    for table in _tables(db):
        if table < last:
            db.execute(f"DROP TABLE {table}")


def _key(text: str) -> Key:
    """128 bits for a text: the table's key, and a check for the day two texts share one."""
    return _halves(blake2b(text.encode(), digest_size=16).digest())


def _known_places(db: sqlite3.Connection, keys: Sequence[Key], since: date) -> dict[Key, Place]:
    """Where the messages behind these keys were first seen since a day."""
    asked = msgspec.json.encode([key for key, _ in keys])
    found: dict[Key, Place] = {}
    first = _table(since)
    for table in _tables(db):
        if table < first:
            continue
        rows = db.execute(
            f"SELECT message, check_bits, stream, position, part FROM json_each(?) CROSS JOIN {table} "  # noqa: S608
            f"ON {table}.message = json_each.value",
            (asked,),
        )
        found.update(((key, check), (stream, position, part)) for key, check, stream, position, part in rows)
    return found


def _add(db: sqlite3.Connection, day: date, new: dict[Key, Place]) -> None:
    table = _table(day)
    db.execute(
        f"CREATE TABLE IF NOT EXISTS {table} (message INTEGER PRIMARY KEY, check_bits INTEGER NOT NULL, "
        "stream TEXT NOT NULL, position INTEGER NOT NULL, part INTEGER NOT NULL)"
    )
    rows = [(*key, *place) for key, place in new.items()]
    rows.sort(key=itemgetter(0))  # in the order of the tree, which halves the time
    db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608


def _tables(db: sqlite3.Connection) -> list[str]:
    """The days there are, oldest first."""
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'seen_[0-9]*'")
    return sorted(name for (name,) in rows)


def _table(day: date) -> str:
    return f"seen_{day:%Y%m%d}"
