"""Everything as one file, for who asks in the browser: made by the worker, forgotten after two days."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from tenure.kit import clock, home, outbox
from tenure.kit.facts import ExportRequested
from tenure.sources.exports import folder
from tenure.sources.exports.folder import ExportProblem
from tenure.sources.exports.writing import FORMATS
from tenure.sources.models import ExportRun
from tenure.workspaces.access import Access, access_for_job
from tenure.workspaces.roles import Right

KEPT = timedelta(days=2)
OPEN = (ExportRun.WAITING, ExportRun.RUNNING)
_SAID_EVERY = 0.5  # seconds


@transaction.atomic
def request_export(access: Access, formats: Sequence[str]) -> ExportRun:
    """Ask the worker for everything, or wait for what is being made already. ValueError for no format."""
    access.require(Right.ADMINISTER)
    chosen = [one for one in FORMATS if one in formats]
    if not chosen:
        raise ValueError(f"choose at least one of {', '.join(FORMATS)}")
    if run := access.of(ExportRun).filter(status__in=OPEN).first():
        return run
    run = ExportRun.objects.create(workspace=access.workspace, formats=chosen, asked_by=access.who)
    outbox.record(ExportRequested(workspace_id=access.workspace.pk, run_id=run.pk))
    access.log("asked for an export", ", ".join(chosen))
    return run


def run_export(run_id: str) -> ExportRun | None:
    """Make an export; one that is over stays as it is, one that was broken off is begun anew."""
    run = ExportRun.objects.select_related("workspace").filter(pk=run_id).first()
    if run is None or run.status not in OPEN:
        return run
    place = file_of(run).with_suffix("")
    shutil.rmtree(place, ignore_errors=True)
    _say(run, ExportRun.RUNNING, "")
    try:
        manifest = folder.write(
            access_for_job(run.workspace, run.asked_by), place, run.formats, _Progress(run)
        )
        _pack(place, file_of(run))
        run.rows, run.size, run.finished_at = manifest.rows, file_of(run).stat().st_size, clock.now()
        run.save(update_fields=["rows", "size", "finished_at"])
        _say(run, ExportRun.DONE, "")
    except (ExportProblem, OSError) as problem:
        _say(run, ExportRun.FAILED, str(problem))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return run


def file_of(run: ExportRun) -> Path:
    """Where an export lies."""
    return home.exports() / f"{run.pk}.zip"


def forget_old() -> None:
    """Delete exports that nobody needs any more, and what was broken off."""
    old = ExportRun.objects.filter(asked_at__lt=clock.now() - KEPT)
    for run in old:
        file_of(run).unlink(missing_ok=True)
        shutil.rmtree(file_of(run).with_suffix(""), ignore_errors=True)
    old.delete()


class _Progress:
    """Says now and then which table is being written, and how far it is."""

    def __init__(self, run: ExportRun) -> None:
        self.run, self.next_at = run, 0.0

    def __call__(self, name: str, rows: int) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + _SAID_EVERY
            _say(self.run, ExportRun.RUNNING, f"{name}: {rows:,} rows")


def _say(run: ExportRun, status: str, says: str) -> None:
    run.status, run.says = status, says[:500]
    run.save(update_fields=["status", "says"])


def _pack(place: Path, target: Path) -> None:
    """One file of all, readable by its owner alone; whole or not there. Parquet is packed already."""
    unfinished = target.with_suffix(".part")
    unfinished.touch(mode=0o600)
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in sorted(one for one in place.rglob("*") if one.is_file()):
            stored = zipfile.ZIP_STORED if path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            packed.write(path, path.relative_to(place), compress_type=stored)
    unfinished.replace(target)
