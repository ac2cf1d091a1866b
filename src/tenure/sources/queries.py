"""Reads about imports: what was brought in, how far it is, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tenure.kit import clock
from tenure.sources.imports.judging import Question
from tenure.sources.imports.running import rejected_file
from tenure.sources.models import ImportRun, RejectedRow
from tenure.workspaces.access import Access

UNDO_WITHIN = timedelta(days=30)
_QUIET = timedelta(minutes=2)  # a batch takes seconds


@dataclass(frozen=True)
class Run:
    """An import as the page shows it."""

    id: str
    kind: str
    filename: str
    status: str  # draft, waiting, asking, running, stopped, done, failed, undoing, undone
    says: str
    rows_total: int
    rows_read: int
    rows_added: int
    rows_changed: int
    rows_same: int
    rows_rejected: int
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    undone_says: str = ""
    undone_by: str = ""
    undone_at: datetime | None = None
    left: tuple[tuple[str, str], ...] = ()  # what undoing it left, and why
    can_undo: bool = False
    questions: tuple[Question, ...] = ()  # what it asks before it goes on

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.status in ("done", "failed", "stopped", "draft", "undone", "asking")

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return self.rows_read / self.rows_total if self.rows_total else 0.0


@dataclass(frozen=True)
class Problem:
    """A row that was set aside."""

    line: int
    field: str
    says: str
    cells: tuple[str, ...]


def recent_runs(access: Access, most: int = 20) -> list[Run]:
    """The newest imports, newest first."""
    rows = access.of(ImportRun).order_by("-created_at", "-id")[:most]
    return [_run(row) for row in rows]


def run_of(access: Access, run_id: str) -> Run:
    """One import. Http404 for strangers'."""
    return _run(access.get(ImportRun, run_id))


def problems_of(access: Access, run_id: str, most: int = 100) -> list[Problem]:
    """The first rows that an import set aside, in the order of its file."""
    run = access.get(ImportRun, run_id)
    rows = access.of(RejectedRow).filter(run=run).order_by("line", "id")[:most]
    return [Problem(row.line, row.field, row.says, tuple(row.row)) for row in rows]


def rejected_path(access: Access, run_id: str) -> Path | None:
    """The file of all rows that an import set aside; None if there are none."""
    path = rejected_file(access.get(ImportRun, run_id))
    return path if path.exists() else None


def _run(row: ImportRun) -> Run:
    return Run(
        id=row.pk,
        kind=row.kind,
        filename=row.filename,
        status=_status(row),
        says=row.says,
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        rows_added=row.rows_added,
        rows_changed=row.rows_changed,
        rows_same=row.rows_same,
        rows_rejected=row.rows_rejected,
        started_by=row.started_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        undone_says=row.undone_says,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        left=tuple((what, why) for what, why in row.left),
        can_undo=can_undo(row),
        questions=tuple(msgspec.convert(row.questions, list[Question])),
    )


def can_undo(run: ImportRun) -> bool:
    """Whether what an import did can still be taken back: it did something, not long ago."""
    has_done = run.rows_added + run.rows_changed + run.rows_same > 0
    is_recent = run.created_at > clock.now() - UNDO_WITHIN
    is_still = _status(run) in (ImportRun.DONE, ImportRun.FAILED, "stopped")
    return has_done and is_recent and is_still and run.undo_asked_at is None


def _status(row: ImportRun) -> str:
    """A run that has not moved for long was interrupted, whatever it last said of itself."""
    if row.undone_at:
        return "undone"
    if row.undo_asked_at:
        return "undoing"
    if row.status == ImportRun.RUNNING and clock.now() - row.progressed_at > _QUIET:
        return "stopped"
    return row.status
