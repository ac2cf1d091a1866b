"""Pages by e-mail: schedule one, change it, see what became of each mail; and the link that stops it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.mailing import actions, queries
from tenure.mailing.actions import PAGES, Wish, WrongWish
from tenure.mailing.links import read_stop
from tenure.mailing.models import Mailing, Posting
from tenure.mailing.posting import mail_problem
from tenure.mailing.rules import EVERY, LAST_DAY, WEEKDAYS
from tenure.web.guard import page
from tenure.web.mailed.pages import name_of
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.pages.settings import render_tab
from tenure.workspaces.models import User
from tenure.workspaces.roles import Right

SAYS = {
    Posting.WAITING: "waiting",
    Posting.SENDING: "on its way",
    Posting.SENT: "sent",
    Posting.FAILED: "failed",
    Posting.REFUSED: "not sent",
}
TONES = {Posting.SENT: "good", Posting.FAILED: "poor", Posting.REFUSED: "fair"}


@require_GET
@page()
def mails(request: Request) -> HttpResponse:
    """Which pages are sent, to whom and when?"""
    return _list(request, {})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.WORK)
def new(request: Request) -> HttpResponse:
    """Have a page sent: as its address asks for it."""
    access, told = request.access, request.GET
    if request.method != "POST":
        here = told.get("page", "") if told.get("page") in PAGES else "today"
        about, query = told.get("about", "")[:32], told.get("query", "")
        me = access.user
        assert isinstance(me, User)
        wish = Wish(name_of(here, access, about, query, me), here, query, about, members=[me.pk])
        return _form(request, wish)
    wish = _wish(request)
    try:
        row = actions.create_mailing(access, wish)
    except WrongWish as wrong:
        return _form(request, wish, wrong=wrong.problems)
    undo = reverse("mail-remove", args=[row.pk])
    return tell(request, redirect("mail", row.pk), f"“{row.title}” is sent {row.rhythm.says()}.", undo)


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.WORK)
def mail(request: Request, mailing_id: str) -> HttpResponse:
    """What is sent when to whom, and what became of it; a POST changes it."""
    row = queries.mailing_of(request.access, mailing_id)
    if request.method != "POST":
        return _form(request, _of(row), row)
    wish = _wish(request)
    try:
        row = actions.change_mailing(request.access, mailing_id, wish)
    except WrongWish as wrong:
        return _form(request, wish, row, wrong.problems)
    return tell(request, redirect("mail", row.pk), "Saved.")


@require_GET
@page()
def log(request: Request, mailing_id: str) -> HttpResponse:
    """What became of each mail, as long as one is on its way."""
    row = queries.mailing_of(request.access, mailing_id)
    return render(request, "settings/mail_log.html", _log(request, row) | {"row": row})


@require_POST
@page()
def now(request: Request, mailing_id: str) -> HttpResponse:
    """Send one to me."""
    row = actions.send_now(request.access, mailing_id)
    return tell(request, redirect("mail", mailing_id), f"One is on its way to {row.to}.")


@require_POST
@page(Right.WORK)
def pause(request: Request, mailing_id: str) -> HttpResponse:
    """Send nothing for now."""
    row = actions.pause(request.access, mailing_id)
    back = reverse("mail-resume", args=[row.pk])
    return tell(request, redirect("mail", row.pk), f"“{row.title}” is paused.", back)


@require_POST
@page(Right.WORK)
def resume(request: Request, mailing_id: str) -> HttpResponse:
    """Send again."""
    row = actions.resume(request.access, mailing_id)
    return tell(request, redirect("mail", row.pk), f"“{row.title}” is sent again.")


@require_POST
@page(Right.WORK)
def remove(request: Request, mailing_id: str) -> HttpResponse:
    """Take it away."""
    row = actions.remove(request.access, mailing_id)
    back = reverse("mail-restore", args=[row.pk])
    return tell(request, redirect("settings-mails"), f"“{row.title}” is removed.", back)


@require_POST
@page(Right.WORK)
def restore(request: Request, mailing_id: str) -> HttpResponse:
    """Bring it back."""
    row = actions.restore(request.access, mailing_id)
    return tell(request, redirect("mail", row.pk), f"“{row.title}” is back.")


@require_POST
@page()
def enough(request: Request, mailing_id: str) -> HttpResponse:
    """No more of it to me."""
    actions.stop(_mine(request, mailing_id))
    back = reverse("mail-again", args=[mailing_id])
    return tell(request, redirect("mail", mailing_id), "You get no more of it.", back)


@require_POST
@page()
def again(request: Request, mailing_id: str) -> HttpResponse:
    """Send it to me again."""
    actions.begin_again(_mine(request, mailing_id))
    return tell(request, redirect("mail", mailing_id), "You get it again.")


@require_POST
@page(Right.ADMINISTER)
def permit(request: Request) -> HttpResponse:
    """Let mail go to an address outside."""
    told = request.POST
    owners = told.get("owners", "").split(",")
    asked = {name: told.get(name, "") for name in ("email", "owners", "sees", "gets_files")}
    try:
        row = actions.permit_outsider(
            request.access,
            told.get("email", ""),
            sees_all=told.get("sees") == "all",
            owners=owners,
            gets_files="gets_files" in told,
        )
    except WrongWish as wrong:
        return _list(request, wrong.problems, asked)
    return tell(request, redirect("settings-mails"), f"Mail may go to {row.email}.")


@require_POST
@page(Right.ADMINISTER)
def forbid(request: Request, outsider_id: int) -> HttpResponse:
    """Let no more go there."""
    row = actions.forbid_outsider(request.access, outsider_id)
    return tell(request, redirect("settings-mails"), f"No more mail goes to {row.email}.")


@never_cache
@csrf_exempt  # the link is the proof, and mail programs post without a page (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link at a mail's foot. Opening it changes nothing, since mail scanners open links too."""
    addressee_id = read_stop(token)
    if addressee_id is None:
        return render(request, "mail/gone.html", status=404)
    if request.method == "POST":
        act = actions.begin_again if request.POST.get("again") else actions.stop
        act(addressee_id)
    to = queries.addressee(addressee_id)
    if to is None:
        return render(request, "mail/gone.html", status=404)
    return render(request, "mail/stop.html", {"to": to})


def _mine(request: Request, mailing_id: str) -> int:
    row = queries.mailing_of(request.access, mailing_id)
    return queries.addressed(row, request.access)


def _wish(request: Request) -> Wish:
    told = request.POST

    def number(name: str, other: int) -> int:
        text = told.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else other

    return Wish(
        title=told.get("title", ""),
        page=told.get("page", ""),
        query=told.get("query", ""),
        about=told.get("about", "")[:32],
        every=told.get("every", ""),
        weekday=number("weekday", 7),
        day=number("day", 0),
        hour=number("hour", 24),
        zone=told.get("zone", "").strip()[:64],
        on_working_days="on_working_days" in told,
        files=told.get("files", ""),
        has_charts="has_charts" in told,
        members=told.getlist("member"),
        outsiders=[int(one) for one in told.getlist("outsider") if one.isascii() and one.isdigit()],
    )


def _of(row: Mailing) -> Wish:
    to = queries.addressees(row)
    return Wish(
        row.title,
        row.page,
        row.query,
        row.about_id or "",
        row.every,
        row.weekday,
        row.day,
        row.hour,
        row.zone,
        row.on_working_days,
        row.files,
        row.has_charts,
        [one.user_id for one in to if one.user_id],
        [one.outsider_id for one in to if one.outsider_id],
    )


def _form(
    request: Request, wish: Wish, row: Mailing | None = None, wrong: dict[str, str] | None = None
) -> HttpResponse:
    access = request.access
    to = queries.addressees(row) if row else []
    about: dict[str, Any] = {
        "is_new": row is None,
        "row": row,
        "wish": wish,
        "wrong": dict.fromkeys(("page", "about", "query", "owner", "members"), "") | (wrong or {}),
        "may_edit": row is None or queries.is_theirs(access, row),
        "mine": next((one for one in to if access.user and one.user_id == access.user.pk), None),
        "stopped": {one.user_id for one in to if one.stopped_at},
        "members": queries.members(access),
        "outsiders": queries.outsiders(access),
        "address": address_of(wish),
        "rhythms": list(EVERY.items()),
        "weekdays": list(enumerate(WEEKDAYS)),
        "days": [*((day, str(day)) for day in range(1, LAST_DAY)), (LAST_DAY, "the last")],
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
        "zones": sorted(available_timezones()),
        "files": Mailing.FILES,
    }
    if row is not None:
        about |= _log(request, row)
    return render_tab(request, "mail", about | _words(), status=422 if wrong else 200)


def address_of(wish: Wish) -> str:
    """Where the page is that is sent."""
    if wish.page == "account":
        return reverse("account", args=[wish.about])
    here = reverse(wish.page if wish.page in PAGES else "today")
    return f"{here}?{wish.query}" if wish.query else here


def _log(request: Request, row: Mailing) -> dict[str, Any]:
    found = queries.log(request.access, row)
    is_open = any(one.status in Posting.OPEN and one.retry_at is None for one in found)
    return {"log": found, "is_open": is_open, "says": SAYS, "tones": TONES}


def _words() -> dict[str, Any]:
    return {"pages": PAGES, "problem": mail_problem(), "says": SAYS, "tones": TONES}


def _list(request: Request, wrong: dict[str, str], asked: dict[str, str] | None = None) -> HttpResponse:
    access = request.access
    rows = queries.mailings(access)
    about: dict[str, Any] = {
        "rows": rows,
        "newest": queries.newest(access, rows),
        "outsiders": queries.outsiders(access) if access.may(Right.ADMINISTER) else [],
        "wrong": wrong,
        "asked": asked or {"email": "", "owners": "", "sees": "book", "gets_files": ""},
    }
    return render_tab(request, "mails", about | _words(), status=422 if wrong else 200)
