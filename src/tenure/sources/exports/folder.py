"""A whole workspace in a folder: tables, settings, what people did about scores and warnings, a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import msgspec

import tenure
from tenure.health import moving as scores
from tenure.kit import clock
from tenure.sources.exports import carried, configuration, happened, lines, notes, writing
from tenure.sources.exports.further import Further
from tenure.sources.exports.tables import TABLES, Opened
from tenure.sources.exports.writing import CSV, FORMATS, PARQUET
from tenure.sources.imports.kinds import KINDS
from tenure.warnings import moving as warnings
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MANIFEST = "manifest.json"
OVERRIDES = "history/score_overrides.jsonl"
WARNINGS = "history/warnings.jsonl"
EVENTS = "events"
USUAL = (PARQUET, CSV)
LARGEST_MANIFEST = 10_000_000  # bytes

# What does not come back; a backup has it. Table by table: decided.py.
NOT_CARRIED = (
    "keys, passwords, second factors, sessions, where files are picked up from",
    "members, the audit log, merges and events that were set aside can be read, but do not come back",
    "where an event came from (its context), pages sent by e-mail",
)

Progress = Callable[[str, int], None]  # the table, and how many of its rows are written


class ExportProblem(Exception):
    """An export that cannot be written or read; the message says why and what would be right."""


class Exported(msgspec.Struct, frozen=True, omit_defaults=True):
    """A table of an export."""

    rows: int
    files: tuple[str, ...]
    renamed: dict[str, str] = {}  # name on record → column, where a canonical one has that name
    left_out: tuple[str, ...] = ()  # attributes or properties for which there was no room


class Manifest(msgspec.Struct, frozen=True):
    """What an export holds. `as_of`: the last whole day it shows is the one before."""

    tenure: str
    made_at: datetime
    as_of: date
    workspace: str
    zone: str
    currency: str
    tables: dict[str, Exported]
    settings: tuple[str, ...]
    history: dict[str, int]  # file → rows
    attachments: int
    not_carried: tuple[str, ...] = NOT_CARRIED

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables.values())


def write(
    access: Access, folder: Path, formats: Sequence[str] = USUAL, progress: Progress | None = None
) -> Manifest:
    """Write everything of a workspace into a new or empty folder; its manifest comes last.

    ExportProblem if the folder is not empty, or cannot be written to.
    """
    access.require(Right.ADMINISTER)
    _prepare(folder, formats)
    made_at = clock.now()
    try:
        tables = {name: _table(folder, name, opened, formats, progress) for name, opened in _opened(access)}
        manifest = Manifest(
            tenure=tenure.__version__,
            made_at=made_at,
            as_of=clock.today(access.workspace.zone),
            workspace=access.workspace.name,
            zone=access.workspace.zone,
            currency=access.workspace.currency,
            tables={kind.name: tables[kind.name] for kind in KINDS},
            settings=tuple(configuration.write(access, folder)),
            history=_history(access, folder),
            attachments=notes.write(access, folder),
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (folder / MANIFEST).write_bytes(text + b"\n")
    except OSError as problem:
        raise ExportProblem(f"{folder}: cannot be written: {problem.strerror}") from problem
    return manifest


def _prepare(folder: Path, formats: Sequence[str]) -> None:
    if wrong := sorted(set(formats) - set(FORMATS)) or (not formats and [""]):
        raise ExportProblem(f"there is no format {wrong[0]!r}; there are {', '.join(FORMATS)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as problem:
        raise ExportProblem(f"{folder}: cannot be written: {problem.strerror}") from problem
    if not is_empty:
        raise ExportProblem(f"{folder}: is not empty; name a new folder")


def _opened(access: Access) -> Iterator[tuple[str, Opened]]:
    """The tables, one after the other; accounts last."""
    with closing(happened.connect(access)) as lake:
        yield EVENTS, happened.opened(lake, access)
    for table in TABLES:
        yield table.name, table.opened(access)


def _table(
    folder: Path, name: str, opened: Opened, formats: Sequence[str], progress: Progress | None
) -> Exported:
    rows = 0
    with writing.writers(folder, name, opened.schema, formats) as writers:
        for batch in opened.batches:
            for writer in writers:
                writer.write(batch)
            rows += batch.num_rows
            if progress:
                progress(name, rows)
    return _exported(name, rows, formats, opened.further)


def _exported(name: str, rows: int, formats: Sequence[str], further: Further) -> Exported:
    files = tuple(f"{name}.{one}" for one in formats)
    return Exported(rows, files, further.renamed, further.left_out)


def _history(access: Access, folder: Path) -> dict[str, int]:
    return {
        configuration.VERSIONS: lines.write(folder / configuration.VERSIONS, scores.versions(access)),
        OVERRIDES: lines.write(folder / OVERRIDES, scores.overrides(access)),
        WARNINGS: lines.write(folder / WARNINGS, warnings.moved(access)),
        **carried.write(access, folder),
    }


def manifest_of(folder: Path) -> Manifest:
    """The manifest of an export. ExportProblem if it is none, or was broken off."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise ExportProblem(f"{path}: larger than {LARGEST_MANIFEST:,} bytes; this is no manifest")
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as problem:
        says = "has no manifest: it is no export of Tenure, or one that was broken off"
        raise ExportProblem(f"{folder}: {says}") from problem
    except msgspec.DecodeError as problem:
        raise ExportProblem(f"{path}: {problem}; export it again") from problem
