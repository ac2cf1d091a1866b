"""The lake keeps every batch once."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tenure.events import lake
from tenure.kit.ids import new_id


def batch(*messages: str, month: str = "2026-11") -> pa.Table:
    """Some events of one month."""
    occurred = datetime(int(month[:4]), int(month[5:]), 3, tzinfo=UTC)
    rows = [
        {
            "message_id": one,
            "kind": "track",
            "event": "opened",
            "account_ref": one,
            "occurred_at": occurred,
            "month": month,
        }
        for one in messages
    ]
    return pa.Table.from_pylist(rows, schema=lake.SCHEMA)


def placed(*messages: str) -> pa.Table:
    """Events at positions 1, 2, 3 … of the stream c0."""
    table = batch(*messages)
    columns = {
        "stream": pa.repeat("c0", len(messages)),
        "position": pa.array(range(1, len(messages) + 1), pa.int64()),
    }
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def stored(workspace_id: str) -> list[str]:
    names = lake.files(workspace_id, "events")
    found = duckdb.sql(f"SELECT message_id FROM read_parquet({names!r}) ORDER BY message_id")
    return [row[0] for row in found.fetchall()]


def test_a_batch_replayed_at_the_same_position_is_not_added_again() -> None:
    workspace = new_id()
    assert lake.append(workspace, "events", batch("m1", "m2"), "c0", 2)
    assert not lake.append(workspace, "events", batch("m1", "m2"), "c0", 2)
    assert lake.append(workspace, "events", batch("m3"), "c0", 3)
    assert lake.append(workspace, "events", batch("m4"), "c1", 1)
    assert stored(workspace) == ["m1", "m2", "m3", "m4"]
    assert lake.position(workspace, "events", "c0") == 3
    assert lake.position(workspace, "events", "unknown") == 0


def test_racing_writers_of_one_position_have_one_winner_and_other_streams_all_get_in() -> None:
    workspace = new_id()
    same = [("c0", 1, "once")] * 4
    others = [(f"c{number}", 1, f"m{number}") for number in range(1, 5)]
    with ThreadPoolExecutor(8) as pool:
        won = list(
            pool.map(
                lambda one: lake.append(workspace, "events", batch(one[2]), one[0], one[1]), same + others
            )
        )
    assert sum(won[:4]) == 1
    assert all(won[4:])
    assert stored(workspace) == ["m1", "m2", "m3", "m4", "once"]


def test_files_of_some_months_are_listed_alone() -> None:
    workspace = new_id()
    lake.append(workspace, "events", batch("old", month="2026-01"), "c0", 1)
    lake.append(workspace, "events", batch("new", month="2026-11"), "c0", 2)
    assert len(lake.files(workspace, "events")) == 2
    [name] = lake.files(workspace, "events", ("2026-10", "2026-12"))
    assert "month=2026-11" in name
    assert Path(name).exists()


def test_small_files_are_merged_on_the_way_and_positions_survive_checkpoints() -> None:
    workspace = new_id()
    for number in range(1, 61):
        assert lake.append(workspace, "events", batch(f"m{number:03}"), "c0", number)
    assert len(lake.files(workspace, "events")) < 15
    assert stored(workspace) == [f"m{number:03}" for number in range(1, 61)]
    assert not lake.append(workspace, "events", batch("again"), "c0", 60)


def test_merging_leaves_every_event_and_readers_an_hour() -> None:
    workspace = new_id()
    for number in range(1, 6):
        lake.append(workspace, "events", batch(f"m{number}"), "c0", number)
    before = lake.files(workspace, "events")
    assert lake.compact(workspace, "events") == 5
    [merged] = lake.files(workspace, "events")
    assert stored(workspace) == ["m1", "m2", "m3", "m4", "m5"]
    assert lake.vacuum(workspace, "events") == 0
    assert lake.vacuum(workspace, "events", keep=timedelta(0)) == 5
    assert [Path(name).exists() for name in (*before, merged)] == [False] * 5 + [True]


def test_files_are_listed_as_they_are_now_also_after_an_erasure() -> None:
    workspace = new_id()
    for number in (1, 2):
        lake.append(workspace, "events", batch(f"m{number}"), "c0", number)
        assert len(lake.files(workspace, "events")) == number
    shutil.rmtree(lake.path(workspace, "events"))
    assert lake.files(workspace, "events") == []
    lake.append(workspace, "events", batch("m3"), "c0", 1)
    assert stored(workspace) == ["m3"]


def test_what_others_wrote_is_seen_by_who_wrote_before() -> None:
    workspace = new_id()
    with ThreadPoolExecutor(1) as other:
        for number in range(1, 120, 2):  # beyond a merge and a checkpoint of either
            assert lake.append(workspace, "events", batch(f"m{number:03}"), "c0", number)
            assert not other.submit(lake.append, workspace, "events", batch("again"), "c0", number).result()
            assert other.submit(
                lake.append, workspace, "events", batch(f"m{number + 1:03}"), "c0", number + 1
            ).result()
            assert lake.position(workspace, "events", "c0") == number + 1
    assert stored(workspace) == [f"m{number:03}" for number in range(1, 121)]


def test_a_table_that_was_made_anew_begins_anew_also_for_who_wrote_to_the_old_one() -> None:
    workspace = new_id()
    for number in (1, 2, 3):
        lake.append(workspace, "events", batch(f"m{number}"), "c0", number)
    shutil.rmtree(lake.path(workspace, "events"))
    assert lake.position(workspace, "events", "c0") == 0
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lake.append, workspace, "events", batch("m4"), "c0", 1).result()
    assert lake.append(workspace, "events", batch("m5"), "c0", 2)
    assert stored(workspace) == ["m4", "m5"]


def test_rows_that_are_there_already_are_left_out_of_a_longer_batch() -> None:
    workspace = new_id()
    lake.append(workspace, "events", placed("m1", "m2"), "c0", 2)
    lake.append(workspace, "events", placed("m1", "m2", "m3"), "c0", 3)
    assert stored(workspace) == ["m1", "m2", "m3"]


def test_a_workspace_without_events_has_no_files() -> None:
    workspace = new_id()
    assert lake.files(workspace, "events") == []
    assert lake.compact(workspace, "events") == 0
    assert lake.vacuum(workspace, "events") == 0


@pytest.mark.parametrize("workspace_id", ["../neighbour", "", "A" * 32, "0" * 32 + "/.."])
def test_only_ids_of_workspaces_become_folders(workspace_id: str) -> None:
    with pytest.raises(ValueError, match="not the id of a workspace"):
        lake.path(workspace_id, "events")


@pytest.mark.parametrize("month", ["../2026-11", "2026-1", None])
def test_only_months_become_folders(month: str | None) -> None:
    bad = batch("m1").set_column(12, "month", pa.array([month], pa.string()))
    with pytest.raises(ValueError, match="not a month"):
        lake.append(new_id(), "events", bad, "c0", 1)


def test_many_may_make_the_table_at_once() -> None:
    for _ in range(5):
        workspace = new_id()
        with ThreadPoolExecutor(6) as pool:
            results = [
                pool.submit(lake.append, workspace, "events", batch(f"m{number}"), f"c{number}", 1)
                for number in range(6)
            ]
        assert all(one.result() for one in results)
        assert stored(workspace) == [f"m{number}" for number in range(6)]
