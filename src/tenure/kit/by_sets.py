"""What is done for each row that is written, done for all rows of a transaction at once.

The index of words keeps in step by triggers, row by row, whoever writes. Who writes thousands of rows in one
transaction says so here; then the same is done in one statement before the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import connection, transaction

Settled = Callable[[], AbstractContextManager[None]]
_SETTLED: list[Settled] = []


def settle(by: Settled) -> None:
    """Have rows settled by this context manager wherever many are written: once for each `many`."""
    _SETTLED.append(by)


@contextmanager
def many() -> Iterator[None]:
    """A transaction in which many rows are written; nothing may be deleted in it.

    Whatever fails in it takes all of it back. What it calls should not be taken back by itself
    (`savepoint=False`): for that SQLite would copy every page that is touched, before it is.
    """
    with transaction.atomic(), ExitStack() as stack:
        for by in _SETTLED:
            stack.enter_context(by())
        yield


@contextmanager
def unscrubbed() -> Iterator[None]:
    """Have SQLite leave what it frees as it is, where it was built to overwrite that (as Debian's is).

    For writers of millions of rows that delete nothing of anybody: what is freed are parts of the index of
    words that were merged into larger ones.
    """
    with connection.cursor() as cursor:
        before = int(cursor.execute("PRAGMA secure_delete").fetchone()[0])
        cursor.execute("PRAGMA secure_delete = OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA secure_delete = {('OFF', 'ON', 'FAST')[before]}")


def last_rows(tables: Iterable[str]) -> dict[str, int]:
    """The number of the newest row of each table: rows that are added have higher ones."""
    names = list(tables)
    newest = ", ".join(f'(SELECT coalesce(max(rowid), 0) FROM "{one}")' for one in names)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {newest}")
        return dict(zip(names, cursor.fetchone(), strict=True))
