"""Data: what comes in, and files being brought in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenure.sources import actions
from tenure.sources import queries as imports
from tenure.sources.imports import preview
from tenure.sources.imports.files import FileProblem, Reading
from tenure.sources.imports.forms import MANNERS
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.options import Options, manners, parse_day
from tenure.sources.models import ImportRun
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import data as queries
from tenure.web.queries import events
from tenure.workspaces.roles import Right

PREVIEWED_ROWS = 20_000  # a page does not wait for more


@require_GET
@page()
def data(request: Request) -> HttpResponse:
    """What comes in, from where, and what could not be taken?"""
    return render(request, "data/data.html", {**_parts(request), **_sending(request)})


def _parts(request: Request) -> dict[str, Any]:
    """Files, and events as the address wants them."""
    return {
        "data": queries.data_page(request.access),
        "side": events.side(request.access),
        "wanted": events.Wanted.read(request.GET),
        "event_kinds": events.kinds(),
    }


def _sending(request: Request) -> dict[str, Any]:
    """How to send a first event."""
    return {"address": request.build_absolute_uri("/").rstrip("/")}


@require_GET
@page()
def runs(request: Request) -> HttpResponse:
    """The newest imports, as they stand."""
    return render(request, "data/runs.html", {"runs": imports.recent_runs(request.access, queries.MOST_RUNS)})


@require_POST
@page(Right.LOAD)
def upload(request: Request) -> HttpResponse:
    """Keep a file, and go to its preview."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return tell(request, redirect("data"), "No file was chosen.")
    try:
        run = actions.upload(request.access, file.name or "", cast("Iterable[bytes]", file.chunks()))
    except FileProblem as problem:
        return tell(request, redirect("data"), f"{file.name} {problem}")
    return redirect("data-import", run.pk)


@require_GET
@page()
def one_import(request: Request, run_id: str) -> HttpResponse:
    """An import: its preview while it is a draft, then how far it is, then what came of it."""
    run = request.access.get(ImportRun, run_id)
    if run.status == ImportRun.DRAFT:
        request.access.require(Right.LOAD)
        return render(request, "data/preview.html", _previewed(run))
    return render(request, "data/import.html", _result(request, run_id))


def _previewed(run: ImportRun, wrong: str = "") -> dict[str, Any]:
    found = preview(run, count=False, most=PREVIEWED_ROWS)
    shown, rest = queries.choices(found)
    return {
        "run": run,
        "preview": found,
        "wrong": wrong,
        "shown": shown,
        "rest": rest,
        "kinds": queries.kinds(),
        "not_said": queries.NOT_SAID,
        "counts_in_months": queries.counts_in_months(found),
        **queries.reading_choices(found),
    }


def _result(request: Request, run_id: str) -> dict[str, Any]:
    run, problems, has_file = queries.finished(request.access, run_id)
    titles = queries.manner_titles()
    return {"run": run, "problems": problems, "has_file": has_file, "manner_titles": titles}


@require_POST
@page(Right.LOAD)
def choose(request: Request, run_id: str) -> HttpResponse:
    """Understand a draft's file another way, and look again."""
    run, wrong = request.access.get(ImportRun, run_id), ""
    try:
        run = actions.choose(request.access, run_id, *_chosen(request.POST, run.kind))
    except FileProblem as problem:
        wrong = str(problem)
    if request.headers.get("HX-Request"):
        return render(request, "data/preview_parts.html", _previewed(run, wrong))
    return tell(request, redirect("data-import", run_id), wrong) if wrong else redirect("data-import", run_id)


def _chosen(form: QueryDict, kind: str) -> tuple[str, Options]:
    """The kind and options of the form; another kind, or another way to read it, starts afresh."""
    as_of, chosen = parse_day(form.get("as_of", "")), form.get("kind", kind)
    how = manners(form.get("dates", ""), form.get("numbers", ""))
    reading = Reading(form.get("encoding", ""), form.get("delimiter", ""), form.get("sheet", ""))
    if chosen not in KINDS:
        raise FileProblem(f"there is no kind of import {chosen!r}")
    read_anew = form.get("read_as", "") != f"{reading.encoding}|{reading.delimiter}|{reading.sheet}"
    if chosen != kind or ("read_as" in form and read_anew):
        return chosen, Options(as_of=as_of, manners=how, reading=reading)
    names = KINDS[kind].names
    said = {ours: form.get(f"map.{ours}", "") for ours in names if f"map.{ours}" in form}
    said = {ours: theirs for ours, theirs in said.items() if theirs != queries.NOT_SAID}
    # A value that was only assumed still stands in its field when somebody chooses a column: that is meant.
    values = {
        ours: value for ours in names if not said.get(ours) and (value := form.get(f"set.{ours}", "").strip())
    }
    chosen_map = {ours: one for ours, one in said.items() if ours not in values}
    return kind, Options(chosen_map, values, as_of, how, reading)


@require_GET
@page(Right.LOAD)
def would(request: Request, run_id: str) -> HttpResponse:
    """What importing a draft now would add and change."""
    run = request.access.get(ImportRun, run_id)
    if run.status != ImportRun.DRAFT:
        raise Http404("this import has been started already")
    return render(request, "data/would.html", {"preview": preview(run, most=PREVIEWED_ROWS)})


@require_POST
@page(Right.LOAD)
def start(request: Request, run_id: str) -> HttpResponse:
    """Import a draft."""
    actions.request_import(request.access, run_id)
    return redirect("data-import", run_id)


@require_POST
@page(Right.LOAD)
def answer(request: Request, run_id: str) -> HttpResponse:
    """Say what an import asks, and have it go on."""
    said = {about: request.POST.get(about, "") for about in MANNERS}
    try:
        actions.answer(request.access, run_id, said)
    except FileProblem as problem:
        return tell(request, redirect("data-import", run_id), str(problem))
    return redirect("data-import", run_id)


@require_POST
@page(Right.LOAD)
def discard(request: Request, run_id: str) -> HttpResponse:
    """Throw a draft away."""
    actions.discard(request.access, run_id)
    return tell(request, redirect("data"), "Thrown away; nothing was imported.")


@require_GET
@page()
def progress(request: Request, run_id: str) -> HttpResponse:
    """How far an import is, or what came of it."""
    return render(request, "data/result.html", _result(request, run_id))


@require_GET
@page()
def rejected_rows(request: Request, run_id: str) -> FileResponse:
    """All rows that an import set aside, with the reasons, as CSV."""
    run = imports.run_of(request.access, run_id)
    path = imports.rejected_path(request.access, run_id)
    if path is None:
        raise Http404("nothing was set aside")
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"rejected rows of {run.filename}.csv",
        content_type="text/csv; charset=utf-8",
    )
