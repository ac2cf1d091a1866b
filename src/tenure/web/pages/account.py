"""Account: one customer with everything, in parts that each have an address of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tenure.accounts.models import Account
from tenure.feedback import queries as feedback
from tenure.kit import clock, words
from tenure.renewals import rules
from tenure.touchpoints import queries as notes
from tenure.touchpoints.models import Note
from tenure.warnings import actions as warnings
from tenure.warnings.actions import Handled
from tenure.web.charts import Axis, Chart, Series, Tone
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.merging import moved_to
from tenure.web.queries import account as queries
from tenure.web.queries.timeline import KINDS, timeline
from tenure.workspaces.roles import Right

TABS = {
    "overview": "Overview",
    "use": "Use",
    "people": "People",
    "feedback": "Feedback",
    "money": "Money",
    "notes": "Notes",
}
# The lines of the score's chart: name, column of a day, tone.
LINES: tuple[tuple[str, str, Tone], ...] = (
    ("success", "score", "ink-3"),
    ("outcomes", "outcomes", "outcome"),
    ("experience", "experience", "experience"),
)


@require_GET
@page()
def account(request: Request, account_id: str, tab: str = "overview") -> HttpResponse:
    """How is this customer, and why? One tab of it."""
    if tab not in TABS:
        raise Http404
    if not request.access.has(Account, pk=account_id):
        return HttpResponseRedirect(moved_to(request, account_id))
    return show(request, account_id, tab, READS[tab](request, account_id))


def show(
    request: Request, account_id: str, tab: str, about: dict[str, Any], status: int = 200
) -> HttpResponse:
    """One tab in the account's frame."""
    strip = queries.strip(request.access, account_id)
    tabs = [(title, address_of(account_id, name), name == tab) for name, title in TABS.items()]
    shown = {"strip": strip, "account": strip.account, "tabs": tabs, "tab": tab}
    return render(request, f"account/{tab}.html", shown | about, status=status)


def address_of(account_id: str, tab: str = "overview") -> str:
    """Where a tab of an account is."""
    is_first = tab == "overview"
    return (
        reverse("account", args=[account_id]) if is_first else reverse("account-tab", args=[account_id, tab])
    )


def _overview(request: Request, account_id: str) -> dict[str, Any]:
    return {"overview": queries.overview(request.access, account_id)}


def _use(request: Request, account_id: str) -> dict[str, Any]:
    found = queries.usage(request.access, account_id)
    return {"use": found, "charts": [_weekly(found, "people", "outcome"), _weekly(found, "events", "ink-3")]}


def _weekly(found: queries.Use, what: str, tone: Tone) -> Chart:
    points = [(week.start, getattr(week, what)) for week in found.weeks]
    title = f"{what.capitalize()} per week"
    axes = Axis("week from", kind="date"), Axis(what, what, low=0)
    return Chart("bars", title, *axes, series=[Series(what, points, tone)])


def _people(request: Request, account_id: str) -> dict[str, Any]:
    return {"people": queries.people(request.access, account_id)}


def _feedback(request: Request, account_id: str) -> dict[str, Any]:
    return {"answers": feedback.latest_answers(request.access, account_id, most=200)}


def _money(request: Request, account_id: str) -> dict[str, Any]:
    about = {"codes": rules.CODES, "call_words": rules.CALL_WORDS}
    return about | {"money": queries.money(request.access, account_id), "said": _said(request)}


def _said(request: Request) -> Callable[[date], str]:
    """How the days of a timeline are called: `today`, `yesterday`, `12 Nov`."""
    today = clock.today(request.access.workspace.zone)
    near = {today: "today", today - timedelta(days=1): "yesterday"}
    return lambda day: near.get(day) or words.day(day, today)


def _notes(request: Request, account_id: str) -> dict[str, Any]:
    return note_page(request, account_id)


def note_page(request: Request, account_id: str, wrong: str = "", wrong_files: str = "") -> dict[str, Any]:
    """The tab of notes; after a mistake with what was typed, and what is wrong with it."""
    today = clock.today(request.access.workspace.zone)
    typed = {"text": "", "kind": Note.NOTE, "on": today.isoformat()} | request.POST.dict()
    found = notes.notes(request.access, account_id, most=200)
    about = {"notes": found, "typed": typed, "today": today, "kinds": Note.KINDS}
    return about | {"wrong": wrong, "wrong_files": wrong_files}


READS = {
    "overview": _overview,
    "use": _use,
    "people": _people,
    "feedback": _feedback,
    "money": _money,
    "notes": _notes,
}


@require_GET
@page()
def why(request: Request, account_id: str) -> HttpResponse:
    """Why the score is what it is and how it got there: a part of Overview, which does not wait for it.

    Between any two days: `since` and `as_of`; without them, four weeks ago and today.
    """
    strip, wrong = queries.strip(request.access, account_id), ""
    days = _score_day(request.GET.get("as_of", "")), _score_day(request.GET.get("since", ""))
    try:
        found = queries.why(request.access, account_id, *days)
    except ValueError as error:
        found, wrong = queries.why(request.access, account_id), words.capital(f"{error}.")
    about = {"strip": strip, "account": strip.account, "why": found.explanation, "chart": history(found)}
    about |= {"outlook": found.outlook, "forecasts": found.forecasts}
    today = clock.today(request.access.workspace.zone)
    return render(request, "account/why.html", about | {"today": today, "wrong": wrong})


def _score_day(text: str) -> date | None:
    """A day of which there could be a score; None for anything else."""
    day = _day(text)
    return day if day and date(1990, 1, 1) <= day < date(2200, 1, 1) else None


def history(found: queries.Why) -> Chart:
    """The score and its sides over the last year."""
    return Chart(
        "line",
        "Success over the last year",
        Axis("day", kind="date"),
        Axis("score", low=0, high=100),
        series=[
            Series(name, [(day.day, _rounded(getattr(day, column))) for day in found.history], tone)
            for name, column, tone in LINES
        ],
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@require_GET
@page()
def happened(request: Request, account_id: str) -> HttpResponse:
    """What happened: all of it or one kind, up to a day; a part of Overview."""
    strip = queries.strip(request.access, account_id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    before = _day(request.GET.get("before", ""))
    found = timeline(request.access, account_id, kind, before)
    about = {"strip": strip, "account": strip.account, "timeline": found, "kind": kind, "kinds": KINDS}
    return render(
        request, "account/happened.html", about | {"is_first": before is None, "said": _said(request)}
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_GET
@page()
def faces(request: Request, account_id: str) -> HttpResponse:
    """The people seen last: a part of Overview."""
    strip, found = queries.strip(request.access, account_id), queries.people(request.access, account_id)
    return render(request, "account/faces.html", {"strip": strip, "account": strip.account, "people": found})


@require_POST
@page(Right.WORK)
def done(request: Request, account_id: str) -> HttpResponse:
    """I took the next step."""
    try:
        handled = warnings.done(request.access, account_id, request.POST.get("note", ""))
    except ValueError as wrong:
        return told(request, address_of(account_id), f"Not done yet: {wrong}.")
    return _handled(request, handled, "Done")


@require_POST
@page(Right.WORK)
def later(request: Request, account_id: str) -> HttpResponse:
    """Put the next step off by some days."""
    days = request.POST.get("days", "")
    today = clock.today(request.access.workspace.zone)
    until = today + timedelta(days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0)
    try:
        handled = warnings.snooze(request.access, account_id, until)
    except ValueError as wrong:
        return told(request, address_of(account_id), f"Not put off: {wrong}.")
    return _handled(request, handled, "Put off")


def _handled(request: Request, handled: Handled, what: str) -> HttpResponse:
    about = {"warnings": ",".join(handled.warning_ids), "note": handled.note_id}
    undo = f"{reverse('today-undo', args=[handled.account_id])}?{urlencode(about)}"
    if not handled.warning_ids:
        return told(request, address_of(handled.account_id), "Somebody had taken care of it already.")
    until = f" until {handled.until:%-d %B}" if handled.until else ""
    return told(request, address_of(handled.account_id), f"{what}. Quiet{until}.", undo)


def told(request: Request, address: str, says: str, undo: str = "") -> HttpResponse:
    """Back to where it was done, where the page says what came of it."""
    messages.info(request, says, extra_tags=undo)
    return HttpResponseRedirect(address, status=303)
