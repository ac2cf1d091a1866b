"""Notes: written, edited and removed with undo, their files, and what they ask of a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.touchpoints import actions, files, queries
from tenure.touchpoints.models import Attachment, Note
from tenure.web import notices
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages import account
from tenure.workspaces.roles import Right

# A file is somebody else's: it is never shown in our name, and may do nothing.
UNTRUSTED = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store"}


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.WORK)
def write(request: Request, account_id: str) -> HttpResponse:
    """Keep a note; what is wrong with it stands beside the field, with the text still in it.

    Whoever opens the address of such a mistake again comes to the notes.
    """
    if request.method != "POST":
        return redirect("account-tab", request.access.get(Account, account_id).pk, "notes")
    asked = request.POST
    try:
        note = actions.write_note(
            request.access,
            account_id,
            asked.get("text", ""),
            _when(request),
            asked.get("kind", Note.NOTE),
            cast("Sequence[files.Upload]", request.FILES.getlist("files")),
        )
    except files.Unfit as wrong:
        about = account.note_page(request, account_id, wrong_files=f"{wrong}. Choose the files again.")
        return account.show(request, account_id, "notes", about, status=422)
    except ValueError as wrong:
        about = account.note_page(request, account_id, f"{wrong}.")
        return account.show(request, account_id, "notes", about, status=422)
    undo = reverse("note-remove", args=[note.pk])
    says = f"Noted.{_unseen(request, note)}"
    return account.told(request, account.address_of(account_id, "notes"), says, undo)


def _unseen(request: Request, note: Note) -> str:
    """Whom it asks in vain, so that its author does not wait for them."""
    names = queries.out_of_sight(request.access, note)
    return f" Not in their book, so they cannot look: {', '.join(names)}." if names else ""


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.WORK)
def edit(request: Request, note_id: str) -> HttpResponse:
    """The form of one's own note; posted, the note as it reads then."""
    note = request.access.get(Note, note_id)
    if note.author != request.access.who:
        raise PermissionDenied("only whoever wrote a note may change it")
    if request.method != "POST":
        return _form(request, note, "")
    try:
        kind, asked = request.POST.get("kind", ""), request.POST.get("text", "")
        note = actions.edit_note(request.access, note_id, asked, kind, _when(request, note.happened_at))
    except ValueError as wrong:
        return _form(request, note, f"{wrong}.")
    where = account.address_of(note.account_id, "notes")
    says = f"Changed.{_unseen(request, note)}"
    return account.told(request, where, says, reverse("note-unedit", args=[note.pk]))


def _form(request: Request, note: Note, wrong: str) -> HttpResponse:
    zone = ZoneInfo(request.access.workspace.zone)
    stands = {
        "text": note.text,
        "kind": note.kind,
        "on": note.happened_at.astimezone(zone).date().isoformat(),
    }
    about = {"note": note, "typed": stands | request.POST.dict(), "wrong": wrong, "kinds": Note.KINDS}
    about["today"] = clock.today(request.access.workspace.zone)
    return render(request, "account/note_edit.html", about, status=422 if wrong else 200)


@require_POST
@page(Right.WORK)
def unedit(request: Request, note_id: str) -> HttpResponse:
    """Bring back what it said before."""
    note = actions.unedit_note(request.access, note_id)
    return _back(request, note.account_id, "It reads as before.")


@require_POST
@page(Right.WORK)
def remove(request: Request, note_id: str) -> HttpResponse:
    """Take one's own note back, with undo."""
    note = request.access.get(Note, note_id)
    if note.author != request.access.who:
        raise PermissionDenied("only whoever wrote a note may take it back")
    actions.remove_note(request.access, note_id)
    return _back(request, note.account_id, "The note is gone.", reverse("note-restore", args=[note_id]))


@require_POST
@page(Right.WORK)
def restore(request: Request, note_id: str) -> HttpResponse:
    """Bring a removed note back."""
    return _back(request, actions.restore_note(request.access, note_id).account_id, "The note is back.")


def _back(request: Request, account_id: str, says: str, undo: str = "") -> HttpResponse:
    """To the notes, where they are read anew."""
    where = account.address_of(account_id, "notes")
    if not request.htmx:
        return account.told(request, where, says, undo)
    account.told(request, where, says, undo)
    return HttpResponse(status=204, headers={"HX-Redirect": where})


@require_GET
@page()
def file(request: Request, file_id: str) -> FileResponse:
    """A file of a note, to be saved: never opened here, whatever it is called."""
    found = request.access.get(Attachment, file_id)
    request.access.get(Note, found.note_id)  # gone with its note
    try:
        content = files.path_of(request.access.workspace.id, found.content_hash).open("rb")
    except FileNotFoundError:
        raise Http404("the file is not in the data folder any more") from None
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    for name, value in UNTRUSTED.items():
        response.headers[name] = value
    return response


@require_POST
@page()
def settle(request: Request, mention_id: str) -> HttpResponse:
    """I have looked at what a colleague asked."""
    is_done = request.GET.get("undo") is None
    mention = actions.settle(request.access, mention_id, is_done=is_done)
    says = (
        f"{mention.account.name}: looked at." if is_done else f"{mention.account.name} waits for you again."
    )
    undo = f"{reverse('mention-done', args=[mention_id])}?undo=1" if is_done else ""
    if request.htmx:
        return notices.tell(request, notices.trigger(HttpResponse(status=204), "live-accounts"), says, undo)
    return notices.tell(request, redirect("today"), says, undo)


def _when(request: Request, stands: datetime | None = None) -> datetime:
    """When it happened: the same instant if the day did not change, now if today, else noon of the day."""
    given, zone = request.POST.get("on", ""), request.access.workspace.zone
    try:
        day = date.fromisoformat(given) if given else clock.today(zone)
    except ValueError:
        raise ValueError("choose a day, as 2027-01-31") from None
    if stands and stands.astimezone(ZoneInfo(zone)).date() == day:
        return stands
    if day == clock.today(zone):
        return clock.now()
    if day.year < 1970:
        raise ValueError("choose a day after 1970")
    return datetime.combine(day, time(12), ZoneInfo(zone))
