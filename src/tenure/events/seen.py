"""Message ids of the last days, and where each was first seen: what tells a duplicate from a replay.

Ids are kept in parts of one day and some hundred thousand ids each. A part's tree so stays small enough to
write to quickly; whether another part may know an id is asked of a filter in memory, which is right about
all that it says no to. So the cost of an event does not grow with how many are remembered.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tenure.kit import home
from tenure.kit.ids import new_id

WINDOW_DAYS = 7
PART_ROWS = 500_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, day TEXT NOT NULL, rows INTEGER NOT NULL,
    filter BLOB);
"""

_BITS = 1 << 23  # of a filter: 16 for each id of a full part, of which 4 are set; it errs once in 500
_PROBES = 4
_MOST_FILTERS = 400  # in memory, of a megabyte each

_halves = Struct("<qq").unpack

Key = tuple[int, int]
Keys = npt.NDArray[np.uint64]  # two columns
Place = tuple[str, int, int]  # stream, position, which of its request: the same again is the same arrival


@dataclass
class Part:
    """Some ids of a day. Once it is full, its filter lies beside it."""

    number: int
    id: str
    day: str
    rows: int

    @property
    def table(self) -> str:
        """Where its ids are."""
        return f"seen_{int(self.number)}"

    @property
    def is_full(self) -> bool:
        """Whether the next ids go elsewhere."""
        return self.rows >= PART_ROWS


class Probes(NamedTuple):
    """Where a filter has the bits of some keys, the same in all filters: a row for each key."""

    bytes: npt.NDArray[np.intp]
    masks: npt.NDArray[np.uint8]


class Filter:
    """Knows which ids a part cannot have. `rows`: how many it was told of."""

    def __init__(self, bits: npt.NDArray[np.uint8], rows: int) -> None:
        self.bits, self.rows = bits, rows

    def add(self, keys: Keys) -> None:
        """Remember keys."""
        probes = _probes(keys)
        np.bitwise_or.at(self.bits, probes.bytes, probes.masks)

    def may_have(self, probes: Probes) -> npt.NDArray[np.intp]:
        """The numbers of those keys that may have been added: each probe leaves fewer."""
        left = np.arange(len(probes.bytes))
        for bytes_, masks in zip(probes.bytes.T, probes.masks.T, strict=True):
            left = left[self.bits[bytes_[left]] & masks[left] != 0]
        return left


_filters: OrderedDict[str, Filter] = OrderedDict()


def connect() -> sqlite3.Connection:
    """Open the memory, making it if need be."""
    path = home.seen_db()
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA cache_size=-64000")
    db.execute(SCHEMA)
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
        _filters.clear()  # they may have been told what is not so
        db.execute("ROLLBACK")
        raise
    return answers


def forget_before(db: sqlite3.Connection, oldest: date, window_days: int = WINDOW_DAYS) -> None:
    """Drop the days that no message received from `oldest` on needs any more."""
    last = (oldest - timedelta(days=window_days)).isoformat()
    for part in _parts(db, date.min):
        if part.day < last:
            db.execute("DELETE FROM part WHERE number = ?", (part.number,))
            db.execute(f"DROP TABLE {part.table}")
            _filters.pop(part.id, None)


def _key(text: str) -> Key:
    """128 bits for a text: the table's key, and a check for the day two texts share one."""
    return _halves(blake2b(text.encode(), digest_size=16).digest())


def _known_places(db: sqlite3.Connection, keys: Sequence[Key], since: date) -> dict[Key, Place]:
    """Where the messages behind these keys were first seen since a day."""
    found: dict[Key, Place] = {}
    probes = _probes(_columns(keys))
    for part in _parts(db, since):
        maybe = _filter_of(db, part).may_have(probes)
        if not len(maybe):
            continue
        rows = db.execute(
            f"SELECT message, check_bits, stream, position, part FROM json_each(?) "  # noqa: S608
            f"CROSS JOIN {part.table} ON {part.table}.message = json_each.value",
            (msgspec.json.encode([keys[number][0] for number in maybe.tolist()]),),
        )
        found.update(
            ((key, check), (stream, position, index)) for key, check, stream, position, index in rows
        )
    return found


def _add(db: sqlite3.Connection, day: date, new: dict[Key, Place]) -> None:
    """Write keys into the day's open part; fills it and seals it with its filter."""
    if not new:
        return
    part = _open_part(db, day)
    filter_ = _filter_of(db, part)
    rows = [(*key, *place) for key, place in new.items()]
    rows.sort(key=itemgetter(0))  # in the order of the tree, which halves the time
    db.executemany(f"INSERT OR IGNORE INTO {part.table} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608
    filter_.add(_columns(list(new)))
    part.rows = filter_.rows = part.rows + len(rows)
    sealed = filter_.bits.tobytes() if part.is_full else None
    db.execute("UPDATE part SET rows = ?, filter = ? WHERE number = ?", (part.rows, sealed, part.number))


def _parts(db: sqlite3.Connection, since: date) -> list[Part]:
    """The parts of the days since one, oldest first."""
    rows = db.execute(
        "SELECT number, id, day, rows FROM part WHERE day >= ? ORDER BY day, number", (since.isoformat(),)
    )
    return [Part(*row) for row in rows]


def _open_part(db: sqlite3.Connection, day: date) -> Part:
    """The day's part that has room; a new one if need be."""
    text = day.isoformat()
    row = db.execute(
        "SELECT number, id, day, rows FROM part WHERE day = ? ORDER BY number DESC LIMIT 1", (text,)
    ).fetchone()
    if row and not (part := Part(*row)).is_full:
        return part
    made = db.execute("INSERT INTO part (id, day, rows) VALUES (?, ?, 0)", (new_id(), text))
    row = db.execute("SELECT number, id, day, rows FROM part WHERE number = ?", (made.lastrowid,)).fetchone()
    part = Part(*row)
    db.execute(
        f"CREATE TABLE {part.table} (message INTEGER PRIMARY KEY, check_bits INTEGER NOT NULL, "
        "stream TEXT NOT NULL, position INTEGER NOT NULL, part INTEGER NOT NULL)"
    )
    return part


def _filter_of(db: sqlite3.Connection, part: Part) -> Filter:
    """A part's filter: from memory unless another process wrote to the part since, else read anew."""
    known = _filters.get(part.id)
    if known is None or known.rows != part.rows:
        known = _filters[part.id] = _load(db, part)
        while len(_filters) > _MOST_FILTERS:
            _filters.popitem(last=False)
    _filters.move_to_end(part.id)
    return known


def _load(db: sqlite3.Connection, part: Part) -> Filter:
    (sealed,) = db.execute("SELECT filter FROM part WHERE number = ?", (part.number,)).fetchone()
    if sealed is not None:
        return Filter(np.frombuffer(sealed, np.uint8).copy(), part.rows)
    made = Filter(np.zeros(_BITS // 8, np.uint8), part.rows)
    made.add(_columns(db.execute(f"SELECT message, check_bits FROM {part.table}").fetchall()))  # noqa: S608
    return made


def _columns(keys: Sequence[Key]) -> Keys:
    return np.array(keys, np.int64).reshape(-1, 2).view(np.uint64)


def _probes(keys: Keys) -> Probes:
    """The bits of each key: as far apart as its second half says, beginning where the first does."""
    steps = np.arange(_PROBES, dtype=np.uint64)
    places = (keys[:, :1] + steps * (keys[:, 1:] | np.uint64(1))) & np.uint64(_BITS - 1)
    masks = np.left_shift(np.uint8(1), (places & np.uint64(7)).astype(np.uint8))
    return Probes((places >> np.uint64(3)).astype(np.intp), masks)
