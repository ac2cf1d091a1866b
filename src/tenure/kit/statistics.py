"""Lets the database know how its rows are distributed, which it guesses otherwise."""

from __future__ import annotations

from django.db import connection

SAMPLE = 1000  # rows of each index that are looked at: some milliseconds, whatever the size


def gather() -> None:
    """Look at a sample of every index. SQLite only does so when told; PostgreSQL does by itself.

    Without it SQLite takes any workspace for ten rows, and searches all of one for each row of another table.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {SAMPLE}")
        cursor.execute("ANALYZE")
