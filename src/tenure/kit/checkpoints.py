"""SQLite's log goes into its file beside a writer of many batches, who else waits for the disk meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager

from django.db import connection

_LONGEST_LOG = 16_000  # pages; beyond, the writer waits until all is copied: then the log begins anew

Step = Callable[[], None]


@contextmanager
def beside() -> Iterator[Step]:
    """Call what this gives after each transaction in the block: its pages are copied while the next is made.

    What is left at the end is copied by whoever writes next, as ever.
    """
    with connection.cursor() as cursor:
        usual = int(cursor.execute("PRAGMA wal_autocheckpoint").fetchone()[0])
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    name = connection.settings_dict["NAME"]
    try:
        with closing(sqlite3.connect(name, check_same_thread=False)) as other, ThreadPoolExecutor(1) as apart:
            yield _Copying(other, apart).go_on
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {usual}")


class _Copying:
    """One copy at a time: who writes faster than the disk waits for it."""

    def __init__(self, database: sqlite3.Connection, apart: ThreadPoolExecutor) -> None:
        self.database, self.apart = database, apart
        self.under_way: Future[int] | None = None

    def go_on(self) -> None:
        """Begin to copy what the last transaction left."""
        pages = self.under_way.result() if self.under_way else 0
        self.under_way = self.apart.submit(self._copy)
        if pages > _LONGEST_LOG:
            self.under_way.result()

    def _copy(self) -> int:
        """Pages that the log has since it last began anew; nobody waits for this."""
        _, pages, _ = self.database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages)
