"""Settings → Export: everything of the workspace as one file."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from tenure.kit import words
from tenure.sources.exports import asking
from tenure.sources.exports.folder import NOT_CARRIED, USUAL
from tenure.sources.exports.writing import FORMATS
from tenure.sources.models import ExportRun
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MOST = 10


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.ADMINISTER)
def exports(request: Request) -> HttpResponse:
    """What can be taken out, and the exports of the last two days; a POST asks for one."""
    if request.method != "POST":
        about = {"formats": FORMATS, "usual": USUAL, "not_carried": NOT_CARRIED}
        return render_tab(request, "export", about | _made(request.access))
    try:
        asking.request_export(request.access, request.POST.getlist("format"))
    except ValueError as wrong:
        return tell(request, redirect("settings-export"), words.capital(f"{wrong}."))
    return redirect("settings-export")


@require_GET
@page(Right.ADMINISTER)
def progress(request: Request) -> HttpResponse:
    """The exports, as far as they are."""
    return render(request, "settings/exports.html", _made(request.access))


@require_GET
@page(Right.ADMINISTER)
def download(request: Request, export_id: str) -> FileResponse:
    """One of them."""
    run = request.access.get(ExportRun, export_id)
    try:
        file = asking.file_of(run).open("rb")
    except FileNotFoundError:
        raise Http404("no such export") from None
    request.access.log("downloaded an export", f"of {run.asked_at:%Y-%m-%d %H:%M} UTC, {run.rows:,} rows")
    day = run.asked_at.date().isoformat()
    return FileResponse(
        file, as_attachment=True, filename=f"tenure-{day}.zip", content_type="application/zip"
    )


def _made(access: Access) -> dict[str, object]:
    runs = list(access.of(ExportRun).order_by("-asked_at", "-pk")[:MOST])
    return {"runs": runs, "is_open": any(run.status in asking.OPEN for run in runs)}
