"""What is kept of product use folded by day: which files hold it, and up to which place of each stream.

Folded by observed ids, so that who they mean may change. It is a copy, and may be dropped at any moment: what
it does not hold is folded from the events when somebody asks. One file names what counts, and is replaced at
once; so whoever reads it finds the whole of one state, whatever dies when.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from shutil import rmtree

import pyarrow as pa

from tenure.events import lake
from tenure.kit import home
from tenure.workspaces.models import Workspace

FORM = 1  # of what is kept; grows when it changes
USE, PEOPLE, SPANS = "use", "people", "spans"
_OBSERVED = [("account_ref", pa.string()), ("person_ref", pa.string()), ("month", pa.string())]
SCHEMAS = {
    USE: pa.schema([*_OBSERVED, ("day", pa.date32()), ("event", pa.string()), ("events", pa.int64())]),
    PEOPLE: pa.schema([*_OBSERVED, ("day", pa.date32()), ("events", pa.int64())]),
    SPANS: pa.schema([*_OBSERVED, ("first_day", pa.date32()), ("last_day", pa.date32())]),
}
COLUMNS = {kind: ", ".join(schema.names) for kind, schema in SCHEMAS.items()}

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Rolled:
    """A state of what is folded: all events up to the place `reached` in each stream, by days of `zone`."""

    zone: str
    deletions: int  # from the lake until then
    reached: Mapping[str, int]
    covered: frozenset[str]  # files of events in which there is nothing after those places
    files: Mapping[str, tuple[str, ...]]  # by kind, below `folder`
    form: int = FORM


@dataclass(frozen=True)
class Use:
    """Where product use is: folded in files by kind up to some places, and as events in others."""

    folded: Mapping[str, list[str]]
    reached: Mapping[str, int]
    events: list[str]


def folder(workspace_id: str) -> Path:
    """Where a workspace's folded use lies."""
    return home.lake(workspace_id) / "rolled"


def current(workspace: Workspace, listing: lake.Listing) -> Rolled | None:
    """What is folded, if it is folded from the events as listed; what came to them since does not matter."""
    rolled = read(workspace.id)
    same = rolled and (rolled.form, rolled.zone, rolled.deletions) == (
        FORM,
        workspace.zone,
        listing.deletions,
    )
    return rolled if same else None


def find(workspace: Workspace, months: tuple[str, str]) -> Use | None:
    """Where the product use of months (the first and last) is to be read; None while nothing is folded."""
    listing = lake.listing(workspace.id, lake.EVENTS)
    rolled = current(workspace, listing)
    if rolled is None:
        return None
    place = folder(workspace.id)
    folded = {kind: [str(place / name) for name in _within(rolled.files[kind], months)] for kind in COLUMNS}
    return Use(folded, rolled.reached, _within(not_covered(rolled, listing), months))


def not_covered(rolled: Rolled, listing: lake.Listing) -> list[str]:
    """The files of events that may have something that is not folded."""
    return [name for name in listing.names if Path(name).name not in rolled.covered]


def read(workspace_id: str) -> Rolled | None:
    """The present state; None if nothing is folded."""
    path = folder(workspace_id) / _MANIFEST
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return _read(path, found.st_mtime_ns, found.st_ino)


def publish(workspace_id: str, rolled: Rolled) -> None:
    """Make a state the present one; its files are on disk."""
    place = folder(workspace_id)
    said = asdict(rolled) | {"covered": sorted(rolled.covered)}
    new = place / f"{_MANIFEST}.new"
    with new.open("w") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(place / _MANIFEST)
    sync(place)


def drop(workspace_id: str) -> None:
    """Forget all that is folded, files and all."""
    place = folder(workspace_id)
    (place / _MANIFEST).unlink(missing_ok=True)
    for kind in COLUMNS:
        rmtree(place / kind, ignore_errors=True)


def sync(path: Path) -> None:
    """Have a file or folder on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@lru_cache(maxsize=64)
def _read(path: Path, made_at: int, inode: int) -> Rolled | None:
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        said = json.loads(path.read_text())
        files = {kind: tuple(names) for kind, names in said["files"].items()}
        return Rolled(**said | {"covered": frozenset(said["covered"]), "files": files})
    return None


def _within(names: Iterable[str], months: tuple[str, str]) -> list[str]:
    return [name for name in names if months[0] <= lake.month_of(name) <= months[1]]
