"""Changes in place: one value of a customer, or the same for all that were chosen; each with its undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.accounts.models import Account
from tenure.desk import changing
from tenure.desk.models import Change
from tenure.kit import clock, words
from tenure.metrics.catalogue import metrics_of
from tenure.web import notices
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.queries import changing as queries
from tenure.web.queries import customers
from tenure.web.queries.wanted import Wanted
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

Accounts = QuerySet[Account]


@require_POST
@page(Right.WORK)
def many(request: Request) -> HttpResponse:
    """Do one thing to every customer that was chosen, or to all that the list means."""
    asked = request.POST
    do = MANY.get(asked.get("do", ""))
    back = f"{reverse('customers')}?{Wanted.of(asked, metrics_of(request.access.workspace)).query_string}"
    if do is None:
        raise Http404
    accounts = _meant(request.access, asked)
    if accounts is None:
        return notices.tell(request, redirect(back), "Nobody is chosen: tick customers first.")
    try:
        change = do(request.access, accounts, asked)
    except ValueError as wrong:
        return notices.tell(request, redirect(back), f"Nothing was changed: {wrong}.")
    return _told(request, redirect(back), change)


def _meant(access: Access, asked: QueryDict) -> Accounts | None:
    """Those ticked, or all that the list means; None if nobody was ticked."""
    if asked.get("all"):
        return customers.meant(access, Wanted.of(asked, metrics_of(access.workspace)))
    ids = asked.getlist("id")[: customers.FEW]
    return access.of(Account).filter(pk__in=ids) if ids else None


def _set_owner(access: Access, accounts: Accounts, asked: QueryDict) -> Change:
    return changing.set_column(access, accounts, Change.OWNER, asked.get("owner", ""))


def _set_segment(access: Access, accounts: Accounts, asked: QueryDict) -> Change:
    return changing.set_column(access, accounts, Change.SEGMENT, asked.get("segment", ""))


def _snooze(access: Access, accounts: Accounts, asked: QueryDict) -> Change:
    return changing.snooze(access, accounts, until(access, asked.get("until", ""), asked.get("days", "")))


def _note(access: Access, accounts: Accounts, asked: QueryDict) -> Change:
    return changing.write_notes(access, accounts, asked.get("note", ""))


MANY: Mapping[str, Callable[[Access, Accounts, QueryDict], Change]] = {
    "owner": _set_owner,
    "segment": _set_segment,
    "snooze": _snooze,
    "note": _note,
}


def until(access: Access, chosen: str, days: str) -> date:
    """The day given, or so many days from today. ValueError says what would be right."""
    try:
        return (
            date.fromisoformat(chosen)
            if chosen
            else clock.today(access.workspace.zone) + timedelta(days=int(days))
        )
    except (ValueError, OverflowError):
        raise ValueError("choose a day, as 2027-01-31") from None


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.WORK)
def one(request: Request, account_id: str, column: str) -> HttpResponse:
    """The form of one value of a customer; posted, the value as it stands then."""
    if column not in changing.COLUMNS:
        raise Http404
    account = request.access.get(Account, account_id)
    if request.method != "POST":
        return _form(request, account, column)
    text, stands = request.POST.get("value", ""), getattr(account, column)
    if request.POST.get("stood", stands) not in (stands, text):
        return _form(request, account, column, text, _meanwhile(stands))
    try:
        change = changing.set_column(
            request.access, request.access.of(Account).filter(pk=account.pk), column, text
        )
    except ValueError as wrong:
        return _form(request, account, column, text, words.capital(f"{wrong}."))
    account.refresh_from_db()
    if not request.htmx:
        return _told(request, redirect("account", account.pk), change)
    in_table = urlsplit(request.headers.get("HX-Current-URL", "")).path == reverse("customers")
    shown = {"account": account, "column": column, "value": getattr(account, column), "in_table": in_table}
    return _told(request, render(request, "customers/edited.html", shown), change)


def _meanwhile(stands: str) -> str:
    """What to say to somebody who did not see what they are about to write over."""
    return f"Somebody has made it {f'“{stands}”' if stands else 'none'} meanwhile. Keep yours instead?"


def _form(
    request: Request, account: Account, column: str, text: str | None = None, wrong: str = ""
) -> HttpResponse:
    about = {
        "account": account,
        "column": column,
        "stands": getattr(account, column),
        "value": getattr(account, column) if text is None else text,
        "wrong": wrong,
        "choices": queries.choices(request.access, column),
    }
    template = "customers/edit.html" if request.htmx else "customers/edit_page.html"
    # htmx shows no answer of 4xx; without scripts the status says what happened.
    response = render(request, template, about, status=422 if wrong and not request.htmx else 200)
    if wrong and request.htmx:
        response.headers["HX-Retarget"] = "this"  # the form alone: its sheet stays as it is
    return response


@require_GET
@page(Right.WORK)
def offers(request: Request, column: str) -> HttpResponse:
    """What there is to choose from, once somebody opens a form: the options of its list."""
    return render(request, "customers/offers.html", {"choices": queries.choices(request.access, column)})


@require_POST
@page(Right.WORK)
def undo(request: Request, change_id: str) -> HttpResponse:
    """Take a change back, and the one that was made with it."""
    change = changing.undo(request.access, change_id)
    if also := request.GET.get("also"):
        changing.undo(request.access, also)
    says = (
        f"Taken back for {words.count(change.count, 'customer')}, except where somebody has changed it since."
    )
    if request.htmx:
        response = notices.trigger(HttpResponse(status=204), "live-accounts")
        return notices.tell(request, response, says if change.count > 1 else "Taken back.")
    return notices.tell(request, redirect(came_from(request)), says if change.count > 1 else "Taken back.")


def came_from(request: HttpRequest, otherwise: str = "customers") -> str:
    """The page of ours that a form was sent from."""
    sent = urlsplit(request.headers.get("Referer", ""))
    is_ours = (
        sent.netloc == request.get_host() and sent.path.startswith("/") and not sent.path.startswith("//")
    )
    return sent._replace(scheme="", netloc="").geturl() if is_ours else reverse(otherwise)


def _told(request: Request, response: HttpResponse, change: Change) -> HttpResponse:
    """Say what was done, with its undo."""
    if not change.count:
        return notices.tell(
            request, response, NOTHING.get(change.kind, "It was so already; nothing changed.")
        )
    return notices.tell(
        request, response, says(request.access, change), reverse("change-undo", args=[change.pk])
    )


NOTHING = {Change.SNOOZE: "None of them has an open warning that could be put off."}


def says(access: Access, change: Change) -> str:
    """What a change did: `Owner of 12 customers: Max.`"""
    who = words.count(change.count, "customer")
    if change.kind == Change.SNOOZE:
        day = words.day(date.fromisoformat(change.value), clock.today(access.workspace.zone))
        return f"Warnings of {who} are put off until {day}."
    if change.kind == Change.NOTE:
        return f"Noted for {who}."
    value = f"“{change.value}”" if change.value else "none"
    told = f"{change.kind.capitalize()}{f' of {who}' if change.count > 1 else ''}: {value}."
    if change.kind == Change.OWNER and queries.is_new_owner(access, change.value, change.count):
        told += " Nobody here has that address, and no other customer you see is theirs: is it written right?"
    return told
