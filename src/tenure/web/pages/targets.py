"""Targets: what a figure should be in a quarter, of everybody, a team or an owner."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenure.renewals import actions
from tenure.renewals.targets import FIGURES
from tenure.web import notices
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.renewals import asked_of
from tenure.web.queries import targets as queries
from tenure.workspaces.roles import Right


@require_http_methods(["GET", "POST"])
@page(Right.READ, post=Right.DEFINE)
def targets(request: Request) -> HttpResponse:
    """What should this quarter bring?"""
    asked = asked_of(request)
    if request.method == "POST":
        here = redirect(f"{reverse('renewals-targets')}?{asked.but(view='')}")
        return notices.tell(request, here, _set(request, str(asked.quarter)))
    about = {
        "asked": asked,
        "lines": queries.lines(request.access, str(asked.quarter)),
        "figures": [(name, one.title) for name, one in FIGURES.items()],
        "units": {name: one.unit for name, one in FIGURES.items()},
        "whom": queries.whom(request.access),
    }
    return render(request, "renewals/targets.html", about)


def _set(request: Request, quarter: str) -> str:
    """Set the target that was sent; says what became of it."""
    told, access = request.POST, request.access
    figure, owner = told.get("figure", ""), told.get("owner", "")
    try:
        value = queries.read(figure, told.get("value", ""), access.workspace.currency)
        actions.set_target(access, figure, quarter, value, **queries.split(owner))
    except (ValueError, ArithmeticError) as wrong:
        return f"Nothing was kept: {wrong}."
    return f"{FIGURES[figure].title}: {'no target any more' if value is None else 'the target is kept'}."
