"""An export back in: settings first, then every table through the imports, then what those cannot read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tenure.accounts.models import Account
from tenure.health import moving as scores
from tenure.sources.actions import import_file
from tenure.sources.exports import carried, configuration, folder, lines, notes
from tenure.sources.exports.folder import ExportProblem, Manifest
from tenure.sources.exports.writing import CSV, JSONL, PARQUET
from tenure.sources.imports.files import open_file
from tenure.sources.imports.forms import POINT
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun
from tenure.warnings import moving as warnings
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

# Who is told of comes before what is told; events last, since they are the most.
ORDER = ("accounts people rates subscriptions deals costs goals tickets responses notes events").split()
_EXACT_FIRST = (PARQUET, JSONL, CSV)


@dataclass(frozen=True)
class Restored:
    """What came back: an import for each table, and in words what else."""

    runs: tuple[ImportRun, ...]
    also: tuple[str, ...]


def restore(
    access: Access, place: Path, began: Callable[[str], Callable[[int, int], None] | None] = lambda _: None
) -> Restored:
    """Bring an export into a workspace. Its settings only if there are no customers yet.

    `began` is told the table that begins, and gives what to report its progress to. ExportProblem, before
    anything is written, for a folder that is no whole export.
    """
    access.require(Right.ADMINISTER)
    manifest = folder.manifest_of(place)
    files = list(_files(manifest, place))
    is_empty = not access.of(Account).exists()
    also = restore_settings(access, place) if is_empty else []
    runs = [import_file(access, kind, path, _as_named(kind, path), began(kind)) for kind, path in files]
    also += _carried(access, place) if is_empty else []
    return Restored(tuple(runs), (*also, *_decisions(access, place)))


def _as_named(kind: str, path: Path) -> Options:
    """Columns are called as ours are, also where an attribute's name is the same but for case.

    And numbers are written with a point.
    """
    names = open_file(path).names
    return Options({ours: ours for ours in KINDS[kind].names if ours in names}, manners={"numbers": POINT})


def restore_settings(access: Access, place: Path) -> list[str]:
    """Have a workspace without customers be set as an export says; gives what was set."""
    access.require(Right.ADMINISTER)
    folder.manifest_of(place)
    if access.of(Account).exists():
        raise ExportProblem("this workspace has customers already; its settings stay as they are")
    try:
        return configuration.read(access, place)
    except (configuration.SettingsProblem, lines.LineProblem) as problem:
        raise ExportProblem(str(problem)) from problem


def _files(manifest: Manifest, place: Path) -> Iterator[tuple[str, Path]]:
    """Each table's most exact file that is there, in order; tables without rows are left out."""
    for kind in ORDER:
        table = manifest.tables.get(kind)
        if table is None or not table.rows:
            continue
        named = [place / f"{kind}.{one}" for one in _EXACT_FIRST if f"{kind}.{one}" in table.files]
        found = next((path for path in named if path.exists()), None)
        if found is None:
            raise ExportProblem(f"{place}: {', '.join(table.files)} are missing; export it again")
        yield kind, found


def _carried(access: Access, place: Path) -> list[str]:
    """What no import reads, into what was an empty workspace."""
    try:
        said = carried.take(access, place)
        count = notes.take(access, place)
    except lines.LineProblem as problem:
        raise ExportProblem(str(problem)) from problem
    return [*said, *([f"{count:,} files of notes"] if count else [])]


def _decisions(access: Access, place: Path) -> list[str]:
    """Scores set by hand, and what was done about warnings."""
    try:
        overrides = lines.read(place / folder.OVERRIDES, scores.MovedOverride)
        warned = lines.read(place / folder.WARNINGS, warnings.MovedWarning)
        counts = (scores.take_overrides(access, overrides), warnings.take(access, warned))
    except lines.LineProblem as problem:
        raise ExportProblem(str(problem)) from problem
    said = zip(counts, ("scores set by hand", "warnings"), strict=True)
    return [f"{count:,} {what}" for count, what in said if count]
