"""Settings → Economics: what lifetime values and customer equity rest on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenure.insight import actions
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.web.queries import economics as queries
from tenure.workspaces.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.DEFINE, post=Right.ADMINISTER)
def economics(request: Request) -> HttpResponse:
    """What are margin, discount and an hour's cost, and who said so?"""
    access, told = request.access, request.POST.dict()
    wrong: dict[str, str] = {}
    if request.method == "POST":
        values, wrong = queries.read(access, told)
        if not wrong:
            actions.change_economics(access, values)
            return tell(request, redirect("settings-economics"), "Saved; lifetime values follow at once.")
    about = {
        "rows": queries.assumptions(access),
        "told": told,
        "wrong": wrong,
        "changes": queries.changes(access),
    }
    return render_tab(request, "economics", about, status=422 if wrong else 200)
