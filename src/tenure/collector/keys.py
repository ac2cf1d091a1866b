"""Who sends: keys looked up by their hash in the app's database, without Django."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tenure.kit import crypto, home

SECONDS = 5  # how long a revoked key may still be believed
WRITE = "write"
FIND = "SELECT id, workspace_id, kind FROM workspace_key WHERE key_hash = ? AND revoked_at IS NULL"


class Key(NamedTuple):
    """A key that is in force."""

    id: str
    workspace_id: str
    kind: str


class Keys:
    """Keys by their text: good ones are remembered for a few seconds, unknown ones asked for each time."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path or home.app_db()
        self._now = now
        self._db: sqlite3.Connection | None = None
        self._known: dict[str, tuple[float, Key]] = {}

    def find(self, text: str) -> Key | None:
        """The key in force with this text, or None. Raises sqlite3.Error while the database can't be read."""
        known = self._known.get(text)
        if known and known[0] > self._now():
            return known[1]
        row = self._read(crypto.hash_token(text))
        if row is None:
            self._known.pop(text, None)
            return None
        key = Key(*row)
        self._known[text] = (self._now() + SECONDS, key)
        return key

    def check(self) -> None:
        """Raise sqlite3.Error unless the app's database is there and migrated."""
        self._read("")

    def _read(self, key_hash: str) -> tuple[str, str, str] | None:
        if self._db is None:
            self._db = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None
            )
        try:
            row: tuple[str, str, str] | None = self._db.execute(FIND, (key_hash,)).fetchone()
        except sqlite3.Error:
            self.close()  # the file may have been replaced; look again next time
            raise
        return row

    def close(self) -> None:
        """Let go of the database."""
        if self._db is not None:
            self._db.close()
            self._db = None
