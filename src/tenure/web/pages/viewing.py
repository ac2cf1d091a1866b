"""Saved views of the list of customers: kept, changed, removed, and the one it opens with."""

from __future__ import annotations

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tenure.desk import viewing
from tenure.desk.models import SavedView
from tenure.metrics.catalogue import Metrics, metrics_of
from tenure.web import notices
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries.wanted import Wanted


@require_POST
@page()
def save(request: Request) -> HttpResponse:
    """Keep what the list shows under a name."""
    asked, metrics = request.POST, metrics_of(request.access.workspace)
    wanted = Wanted.of(asked, metrics)
    try:
        view = viewing.save(
            request.access,
            asked.get("name", ""),
            wanted.state,
            is_shared=bool(asked.get("is_shared")),
            is_first=bool(asked.get("is_first")),
        )
    except ValueError as wrong:
        return notices.tell(
            request, redirect(f"{reverse('customers')}?{wanted.query_string}"), f"Not kept: {wrong}."
        )
    return notices.tell(
        request, redirect(address(view, metrics)), f"“{view.name}” is kept.", _undo(view, "remove")
    )


@require_POST
@page()
def change(request: Request, view_id: str) -> HttpResponse:
    """Give a view what the list shows now, another name, or other readers."""
    asked, metrics = request.POST, metrics_of(request.access.workspace)
    try:
        if asked.get("do") == "update":
            view = viewing.change(request.access, view_id, query=Wanted.of(asked, metrics).state)
        else:
            view = viewing.change(
                request.access, view_id, name=asked.get("name", ""), is_shared=bool(asked.get("is_shared"))
            )
            viewing.open_with(request.access, view_id if asked.get("is_first") else "")
    except ValueError as wrong:
        return notices.tell(request, redirect("customers"), f"Not changed: {wrong}.")
    return notices.tell(
        request, redirect(address(view, metrics)), f"“{view.name}” is changed.", _undo(view, "undo")
    )


@require_POST
@page()
def remove(request: Request, view_id: str) -> HttpResponse:
    """Take a view away."""
    try:
        view = viewing.remove(request.access, view_id)
    except ValueError:
        raise Http404 from None
    return notices.tell(
        request, redirect(f"{reverse('customers')}?where="), f"“{view.name}” is removed.", _undo(view, "undo")
    )


@require_POST
@page()
def undo(request: Request, view_id: str) -> HttpResponse:
    """Bring back what was removed or changed."""
    try:
        view = viewing.undo(request.access, view_id)
    except ValueError as wrong:
        return notices.tell(request, redirect("customers"), f"Not brought back: {wrong}.")
    back = address(view, metrics_of(request.access.workspace))
    response = HttpResponse(status=204, headers={"HX-Redirect": back}) if request.htmx else redirect(back)
    return notices.tell(request, response, f"“{view.name}” is as it was.")


def address(view: SavedView, metrics: Metrics) -> str:
    """Where a view is looked at, in a workspace with these metrics."""
    wanted = Wanted.of(QueryDict(view.query), metrics).viewing(view.pk)
    return f"{reverse('customers')}?{wanted.query_string}"


def _undo(view: SavedView, how: str) -> str:
    return reverse(f"view-{how}", args=[view.pk])
