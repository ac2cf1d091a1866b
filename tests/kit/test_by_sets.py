"""What many rows are written with is as before once they are written."""

from __future__ import annotations

import pytest
from django.db import connection

from tenure.kit.by_sets import unscrubbed


@pytest.mark.parametrize("usual", [0, 1, 2])
def test_what_is_freed_is_overwritten_again_afterwards(db, usual):
    def now(value: str = "") -> int:
        with connection.cursor() as cursor:
            return int(cursor.execute(f"PRAGMA secure_delete{value}").fetchone()[0])

    before = now()
    now(f" = {('OFF', 'ON', 'FAST')[usual]}")
    try:
        with unscrubbed():
            assert now() == 0
        assert now() == usual
    finally:
        now(f" = {('OFF', 'ON', 'FAST')[before]}")
