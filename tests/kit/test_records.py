"""Record tables are copied when they moved, with their types, and only one's own rows."""

from __future__ import annotations

import os
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tenure.accounts import actions
from tenure.accounts.actions import AccountRow
from tenure.kit import changes, records
from tenure.workspaces.access import Access

SQL = "SELECT external_id, domain, NULL AS unknown FROM account WHERE workspace_id = ? ORDER BY external_id"
SCHEMA = pa.schema([("external_id", pa.string()), ("domain", pa.string()), ("unknown", pa.bool_())])


def copied(access: Access) -> str:
    return str(records.copy("account", SQL, SCHEMA, ["account"], access.workspace.id))


def rows(path: str) -> list[str]:
    return list(pq.read_table(path)["external_id"].to_pylist())


def test_a_copy_is_made_anew_only_when_its_table_was_touched(access: Access) -> None:
    actions.upsert_accounts(access.workspace, [AccountRow("acme")])
    first = copied(access)
    assert copied(access) == first
    changes.touch(access.workspace.id, "another")
    assert copied(access) == first
    actions.upsert_accounts(access.workspace, [AccountRow("borealis")])
    assert rows(copied(access)) == ["acme", "borealis"]
    assert rows(first) == ["acme"]  # who still reads it is not disturbed


def test_another_question_is_another_copy(access: Access) -> None:
    actions.upsert_accounts(access.workspace, [AccountRow("acme"), AccountRow("borealis")])
    fewer = SQL.replace("ORDER BY", "AND external_id = 'acme' ORDER BY")
    assert rows(copied(access)) == ["acme", "borealis"]
    assert rows(str(records.copy("account", fewer, SCHEMA, ["account"], access.workspace.id))) == ["acme"]


def test_columns_keep_their_types_when_empty_or_unknown(access: Access) -> None:
    assert pq.read_schema(copied(access)).equals(SCHEMA)
    actions.upsert_accounts(access.workspace, [AccountRow("acme")])
    assert pq.read_schema(copied(access)).equals(SCHEMA)


@pytest.mark.parametrize("first_known", [0, 3000])
def test_types_are_right_wherever_the_first_value_stands(access: Access, first_known: int) -> None:
    domains = ["" if number < first_known else "acme.example" for number in range(3001)]
    actions.upsert_accounts(
        access.workspace, [AccountRow(f"a{number:05}", domain=one) for number, one in enumerate(domains)]
    )
    sql = SQL.replace("domain,", "nullif(domain, '') AS domain,")
    path = records.copy("domains", sql, SCHEMA, ["account"], access.workspace.id)
    assert pq.read_table(path)["domain"].drop_null().unique().to_pylist() == ["acme.example"]


def test_a_neighbours_rows_are_not_copied(access: Access, neighbour: Access) -> None:
    actions.upsert_accounts(neighbour.workspace, [AccountRow("otherco")])
    assert rows(copied(access)) == []


def test_outdated_copies_go_when_their_readers_are_done(access: Access) -> None:
    actions.upsert_accounts(access.workspace, [AccountRow("acme")])
    old = copied(access)
    os.utime(old, (time.time() - 5000,) * 2)
    actions.upsert_accounts(access.workspace, [AccountRow("borealis")])
    new = copied(access)
    assert (os.path.exists(old), os.path.exists(new)) == (False, True)
