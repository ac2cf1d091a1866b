"""Writes about pick-ups: set up with a first file, looked after by the worker, switched off, removed."""

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
from django.http import Http404

from tenure.kit import clock, crypto, home, live, outbox
from tenure.kit.facts import PickupSetUp
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


def set_up(access: Access, where: str, every_minutes: int, headers: str = "") -> Pickup:
    """Keep where to fetch from, and have the worker fetch a first file: a page waits for nobody's server.

    As the first file is imported, all others will be understood. `headers` are lines like
    `Authorization: Bearer …`. Raises Refused, and keeps nothing, for what cannot be meant. An earlier try of
    the same place that failed is replaced: there is one entry for it, however often it takes.
    """
    access.require(Right.LOAD)
    where = where.strip()
    pickup = Pickup(
        workspace=access.workspace,
        where=where[:1000],
        every_minutes=max(SHORTEST, every_minutes),
        headers=_sealed(headers),
        created_by=access.who,
    )
    _require_a_place(pickup)
    with transaction.atomic():
        access.of(Pickup).filter(where=pickup.where, kind="", last_failed=True).delete()
        pickup.save(force_insert=True)
        _ask_for_first(pickup)
        access.log("set up a pick-up", where)
    return pickup


def _require_a_place(pickup: Pickup) -> None:
    if pickup.is_address:
        parts(pickup.where)
    elif not folder.look(pickup.where):
        raise Refused("matches no file in the pick-up folder yet; put a first one there")


def _ask_for_first(pickup: Pickup) -> None:
    outbox.record(
        PickupSetUp(workspace_id=pickup.workspace_id, pickup_id=pickup.pk, attempt=pickup.failures + 1)
    )


@transaction.atomic
def try_again(access: Access, pickup_id: str, where: str, headers: str = "") -> Pickup:
    """Have the first file fetched again, after that failed, from where it was or from another place.

    Without `headers` those given before stay, unless another server is asked: it gets no other's secrets.
    Raises Refused, and changes nothing, for a place that cannot be meant.
    """
    access.require(Right.LOAD)
    pickup = access.get(Pickup, pickup_id)
    if pickup.kind or not pickup.last_failed:
        raise Http404("its first file has been fetched, or is on its way")
    before, pickup.where = pickup.where, where.strip()[:1000]
    _require_a_place(pickup)
    if headers.strip() or not _is_same_server(before, pickup.where):
        pickup.headers = _sealed(headers)
    pickup.last_failed, pickup.last_says = False, ""
    pickup.save(update_fields=["where", "headers", "last_failed", "last_says"])
    _ask_for_first(pickup)
    if pickup.where != before:
        access.log("changed where a pick-up fetches from", f"{before} → {pickup.where}")
    return pickup


def _sealed(headers: str) -> str:
    return crypto.encrypt(_HEADERS, json.dumps(parse_headers(headers))) if headers.strip() else ""


def _is_same_server(one: str, other: str) -> bool:
    both_addresses = "://" in one and "://" in other
    return one == other or (both_addresses and parts(one)[:2] == parts(other)[:2])


def fetch_first(pickup_id: str, policy: fetching.Policy | None = None) -> ImportRun | None:
    """Fetch a pick-up's first file, as a draft to be previewed; None if that failed, which is said then."""
    pickup = Pickup.objects.select_related("workspace").filter(pk=pickup_id, kind="").first()
    if pickup is None or pickup.importrun_set.exists():
        return None  # removed meanwhile, or fetched by whoever was interrupted
    access, run = access_for_job(pickup.workspace, pickup.created_by), None
    try:
        with _first_file(pickup, policy) as (path, name), path.open("rb") as file:
            run = upload(access, name, iter(lambda: file.read(1 << 20), b""), pickup)
        pickup.failures, pickup.last_says, pickup.last_failed = 0, "fetched; look at it, and import it", False
    except (Refused, FileProblem, OSError) as problem:
        pickup.failures, pickup.last_failed = pickup.failures + 1, True
        pickup.last_says = f"{pickup.where} {said(problem)}"[:500]
    pickup.last_at = clock.now()
    pickup.save(update_fields=["failures", "last_says", "last_failed", "last_at"])
    live.publish(pickup.workspace_id, "imports", [])
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
    _require_a_place(pickup)
    if not pickup.is_address:
        newest = folder.look(pickup.where)[-1].path
        yield newest, newest.name
        return
    with TemporaryDirectory(prefix="tenure-", dir=_place()) as temporary:
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
        if pickup.is_address:
            says, broken = _from_address(pickup, progress, policy), ""
        else:
            says, broken = _from_folder(pickup, progress)
        pickup.failures, pickup.last_says, pickup.last_failed = 0, (broken or says)[:500], bool(broken)
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


def _from_folder(pickup: Pickup, progress: Progress | None) -> tuple[str, str]:
    """What came in, and what did not: a file that cannot be read keeps no other, and waits for a change."""
    says, broken = [], []
    for one in folder.look(pickup.where):
        mark, _, problem = pickup.seen.get(one.name, "").partition(" ")
        if mark != one.mark:
            came, problem = _from_file(pickup, one, progress)
            says += came
        broken += [f"{one.name} {problem}"] if problem else []
    told = "; ".join(says[-3:])
    return told or "nothing new", "; ".join([*broken[-3:], *([told] if broken and told else [])])


def _from_file(pickup: Pickup, one: folder.Found, progress: Progress | None) -> tuple[list[str], str]:
    came, problem, mark = list[str](), "", one.mark
    try:
        came = [_import(pickup, one.path, one.path.name, progress)]
    except FileProblem as wrong:
        problem = str(wrong)
        mark = f"{mark} {problem}"  # it is said until it changes
    except OSError as wrong:
        return [], said(wrong)  # what is in the way may go without a change of the file
    pickup.seen = dict([*pickup.seen.items(), (one.name, mark)][-_KEPT_MARKS:])
    return came, problem


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
    if run.status == ImportRun.ASKING:
        return f"{run.filename} asks something before it goes in"
    if run.status == ImportRun.FAILED:
        raise FileProblem(run.says.removeprefix(f"{run.filename} "))
    return f"{run.filename}: {run.says}"
