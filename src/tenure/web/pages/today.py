"""Today: who needs you and why, in the order of what a step is worth; done or put off in place."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tenure.accounts.models import Account
from tenure.desk import changing, visiting
from tenure.desk.models import Change
from tenure.kit import clock, words
from tenure.warnings import actions
from tenure.warnings.actions import Handled
from tenure.warnings.rules import CAUSES
from tenure.web import notices
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import today as queries
from tenure.workspaces.roles import Right

WEEK = 7


def shown(request: Request) -> queries.Shown:
    """What the URL asks to see."""
    asked = request.GET
    return queries.shown(
        request.access, asked.get("book", ""), asked.get("cause", ""), asked.get("every", "")
    )


@require_GET
@page()
def today(request: Request) -> HttpResponse:
    """Who needs me today? The list alone for htmx, which asks when something changed."""
    template = "today/list.html" if request.htmx else "today/today.html"
    seen = visiting.last_visit(request.access) if request.htmx else visiting.look(request.access)
    return render(request, template, {"today": queries.today(request.access, shown(request), seen)})


@require_POST
@page(Right.WORK)
def done(request: Request, account_id: str) -> HttpResponse:
    """I took the step."""
    try:
        handled = actions.done(request.access, account_id, request.POST.get("note", ""))
    except ValueError as wrong:
        return notices.tell(request, _anew(request), f"Not done yet: {wrong}.")
    return _handled(request, handled, f"{handled.name}: done. Quiet until {_day(request, handled)}.")


@require_POST
@page(Right.WORK)
def later(request: Request, account_id: str) -> HttpResponse:
    """Put it off: for `days`, or until a day."""
    try:
        handled = actions.snooze(request.access, account_id, _until(request))
    except ValueError as wrong:
        return notices.tell(request, _anew(request), f"Not put off: {wrong}.")
    return _handled(request, handled, f"{handled.name}: back {_day(request, handled)}.")


@require_POST
@page(Right.WORK)
def hand_over(request: Request, account_id: str) -> HttpResponse:
    """Give the customer to a colleague, who finds it on their list."""
    account, to = request.access.get(Account, account_id), request.POST.get("owner", "")
    change = changing.set_column(
        request.access, request.access.of(Account).filter(pk=account.pk), Change.OWNER, to
    )
    if not change.count:
        return notices.tell(request, _anew(request), f"{account.name} is theirs already.")
    says = f"handed over to {change.value}" if change.value else "has no owner now"
    back = reverse("change-undo", args=[change.pk])
    return notices.tell(request, _anew(request), f"{account.name}: {says}.", back)


@require_POST
@page(Right.WORK)
def pool(request: Request, cause: str) -> HttpResponse:
    """Deal with all small customers of one cause at once: done, with a note about each, or put off."""
    if cause not in CAUSES:
        raise Http404
    access, is_done = request.access, request.POST.get("do") == "done"
    meant = access.of(Account).filter(pk__in=queries.pooled(access, shown(request), cause))
    days = CAUSES[cause].quiet_days if is_done else WEEK
    until = clock.today(access.workspace.zone) + timedelta(days=days)
    says = f"Done: {CAUSES[cause].step}. {request.POST.get('note', '')}"
    try:
        noted = changing.write_notes(access, meant, says) if is_done else None
    except ValueError as wrong:
        return notices.tell(request, _anew(request), f"Nothing was changed: {wrong}.")
    quiet = changing.snooze(access, meant, until)
    if not quiet.count:
        return notices.tell(request, _anew(request), "Somebody had taken care of them already.")
    back = reverse("change-undo", args=[quiet.pk]) + (f"?also={noted.pk}" if noted else "")
    did = f"{words.count(quiet.count, 'customer')}: {'done' if is_done else 'put off'}"
    return notices.tell(request, _anew(request), f"{did}. Quiet until {words.day(until, until)}.", back)


@require_POST
@page(Right.WORK)
def undo(request: Request, account_id: str) -> HttpResponse:
    """Bring back what was just done or put off."""
    ids = request.GET.get("warnings", "").split(",")
    handled = actions.undo(request.access, account_id, ids, request.GET.get("note", ""))
    if request.htmx:
        return notices.trigger(HttpResponse(status=204), "live-accounts")
    return notices.tell(request, redirect("today"), f"{handled.name} is back on the list.")


def _handled(request: Request, handled: Handled, says: str) -> HttpResponse:
    """The list anew, with what was done and its undo."""
    if not handled.warning_ids:
        return notices.tell(request, _anew(request), f"{handled.name} had been taken care of already.")
    about = {"warnings": ",".join(handled.warning_ids), "note": handled.note_id}
    address = reverse("today-undo", args=[handled.account_id])
    return notices.tell(request, _anew(request), says, f"{address}?{urlencode(about)}")


def _anew(request: Request) -> HttpResponse:
    """The list as the page shows it; the whole page without scripts."""
    what = shown(request)
    if not request.htmx:
        return redirect(reverse("today") + what.query)
    seen = visiting.last_visit(request.access)
    return render(request, "today/list.html", {"today": queries.today(request.access, what, seen)})


def _until(request: Request) -> date:
    """The day chosen. ValueError says what would be right."""
    chosen, days = request.POST.get("until", ""), request.POST.get("days", "")
    today = clock.today(request.access.workspace.zone)
    try:
        return date.fromisoformat(chosen) if chosen else today + timedelta(days=int(days))
    except (ValueError, OverflowError):
        raise ValueError("choose a day, as 2027-01-31") from None


def _day(request: Request, handled: Handled) -> str:
    """The day it comes back: `tomorrow`, else day and month."""
    today = clock.today(request.access.workspace.zone)
    until = handled.until or today
    return "tomorrow" if (until - today).days == 1 else words.day(until, today)
