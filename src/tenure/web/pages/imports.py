"""Taking an import back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenure.sources import actions
from tenure.sources import queries as imports
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.workspaces.roles import Right


@require_GET
@page(Right.LOAD)
def confirm_undo(request: Request, run_id: str) -> HttpResponse:
    """What undoing an import means, before it is done."""
    return render(request, "data/undo.html", {"run": imports.run_of(request.access, run_id)})


@require_POST
@page(Right.LOAD)
def undo(request: Request, run_id: str) -> HttpResponse:
    """Have an import taken back."""
    actions.request_undo(request.access, run_id)
    return redirect("data-import", run_id)
