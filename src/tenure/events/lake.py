"""The lake: a workspace's own Delta tables, appended to exactly once, listed as plain Parquet files.

Every table has a column `month` ('2026-11'), by which it is partitioned.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from tenure.kit import home

EVENTS = "events"
SCHEMA = pa.schema(
    [
        ("message_id", pa.string()),
        ("kind", pa.string()),
        ("event", pa.string()),
        ("account_ref", pa.string()),
        ("person_ref", pa.string()),
        ("occurred_at", pa.timestamp("us", "UTC")),
        ("received_at", pa.timestamp("us", "UTC")),
        ("source", pa.string()),
        ("properties", pa.string()),
        ("context", pa.string()),
        ("stream", pa.string()),
        ("position", pa.int64()),
        ("month", pa.string()),
    ]
)
BY_ACCOUNT_AND_TIME = ("account_ref", "occurred_at")

_WORKSPACE = re.compile(r"[0-9a-f]{32}")
_TABLE = re.compile(r"[a-z][a-z_]{0,40}")
_STREAM = re.compile(r"[0-9A-Za-z_-]{1,64}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_WRITER = WriterProperties(compression="ZSTD", max_row_group_size=20_000)
_CONFIGURATION = {
    "delta.checkpointInterval": "50",
    "delta.logRetentionDuration": "interval 1 hours",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
}
_RACES = 20
_DELETIONS = "~deletions"  # counts them, where a stream's place is: no stream is called so
_COMPACT_EVERY = 50  # versions; a reader opens every file, so they must stay few
_VACUUM_EVERY = 500
_KEPT = timedelta(hours=1)  # what a reader may still be reading
_MOST_LISTINGS = 1000
_MOST_HANDLES = 20
_LARGE = 16 << 20  # bytes; merged files of that size are left alone from then on


def path(workspace_id: str, table_name: str) -> Path:
    """Where a table lies. Anything but a workspace's id and a plain name is refused."""
    if not _WORKSPACE.fullmatch(workspace_id):
        raise ValueError(f"not the id of a workspace: {workspace_id!r}")
    if not _TABLE.fullmatch(table_name):
        raise ValueError(f"not the name of a lake table: {table_name!r}")
    return home.lake(workspace_id) / table_name


def append(
    workspace_id: str,
    table_name: str,
    batch: pa.Table,
    stream: str,
    position: int,
    sort_by: Sequence[str] = (),
) -> bool:
    """Append `batch` as what brings `stream` up to `position`; False if it was there already.

    A stream's batches must come in order of position, from 1 on; rows of it (columns `stream` and
    `position`) that the table has already are left out. Sorted by `sort_by`.
    """
    _check_months(batch)
    if sort_by:
        batch = batch.sort_by([(column, "ascending") for column in sort_by])
    for _ in range(_RACES):
        table = _open(workspace_id, table_name) or _create(workspace_id, table_name, batch.schema)
        reached = table.transaction_version(stream) or 0
        if reached >= position:
            return False
        try:
            _write(table, _behind(batch, stream, reached), Transaction(stream, position))
        except CommitFailedError:  # somebody else was first: look again whether it was our batch
            continue
        _sync(table)
        _tidy(table)
        return True
    raise CommitFailedError(f"{table_name} of {workspace_id}: lost {_RACES} races in a row")


def remove(workspace_id: str, table_name: str, stream: str, message_ids: pa.Array | None = None) -> int:
    """Delete a stream's rows, or those of them with these message ids; gives how many went."""
    if not _STREAM.fullmatch(stream):
        raise ValueError(f"not the name of a stream: {stream!r}")
    for _ in range(_RACES):
        table = _open(workspace_id, table_name)
        if table is None:
            return 0
        try:
            return _remove(table, stream, message_ids)
        except CommitFailedError:  # somebody wrote meanwhile: look again
            continue
    raise CommitFailedError(f"{table_name} of {workspace_id}: lost {_RACES} races in a row")


def _remove(table: DeltaTable, stream: str, message_ids: pa.Array | None) -> int:
    if message_ids is None:
        done = table.delete(f"stream = '{stream}'", commit_properties=_one_more_deletion(table))
        return int(done["num_deleted_rows"])
    merged = (
        table.merge(
            pa.table({"message_id": message_ids}),
            f"there.stream = '{stream}' AND there.message_id = gone.message_id",
            source_alias="gone",
            target_alias="there",
            commit_properties=_one_more_deletion(table),
        )
        .when_matched_delete()
        .execute()
    )
    return int(merged["num_target_rows_deleted"])


def _one_more_deletion(table: DeltaTable) -> CommitProperties:
    """Has a commit say that rows went, so that who keeps figures of them knows."""
    number = (table.transaction_version(_DELETIONS) or 0) + 1
    return CommitProperties(app_transactions=[Transaction(_DELETIONS, number)])


def position(workspace_id: str, table_name: str, stream: str) -> int:
    """How far a stream is in the table; 0 if nothing of it is."""
    table = _open(workspace_id, table_name)
    return (table.transaction_version(stream) or 0) if table else 0


def files(workspace_id: str, table_name: str, months: tuple[str, str] | None = None) -> list[str]:
    """The table's current Parquet files, or those of the months from the first to the last given."""
    names = listing(workspace_id, table_name).names
    if months is None:
        return list(names)
    return [name for name in names if months[0] <= month_of(name) <= months[1]]


def month_of(name: str) -> str:
    """The month of a listed file's rows."""
    return name.rsplit("month=", 1)[1].split("/", 1)[0]


def compact(workspace_id: str, table_name: str) -> int:
    """Merge small files within each month; gives how many went. Safe beside appends, which do it too."""
    table = _open(workspace_id, table_name)
    return _compact(table) if table else 0


def vacuum(workspace_id: str, table_name: str, keep: timedelta = _KEPT) -> int:
    """Delete files that no version within `keep` refers to; gives how many."""
    table = _open(workspace_id, table_name)
    return _vacuum(table, keep) if table else 0


def remove_before(workspace_id: str, table_name: str, month: str) -> int:
    """Remove all rows of the months before `month`, files and all; gives how many went.

    The files are deleted at once: what the owner wants gone shall not lie about for another hour.
    """
    if not _MONTH.fullmatch(month):
        raise ValueError(f"not a month: {month!r}")
    for _ in range(_RACES):
        table = _open(workspace_id, table_name)
        if table is None or all(month_of(name) >= month for name in files(workspace_id, table_name)):
            return 0
        try:
            done = table.delete(f"month < '{month}'", commit_properties=_one_more_deletion(table))
        except CommitFailedError:  # somebody appended meanwhile
            continue
        _vacuum(table, timedelta())
        return int(done["num_deleted_rows"] or 0)
    raise CommitFailedError(f"{table_name} of {workspace_id}: lost {_RACES} races in a row")


def _tidy(table: DeltaTable) -> None:
    """Now and then, after an append: merge small files, and delete those merged long ago."""
    version = table.version()
    if version % _COMPACT_EVERY == 0:
        _compact(table)
    if version % _VACUUM_EVERY == 0:
        _vacuum(table, _KEPT)


def _compact(table: DeltaTable) -> int:
    try:
        done = table.optimize.compact(target_size=_LARGE, writer_properties=_WRITER)
    except CommitFailedError:  # somebody compacted meanwhile; the next round will find what is left
        return 0
    return int(done["numFilesRemoved"])


def _vacuum(table: DeltaTable, keep: timedelta) -> int:
    hours = int(keep.total_seconds() // 3600)
    return len(table.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False))


@dataclass(frozen=True)
class Listing:
    """The files of a version of a table, how often rows were deleted until then, and when it was made."""

    names: tuple[str, ...] = ()
    deletions: int = 0
    version: int = -1
    made_at: int = 0


_listings: dict[Path, Listing] = {}


def listing(workspace_id: str, table_name: str) -> Listing:
    """A table's current files, listed anew only if it has another version: reading its log takes a while."""
    place = path(workspace_id, table_name)
    known = _listings.get(place)
    if known and known.made_at == _made_at(place, known.version) and not _made_at(place, known.version + 1):
        return known
    try:
        table = DeltaTable(place)
    except TableNotFoundError:
        return Listing()
    if len(_listings) >= _MOST_LISTINGS:
        _listings.clear()
    names = tuple(_plain(uri) for uri in table.file_uris())
    deletions, version = table.transaction_version(_DELETIONS) or 0, table.version()
    _listings[place] = Listing(names, deletions, version, _made_at(place, version))
    return _listings[place]


def _made_at(place: Path, version: int) -> int:
    """When a version was written, in nanoseconds; 0 if it is not there."""
    try:
        return (place / "_delta_log" / f"{version:020}.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@dataclass(frozen=True)
class _Handle:
    """An open table, and the version at which it was opened: if that is another's, so is the table."""

    table: DeltaTable
    pid: int
    version: int
    made_at: int


class _Handles(threading.local):
    """Of each thread, those it used last: of two that share one, none would notice that the other wrote."""

    def __init__(self) -> None:
        self.by_place: OrderedDict[Path, _Handle] = OrderedDict()


_handles = _Handles()


def _open(workspace_id: str, table_name: str) -> DeltaTable | None:
    """The table as it is now: to read its log anew takes ten times as long as to go on."""
    place, known = path(workspace_id, table_name), _handles.by_place
    held = known.pop(place, None)
    if held and held.pid == os.getpid() and held.made_at == _made_at(place, held.version) != 0:
        held.table.update_incremental()
    else:
        try:
            table = DeltaTable(place)
        except TableNotFoundError:
            return None
        held = _Handle(table, os.getpid(), table.version(), _made_at(place, table.version()))
    known[place] = held  # not if it could not go on
    while len(known) > _MOST_HANDLES:
        known.popitem(last=False)
    return held.table


def _create(workspace_id: str, table_name: str, schema: pa.Schema) -> DeltaTable:
    """The new table, or the one that somebody else just made."""
    place = path(workspace_id, table_name)
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(CommitFailedError):
        DeltaTable.create(place, schema, mode="ignore", partition_by=["month"], configuration=_CONFIGURATION)
    return DeltaTable(place)


def _write(table: DeltaTable, batch: pa.Table, transaction: Transaction) -> None:
    """Write on the handle on which the position was checked: only so is a lost race noticed."""
    write_deltalake(
        table,
        batch,
        mode="append",
        schema_mode="merge",
        partition_by=["month"],
        writer_properties=_WRITER,
        commit_properties=CommitProperties(app_transactions=[transaction]),
    )


def _behind(batch: pa.Table, stream: str, reached: int) -> pa.Table:
    """The batch without what the table has: after a crash, rows come again with newer ones behind them."""
    if not {"stream", "position"} <= set(batch.column_names):
        return batch
    known = pc.and_(pc.equal(batch["stream"], stream), pc.less_equal(batch["position"], reached))
    return batch.filter(pc.invert(pc.fill_null(known, False)))


def _sync(table: DeltaTable) -> None:
    """Have the newest version's files on disk: what the intake forgets next must survive a power cut."""
    folder = Path(_plain(table.table_uri))
    commit = folder / "_delta_log" / f"{table.version():020}.json"
    adds = [
        entry["add"]["path"]
        for line in commit.read_text().splitlines()
        if "add" in (entry := json.loads(line))
    ]
    written = [folder / unquote(name) for name in adds]
    for path_ in [*written, *{one.parent for one in written}, commit, commit.parent]:
        handle = os.open(path_, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _check_months(batch: pa.Table) -> None:
    """Months become folder names."""
    for month in batch["month"].unique().to_pylist():
        if month is None or not _MONTH.fullmatch(month):
            raise ValueError(f"not a month: {month!r}")


def _plain(uri: str) -> str:
    """A listed file as a path: listings are percent-encoded."""
    return unquote(urlsplit(uri).path) if uri.startswith("file:") else unquote(uri)
