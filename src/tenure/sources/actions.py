"""Writes about imports: a file is uploaded, its import asked for, or thrown away."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.http import Http404

from tenure.accounts.announcing import EVER
from tenure.events import dictionary
from tenure.events import undoing as events
from tenure.kit import changes, clock, live, outbox, words
from tenure.kit.facts import ImportRequested, ImportUndoRequested, RecordsChanged
from tenure.kit.ids import new_id
from tenure.sources.imports import undoing
from tenure.sources.imports.files import FileProblem, Reading, SourceFile, open_file
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.mapping import SET_ASIDE, likeliest
from tenure.sources.imports.options import Options, manners
from tenure.sources.imports.running import Progress, folder_of, remove_upload, run_import
from tenure.sources.models import ImportRun, Pickup
from tenure.sources.queries import can_undo
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

_DRAFTS_LAST = timedelta(days=2)
# Of versions, what the writers of their records count.
_COUNTED_AS = {"ticket_version": "ticket", "goal_version": "goal"}


def import_file(
    access: Access, kind: str, path: Path, options: Options, progress: Progress | None = None
) -> ImportRun:
    """Import a file of this machine, here and now; it stays where it is."""
    run = draft_of(access, kind, path, options)
    run.save()
    access.log("imported", f"{kind} from {run.filename}")
    return run_import(run.pk, progress)


def draft_of(access: Access, kind: str, path: Path, options: Options) -> ImportRun:
    """A run for a file of this machine that is not on record: enough for a preview."""
    access.require(Right.LOAD)
    return ImportRun(
        workspace=access.workspace,
        kind=KINDS[kind].name,
        filename=path.name[:255],
        path=str(path.absolute()),
        options=options.stored(),
        started_by=access.who,
        status=ImportRun.WAITING,
    )


def upload(access: Access, filename: str, chunks: Iterable[bytes], pickup: Pickup | None = None) -> ImportRun:
    """Keep a file that somebody sent, as a draft: to be previewed, then imported or thrown away.

    What kind it is is guessed from its columns. Raises FileProblem, and keeps nothing, if it has none.
    """
    access.require(Right.LOAD)
    _forget_old_drafts(access)
    run = ImportRun(
        id=new_id(),
        workspace=access.workspace,
        filename=Path(filename).name[:255] or "file",
        pickup=pickup,
        started_by=access.who,
        status=ImportRun.DRAFT,
    )
    # What it is called is for reading only: on disk every upload has the same name.
    path = folder_of(run) / "upload"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as kept:
        kept.writelines(chunks)
    run.path = str(path)
    try:
        file = open_file(path)
    except FileProblem:
        shutil.rmtree(path.parent)
        raise
    run.kind, run.signature = likeliest(KINDS, file.names).name, signature(file.names)
    if known := _learnt(access, run.signature):
        run.kind = known.kind
        _learn(run, known, file)
    run.save(force_insert=True)
    return run


@transaction.atomic
def choose(access: Access, run_id: str, kind: str, options: Options) -> ImportRun:
    """Say how a draft's file is to be understood."""
    run = _draft(access, run_id)
    is_other = kind != run.kind
    run.kind, run.options, run.learnt_from = KINDS[kind].name, options.stored(), ""
    if is_other and (known := _learnt(access, run.signature, kind)):
        _learn(run, known, open_file(Path(run.path)))
    run.save(update_fields=["kind", "options", "learnt_from"])
    return run


def signature(names: Sequence[str]) -> str:
    """A digest of a file's columns, by which the next of its shape is known; mended ones count alike."""
    own = [name for name in names if not name.startswith(SET_ASIDE)]
    return hashlib.sha256("\x1f".join(own).encode()).hexdigest()


def _learnt(access: Access, shape: str, kind: str = "") -> ImportRun | None:
    """The last import of a file of this shape that went through, of a kind if one is asked for."""
    done = access.of(ImportRun).filter(signature=shape, status=ImportRun.DONE, undone_at=None)
    return (done.filter(kind=kind) if kind else done).order_by("-created_at").first()


def _learn(run: ImportRun, known: ImportRun, file: SourceFile) -> None:
    """Understand a file as the last of its shape was; the day it describes is its own."""
    options = Options.read(known.options)
    run.options = replace(options, as_of=None, reading=_read_as(options, file)).stored()
    run.learnt_from = known.filename


def _read_as(options: Options, file: SourceFile) -> Reading:
    """How a file is read, as the last of its shape was where it does not say itself.

    Rejected rows come back in our own encoding and with our own separator, and so may a source's next file.
    """
    is_split = set(filter(None, options.map.values())) <= set(file.names)
    return Reading(
        "" if file.reading.encoding.startswith("utf") else options.reading.encoding,
        "" if is_split else options.reading.delimiter,
        options.reading.sheet,
    )


@transaction.atomic
def request_import(access: Access, run_id: str) -> ImportRun:
    """Ask the worker to import a draft's file."""
    run = _draft(access, run_id)
    run.status, run.progressed_at = ImportRun.WAITING, clock.now()
    run.save(update_fields=["status", "progressed_at"])
    if run.pickup:
        _begin_pickup(run.pickup, run)
    outbox.record(ImportRequested(workspace_id=run.workspace_id, run_id=run.pk))
    access.log("imported", f"{run.kind} from {run.filename}")
    return run


@transaction.atomic
def answer(access: Access, run_id: str, said: Mapping[str, str]) -> ImportRun:
    """Say what a waiting import asks, by what it is about, and have it go on. Raises FileProblem.

    What is picked up from the same place later is understood so too.
    """
    access.require(Right.LOAD)
    run = _asking(access, run_id)
    answers = manners(said.get("dates", ""), said.get("numbers", ""))
    if missing := [one["about"] for one in run.questions if one["about"] not in answers]:
        raise FileProblem(f"Say how its {words.listing(missing)} are meant.")
    options = Options.read(run.options)
    run.options = replace(options, manners={**options.manners, **answers}).stored()
    run.status, run.questions, run.progressed_at = ImportRun.WAITING, [], clock.now()
    run.save(update_fields=["status", "options", "questions", "progressed_at"])
    if run.pickup:
        run.pickup.options = run.options
        run.pickup.save(update_fields=["options"])
    outbox.record(
        ImportRequested(workspace_id=run.workspace_id, run_id=run.pk, answered=",".join(sorted(answers)))
    )
    return run


def _begin_pickup(pickup: Pickup, run: ImportRun) -> None:
    """From now on files are fetched, and understood as the first one was."""
    pickup.kind, pickup.options, pickup.is_on = run.kind, run.options, True
    pickup.next_at = clock.now() + timedelta(minutes=pickup.every_minutes)
    pickup.save(update_fields=["kind", "options", "is_on", "next_at"])


@transaction.atomic
def discard(access: Access, run_id: str) -> None:
    """Throw away a draft, or an import that asks something, and its file."""
    access.require(Right.LOAD)
    run = access.get(ImportRun, run_id)
    _throw_away(run if run.status == ImportRun.ASKING else _draft(access, run_id))


@transaction.atomic
def request_undo(access: Access, run_id: str) -> ImportRun:
    """Ask the worker to take back what an import did."""
    run = _undoable(access, run_id)
    run.undo_asked_at = clock.now()
    run.save(update_fields=["undo_asked_at"])
    outbox.record(ImportUndoRequested(workspace_id=run.workspace_id, run_id=run.pk, who=access.who))
    return run


def undo_import(access: Access, run_id: str) -> ImportRun:
    """Take back what an import did, here and now."""
    run = _undoable(access, run_id)
    return undo(run, access)


def undo(run: ImportRun, access: Access) -> ImportRun:
    """Take back what an import did to the lake and to the record, and have all figures made anew.

    Asked twice, or again after a crash, it goes on where it was.
    """
    if run.undone_at is None:
        _take_back_events(run)
        with transaction.atomic():
            run.undone_at, run.undone_by = clock.now(), access.who
            run.save(update_fields=["undone_at", "undone_by"])
            done = undoing.take_back(run.workspace)
            _say_undone(run, done)
            access.log("undid an import", f"{run.kind} from {run.filename}: {run.undone_says}")
            counted = {_COUNTED_AS[one] for one in done.tables if one in _COUNTED_AS}
            changes.touch(run.workspace_id, *sorted(done.tables | counted))
            outbox.record(RecordsChanged(workspace_id=run.workspace_id, table="", first_day=EVER))
        live.publish(run.workspace_id, "imports", [run.pk])
    return run


def _undoable(access: Access, run_id: str) -> ImportRun:
    access.require(Right.LOAD)
    run = access.get(ImportRun, run_id)
    if not can_undo(run):
        raise Http404("this import cannot be undone, or it has been already")
    return run


def _take_back_events(run: ImportRun) -> None:
    """Of this and of earlier undone imports: what they left may be nobody else's by now."""
    of_events = ImportRun.objects.filter(workspace=run.workspace, kind="events", rows_read__gt=0)
    others = set(of_events.filter(undone_at=None).exclude(pk=run.pk).values_list("pk", flat=True))
    undone = set(of_events.exclude(undone_at=None).values_list("pk", flat=True))
    for stream in sorted(undone | ({run.pk} if run.kind == "events" else set())):
        events.take_back(run.workspace, stream, others)
    if run.kind == "events":
        dictionary.forget_taken_back(run.workspace)


def _say_undone(run: ImportRun, done: undoing.TakenBack) -> None:
    count, run.left = undoing.left_of(run)
    parts = [str(done)] if done.tables or run.kind != "events" else []
    if run.kind == "events":
        parts.insert(0, "its events are gone, but those that other files have too")
    left = f"; {words.count(count, 'row')} left as they are" if count else ""
    run.undone_says = f"{', '.join(parts)}{left}"
    run.save(update_fields=["left", "undone_says"])


def _draft(access: Access, run_id: str) -> ImportRun:
    """A draft of this workspace; one that has been started can no longer be changed."""
    access.require(Right.LOAD)
    run = access.get(ImportRun, run_id)
    if run.status != ImportRun.DRAFT:
        raise Http404("this import has been started already")
    return run


def _asking(access: Access, run_id: str) -> ImportRun:
    run = access.get(ImportRun, run_id)
    if run.status != ImportRun.ASKING:
        raise Http404("this import asks nothing, or it has been answered already")
    return run


def _forget_old_drafts(access: Access) -> None:
    too_old = clock.now() - _DRAFTS_LAST
    for run in access.of(ImportRun).filter(status=ImportRun.DRAFT, created_at__lt=too_old):
        _throw_away(run)


def _throw_away(run: ImportRun) -> None:
    remove_upload(run)
    folder = folder_of(run)
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    if run.pickup and not run.pickup.kind:  # never begun
        run.pickup.delete()
    run.delete()
