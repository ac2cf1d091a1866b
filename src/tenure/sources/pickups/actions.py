"""Writes about pick-ups: set up with a first preview, looked after by the worker, switched off, removed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from tenure.kit import clock, crypto, home, live
from tenure.sources.actions import draft_of, upload
from tenure.sources.imports.file import FileProblem
from tenure.sources.imports.options import Options
from tenure.sources.imports.running import Progress, run_import
from tenure.sources.models import ImportRun, Pickup
from tenure.sources.pickups import fetching, folder
from tenure.sources.pickups.rules import SHORTEST, Refused, parts, wait_after
from tenure.workspaces.access import Access, access_for_job
from tenure.workspaces.roles import Right

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_HEADERS = "headers of pick-ups"
_LEASE = timedelta(minutes=30)  # longer than a fetch and an import take
_KEPT_MARKS = 1_000
_NEVER = ("host", "content-length", "transfer-encoding", "connection")


def set_up(
    access: Access, where: str, every_minutes: int, headers: str = "", policy: fetching.Policy | None = None
) -> ImportRun:
    """Keep where to fetch from, and fetch a first file: as it is imported, all others will be understood.

    `headers` are lines like `Authorization: Bearer …`. Raises Refused or FileProblem, and keeps nothing.
    """
    access.require(Right.LOAD)
    where = where.strip()
    pickup = Pickup(
        workspace=access.workspace,
        where=where[:1000],
        every_minutes=max(SHORTEST, every_minutes),
        headers=crypto.encrypt(_HEADERS, json.dumps(parse_headers(headers))) if headers.strip() else "",
        created_by=access.who,
    )
    with _first_file(pickup, policy) as (path, name), path.open("rb") as file:
        run = upload(access, name, iter(lambda: file.read(1 << 20), b""))
    with transaction.atomic():
        pickup.save(force_insert=True)
        run.pickup = pickup
        run.save(update_fields=["pickup"])
        access.log("set up a pick-up", where)
    return run


def parse_headers(text: str) -> dict[str, str]:
    """Headers as typed, one a line. Raises Refused."""
    found = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not _HEADER.fullmatch(name.strip()) or not value.strip().isprintable():
            raise Refused("has a header that is none; write one a line, like Authorization: Bearer …")
        if name.strip().lower() in _NEVER:
            raise Refused(f"may not set the header {name.strip()}")
        found[name.strip()] = value.strip()
    return found


@contextmanager
def _first_file(pickup: Pickup, policy: fetching.Policy | None) -> Iterator[tuple[Path, str]]:
    if not pickup.is_address:
        files = folder.look(pickup.where)
        if not files:
            raise Refused("matches no file in the pick-up folder yet; put a first one there")
        yield files[-1].path, files[-1].path.name
        return
    parts(pickup.where)
    with TemporaryDirectory(prefix="tenure-") as temporary:
        path = Path(temporary) / "fetched"
        yield path, _fetch(pickup, path, policy).name


def _fetch(pickup: Pickup, path: Path, policy: fetching.Policy | None) -> fetching.Fetched:
    headers = json.loads(crypto.decrypt(_HEADERS, pickup.headers)) if pickup.headers else {}
    return fetching.fetch(pickup.where, headers, pickup.etag, pickup.modified, path, policy)


@transaction.atomic
def switch(access: Access, pickup_id: str, on: bool) -> Pickup:
    """Switch a pick-up on or off."""
    access.require(Right.LOAD)
    pickup = access.get(Pickup, pickup_id)
    pickup.is_on, pickup.next_at, pickup.failures = on and bool(pickup.kind), clock.now(), 0
    pickup.save(update_fields=["is_on", "next_at", "failures"])
    access.log("switched a pick-up on" if on else "switched a pick-up off", pickup.where)
    return pickup


@transaction.atomic
def remove(access: Access, pickup_id: str) -> None:
    """Fetch no more from there; what was imported stays."""
    access.require(Right.LOAD)
    pickup = access.get(Pickup, pickup_id)
    access.log("removed a pick-up", pickup.where)
    pickup.delete()


def look_after(progress: Progress | None = None, policy: fetching.Policy | None = None) -> int:
    """Pick up all that is due; gives how many were looked at. Two workers never look at one at once."""
    due = Pickup.objects.filter(is_on=True, next_at__lte=clock.now()).values_list("pk", "next_at")
    looked = 0
    for pk, next_at in due:
        mine = Pickup.objects.filter(pk=pk, is_on=True, next_at=next_at)
        if mine.update(next_at=clock.now() + _LEASE):
            look_at(Pickup.objects.select_related("workspace").get(pk=pk), progress, policy)
            looked += 1
    return looked


def look_at(pickup: Pickup, progress: Progress | None = None, policy: fetching.Policy | None = None) -> None:
    """Fetch what is new and import it; what goes wrong is said, and tried again later."""
    try:
        says = (
            _from_address(pickup, progress, policy) if pickup.is_address else _from_folder(pickup, progress)
        )
        pickup.failures, pickup.last_says, pickup.last_failed = 0, says, False
    except (Refused, FileProblem, OSError) as problem:
        pickup.failures, pickup.last_failed = pickup.failures + 1, True
        pickup.last_says = f"{pickup.where} {said(problem)}"[:500]
    now, every = clock.now(), timedelta(minutes=pickup.every_minutes)
    pickup.last_at, pickup.next_at = now, now + wait_after(pickup.failures, every)
    Pickup.objects.filter(pk=pickup.pk).update(
        **{
            name: getattr(pickup, name)
            for name in (
                "failures",
                "last_says",
                "last_failed",
                "last_at",
                "next_at",
                "etag",
                "modified",
                "seen",
            )
        }
    )
    live.publish(pickup.workspace_id, "imports", [])


def said(problem: Exception) -> str:
    """What went wrong, to be put behind the name of the place."""
    if isinstance(problem, (Refused, FileProblem)):
        return str(problem)
    return f"could not be reached: {problem.strerror if isinstance(problem, OSError) else problem}"


def _from_address(pickup: Pickup, progress: Progress | None, policy: fetching.Policy | None) -> str:
    with TemporaryDirectory(prefix="tenure-", dir=_place()) as temporary:
        path = Path(temporary) / "fetched"
        fetched = _fetch(pickup, path, policy)
        if not fetched.is_new:
            return "nothing new"
        says = _import(pickup, path, fetched.name, progress)
    pickup.etag, pickup.modified = fetched.etag, fetched.modified
    return says


def _place() -> Path:
    home.uploads().mkdir(parents=True, exist_ok=True)
    return home.uploads()


def _from_folder(pickup: Pickup, progress: Progress | None) -> str:
    says = []
    for one in folder.look(pickup.where):
        if pickup.seen.get(one.name) != one.mark:
            says.append(_import(pickup, one.path, one.path.name, progress))
            pickup.seen = dict([*pickup.seen.items(), (one.name, one.mark)][-_KEPT_MARKS:])
    return "; ".join(says[-3:])[:500] or "nothing new"


def _import(pickup: Pickup, path: Path, name: str, progress: Progress | None) -> str:
    """Import a file as the first one was understood. Raises FileProblem if it cannot be read."""
    access = access_for_job(pickup.workspace, f"pick-up of {pickup.created_by}"[:254])
    options = replace(Options.read(pickup.options), as_of=None)
    run = draft_of(access, pickup.kind, path, options)
    run.filename, run.pickup = name[:255], pickup
    run.save()
    kept = home.uploads() / run.pk / "upload"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, kept)
    run.path = str(kept)
    run.save(update_fields=["path"])
    run = run_import(run.pk, progress)
    if run.status == ImportRun.FAILED:
        raise FileProblem(run.says.removeprefix(f"{run.filename} "))
    return f"{run.filename}: {run.says}"
