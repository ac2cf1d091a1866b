"""Runs an import: batch by batch, each counted where it is written, going on where it was interrupted."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path

from django.db import transaction
from django.db.models import F

from tenure.kit import by_sets, checkpoints, clock, home, live
from tenure.kit.words import count
from tenure.sources.imports import journal
from tenure.sources.imports.checking import Batch, CheckedFile, checked_file
from tenure.sources.imports.file import guarded
from tenure.sources.imports.files import FileProblem, SourceFile, open_file
from tenure.sources.imports.forms import MANNERS
from tenure.sources.imports.judging import Question
from tenure.sources.imports.kind import Kind, Load, Written
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.looks import first_cells
from tenure.sources.imports.mapping import SET_ASIDE, Columns, understand
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun, RejectedRow

Progress = Callable[[int, int], None]  # rows done, rows in all

_KEPT_INLINE = 1000  # rejected rows to be seen on the page; the file of them has all
_LONGEST_SAYS = 400


class Overtaken(Exception):
    """Somebody else is running this import and was faster; nothing of ours was written."""


def run_import(run_id: str, progress: Progress | None = None) -> ImportRun:
    """Run an import to its end, from wherever it is; a run that is over, or asks something, stays as it is.

    A file that cannot be read ends the run as failed, with the reason. An upload that leaves open how it is
    meant is kept, and the run waits until somebody has said so (actions.answer). Rows that cannot be taken
    are set aside, the others go in. Killed at any point and run again, it counts and writes every row once.
    """
    run = ImportRun.objects.select_related("workspace").get(pk=run_id)
    if run.status in (ImportRun.DONE, ImportRun.FAILED, ImportRun.ASKING):
        return run
    try:
        with opened(run) as checked:
            if checked.judged.questions and is_upload(run):
                return _ask(run, checked.judged.questions)
            _require_answers(checked)
            _start(run, checked)
            _write_all(run, checked, progress)
            hint = checked.kind.hint(checked, run.workspace)
    except FileProblem as problem:
        _finish(run, ImportRun.FAILED, f"{run.filename} {problem}")
    except Overtaken:
        run.refresh_from_db()
    else:
        _finish(run, ImportRun.DONE, ". ".join(filter(None, [_sentence(run), hint])))
    return run


@contextmanager
def opened(run: ImportRun, most: int | None = None) -> Iterator[CheckedFile]:
    """A run's file, read and checked, or its first `most` rows. Raises FileProblem."""
    file, columns = understood(run)
    terms = Options.read(run.options).terms(run.workspace)
    with checked_file(file, columns, terms, most) as checked:
        yield checked


def understood(run: ImportRun) -> tuple[SourceFile, Columns]:
    """A run's file and how its columns are mapped. Raises FileProblem."""
    options = Options.read(run.options)
    file = open_file(Path(run.path), options.reading)
    return file, understand(KINDS[run.kind], file.names, options.map, options.set, lambda: first_cells(file))


def folder_of(run: ImportRun) -> Path:
    """Where a run keeps its files."""
    return home.uploads() / run.pk


def rejected_file(run: ImportRun) -> Path:
    """All rows that a run set aside, with the reasons: to be mended and imported again."""
    return folder_of(run) / "rejected.csv"


def load_of(run: ImportRun, checked: CheckedFile) -> Load:
    """Where the run's rows go."""
    terms = Options.read(run.options).terms(run.workspace)
    return Load(run.workspace, run.pk, terms.as_of, run.created_at, position=checked.total)


def _require_answers(checked: CheckedFile) -> None:
    """Raise FileProblem for what is still open: it is asked, never guessed."""
    for question in checked.judged.questions:
        manners = " or ".join(f"--{question.about} {one}" for one in MANNERS[question.about])
        raise FileProblem(f"{question.says}. Say which with {manners}; nothing was imported")


def is_upload(run: ImportRun) -> bool:
    """Whether the file is ours to keep: others are where somebody else put them, who can say it anew."""
    return Path(run.path).parent == folder_of(run)


def _ask(run: ImportRun, questions: Sequence[Question]) -> ImportRun:
    run.status, run.questions = ImportRun.ASKING, [asdict(one) for one in questions]
    run.save(update_fields=["status", "questions"])
    live.publish(run.workspace_id, "imports", [run.pk])
    return run


def _start(run: ImportRun, checked: CheckedFile) -> None:
    """Say how much there is, and keep what is set aside before anything is written."""
    _keep_rejects(run, checked)
    checked.forget_cells()
    run.status, run.rows_total, run.progressed_at = ImportRun.RUNNING, checked.total, clock.now()
    run.save(update_fields=["status", "rows_total", "progressed_at"])


def _keep_rejects(run: ImportRun, checked: CheckedFile) -> None:
    path = rejected_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if checked.rejected:
        _write_rejects(path, checked)
    with transaction.atomic():
        run.rejected.all().delete()
        RejectedRow.objects.bulk_create(
            RejectedRow(
                workspace=run.workspace,
                run=run,
                line=row.line,
                field=row.field[:120],
                says=row.says[:_LONGEST_SAYS],
                row=list(row.cells),
            )
            for row in checked.rejects(_KEPT_INLINE)
        )


def _write_rejects(path: Path, checked: CheckedFile) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([f"{SET_ASIDE}line", f"{SET_ASIDE}because", *checked.columns.names])
        writer.writerows(
            [row.line, guarded(row.says), *(guarded(cell) for cell in row.cells)] for row in checked.rejects()
        )


def _write_all(run: ImportRun, checked: CheckedFile, progress: Progress | None) -> None:
    load = load_of(run, checked)
    is_record = checked.kind.is_record
    with (
        by_sets.unscrubbed(),
        checkpoints.beside() as copy,
        journal.recording(run, by_sets=is_record) as seen,
    ):
        for batch in checked.batches(after=run.rows_read):
            with by_sets.many() if is_record else nullcontext():
                written = _write(run, checked.kind, replace(load, position=batch.last), batch, seen)
                _count(run, batch, written)
            copy()
            run.rows_read = batch.last
            live.publish(run.workspace_id, "imports", [run.pk])
            if progress:
                progress(batch.last, checked.total)
    run.refresh_from_db()


def _write(run: ImportRun, kind: Kind, load: Load, batch: Batch, seen: journal.Recording) -> Written:
    """Write a batch, and keep how to take it back."""
    seen.begin()
    written = kind.write(load, batch.rows)
    seen.keep()
    if written.same:
        journal.confirm(run, kind.about(load, batch.rows))
    return written


def _count(run: ImportRun, batch: Batch, written: Written) -> None:
    """Count a batch, if nobody else has: of two that run the same import, one goes on."""
    counted = ImportRun.objects.filter(pk=run.pk, status=ImportRun.RUNNING, rows_read=run.rows_read).update(
        rows_read=batch.last,
        rows_added=F("rows_added") + written.added,
        rows_changed=F("rows_changed") + written.changed,
        rows_same=F("rows_same") + written.same + batch.repeats,
        rows_rejected=F("rows_rejected") + batch.rejected,
        progressed_at=clock.now(),
    )
    if not counted:
        raise Overtaken(run.pk)


def _finish(run: ImportRun, status: str, says: str) -> None:
    run.status, run.says, run.finished_at = status, says[:500], clock.now()
    run.save(update_fields=["status", "says", "finished_at"])
    remove_upload(run)
    live.publish(run.workspace_id, "imports", [run.pk])


def remove_upload(run: ImportRun) -> None:
    """Delete what a run no longer needs: everything in its own folder but the rows set aside.

    A page may still be looking at the file, and tidy up after itself at the same moment.
    """
    folder = folder_of(run)
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path != rejected_file(run):
            path.unlink(missing_ok=True)


def _sentence(run: ImportRun) -> str:
    """What came of it: "7,043 rows: 7,040 added, 3 rejected"."""
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (run.rows_added, "added"),
            (run.rows_changed, "changed"),
            (run.rows_same, "the same as before"),
            (run.rows_rejected, "rejected"),
        )
        if number
    ]
    return f"{count(run.rows_read, 'row')}: {', '.join(parts)}" if parts else "no rows in the file"
