"""The database is told how its rows are distributed."""

from __future__ import annotations

import pytest
from django.db import connection

from tenure.accounts.models import Account
from tenure.kit import statistics
from tenure.workspaces.access import Access


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL gathers its statistics by itself")
def test_the_planner_learns_how_large_a_workspace_is(access: Access) -> None:
    Account.objects.bulk_create(
        Account(workspace=access.workspace, external_id=str(number), name="x") for number in range(50)
    )
    statistics.gather()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'account_by_id'")
        [(stat,)] = cursor.fetchall()
    rows, per_workspace, *_ = map(int, stat.split())
    assert (rows, per_workspace) == (50, 50)
