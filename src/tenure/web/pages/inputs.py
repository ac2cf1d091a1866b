"""Settings of what metrics rest on: key features, first value, onboarding, seats, own domains, hours."""

from __future__ import annotations

from datetime import time

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tenure.kit.business import MINUTES_A_DAY, Calendar
from tenure.metrics import actions
from tenure.metrics.named import NAMED
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.web.queries import inputs as queries
from tenure.workspaces.roles import Right


@require_GET
@page(Right.DEFINE)
def inputs(request: Request) -> HttpResponse:
    """What metrics rest on, and what is proposed from what is seen."""
    return _page(request)


@require_POST
@page(Right.DEFINE)
def name(request: Request, name: str) -> HttpResponse:
    """Name an input, or one more of it."""
    return _changed(request, name, actions.name_input, "counts from now on")


@require_POST
@page(Right.DEFINE)
def forget(request: Request, name: str) -> HttpResponse:
    """Take a name back."""
    return _changed(request, name, actions.forget_input, "no longer counts")


@require_POST
@page(Right.DEFINE)
def hours(request: Request) -> HttpResponse:
    """Say when the team works."""
    form = request.POST
    try:
        calendar = Calendar(
            tuple(sorted({int(day) for day in form.getlist("days")})),
            _minutes(form.get("opens", "")),
            _minutes(form.get("closes", "")) or MINUTES_A_DAY,
            form.get("country", "").strip().upper(),
        )
        actions.set_business_hours(request.access, calendar)
    except ValueError as why:
        return _page(request, {"hours": str(why)}, status=422)
    return tell(request, redirect("settings-inputs"), "Business hours saved; figures follow in a moment.")


def _changed(request: Request, name: str, change: actions.Change, says: str) -> HttpResponse:
    if name not in NAMED:
        raise Http404("no such input")
    value, plan = request.POST.get("value", ""), request.POST.get("plan", "")
    try:
        change(request.access, name, value, plan)
    except ValueError as why:
        return _page(request, {name: str(why)}, status=422)
    return tell(
        request, redirect("settings-inputs"), f"“{value.strip()}” {says}; figures follow in a moment."
    )


def _minutes(text: str) -> int:
    """Minutes of the day of a time such as 09:00."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise ValueError("Write times like 09:00.") from None
    return found.hour * 60 + found.minute


def _page(request: Request, wrong: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    shown = queries.inputs_page(request.access)
    context = {
        "shown": shown,
        "may_change": request.access.may(Right.DEFINE),
        "names": NAMED,
        "countries": [(code, code) for code in shown.countries],
        "wrong": wrong or {},
        "weekdays": queries.days_of_week(),
        "clock": lambda minutes: f"{minutes // 60 % 24:02}:{minutes % 60:02}",
    }
    return render_tab(request, "inputs", context, status=status)
