"""Who is there twice: proposals, a merge before it is done, splits, and what was done with undo."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.accounts import duplicates as rooms
from tenure.accounts import matching, merging, previewing
from tenure.accounts.merging import MODELS, Apart
from tenure.accounts.models import Account, Identity, Regrouping
from tenure.accounts.placing import attach_people
from tenure.kit.words import count
from tenure.revenue.models import Subscription
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import merging as queries
from tenure.web.queries.merging import Parts, WouldSplit
from tenure.workspaces.members import NotPossible
from tenure.workspaces.roles import Right

PLACING = "placing"
KINDS = {Identity.ACCOUNT: "Customers", Identity.PERSON: "People"}


def _kind(text: str) -> str:
    return text if text in KINDS else Identity.ACCOUNT


@require_GET
@page(Right.LOAD)
def duplicates(request: Request) -> HttpResponse:
    """Who may be there twice?"""
    listed = queries.listed(request.access, _kind(request.GET.get("kind", "")))
    return render(
        request, "merging/duplicates.html", {"listed": listed, "tabs": _tabs(listed.kind, listed.counts)}
    )


def _tabs(current: str, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    """The kinds with what is proposed of each, and what was done."""
    address = reverse("data-duplicates")
    kinds = [
        (f"{title} {counts[kind] or ''}".strip(), f"{address}?kind={kind}", kind == current)
        for kind, title in KINDS.items()
    ]
    placing = ("Of no customer", reverse("data-placing"), current == PLACING)
    return [*kinds, placing, ("Done", reverse("data-merges"), current == "")]


@require_POST
@page(Right.LOAD)
def look(request: Request) -> HttpResponse:
    """Look for duplicates now."""
    looked = rooms.look(request.access)
    answer = HttpResponseRedirect(reverse("data-duplicates"), status=303)
    if looked.is_done:
        return answer
    return tell(request, answer, "Looking through everybody. What is found comes here within a minute.")


@require_POST
@page(Right.LOAD)
def dismiss(request: Request, duplicate_id: int) -> HttpResponse:
    """They are two, for good; or were not meant to be dismissed."""
    back = "back" in request.GET
    row = rooms.dismiss(request.access, duplicate_id, back=back)
    answer = HttpResponseRedirect(f"{reverse('data-duplicates')}?kind={row.kind}", status=303)
    if back:
        return tell(request, answer, "Proposed again.")
    undo = f"{reverse('data-duplicate-dismiss', args=[row.pk])}?back="
    return tell(request, answer, "Two they are. This pair is not proposed again.", undo)


@require_http_methods(["GET", "POST"])
@page(Right.LOAD)
def merge(request: Request) -> HttpResponse:
    """Before two become one: what moves, and which of two values stays. With POST: merge."""
    given = request.POST if request.method == "POST" else request.GET
    kind, kept_id, other_id = _kind(given.get("kind", "")), given.get("kept", ""), given.get("other", "")
    if not other_id:
        return _choose(request, kind, kept_id)
    try:
        compared = queries.compared(request.access, kind, kept_id, other_id)
    except NotPossible as reason:
        return tell(request, HttpResponseRedirect(reverse("data-duplicates"), status=303), str(reason))
    if request.method == "POST":
        return _merged(request, merging.merge(request.access, kind, kept_id, other_id, given.getlist("take")))
    return render(
        request, "merging/merge.html", {"compared": compared, "swap": _swapped(kind, kept_id, other_id)}
    )


def _swapped(kind: str, kept_id: str, other_id: str) -> str:
    """The same the other way round."""
    return f"{reverse('data-merge')}?{urlencode({'kind': kind, 'kept': other_id, 'other': kept_id})}"


def _choose(request: Request, kind: str, kept_id: str) -> HttpResponse:
    """With whom?"""
    kept, text = (
        request.access.get(MODELS[kind], kept_id),
        request.GET.get("q", "").replace("\0", "").strip()[:100],
    )
    found = queries.candidates(request.access, kind, kept_id, text)
    return render(request, "merging/choose.html", {"kept": kept, "kind": kind, "text": text, "found": found})


def _merged(request: Request, done: Regrouping) -> HttpResponse:
    kept_account = done.kept_id if done.kind == Identity.ACCOUNT else ""
    where = reverse("account", args=[kept_account]) if kept_account else reverse("data-merges")
    return tell(request, HttpResponseRedirect(where, status=303), f"{done}.", _undo(done))


def _undo(done: Regrouping) -> str:
    return reverse("data-merge-undo", args=[done.pk])


@require_http_methods(["GET", "POST"])
@page(Right.LOAD)
def split(request: Request, account_id: str) -> HttpResponse:
    """What of this customer is a customer of its own? With POST: split."""
    wrong, name = "", request.POST.get("name", "")
    parts = queries.parts(request.access, account_id)
    if request.method == "POST":
        try:
            if "look" in request.POST:
                would = queries.would_split(request.access, parts, _apart(request, name))
                return _split_page(request, parts, name, would=would)
            done = merging.split(request.access, Identity.ACCOUNT, account_id, _apart(request, name))
        except NotPossible as reason:
            wrong = str(reason)
        else:
            answer = HttpResponseRedirect(reverse("account", args=[done.other_id]), status=303)
            return tell(request, answer, f"{done}.", _undo(done))
    return _split_page(request, parts, name, wrong=wrong)


def _split_page(
    request: Request, parts: Parts, name: str, wrong: str = "", would: WouldSplit | None = None
) -> HttpResponse:
    """The form with what was ticked, and what that would do or what is wrong with it."""
    chosen = {one for field in ("id", "person", "subscription") for one in request.POST.getlist(field)}
    shown = {"parts": parts, "wrong": wrong, "name": name, "would": would, "chosen": chosen}
    return render(request, "merging/split.html", shown, status=422 if wrong else 200)


def _apart(request: Request, name: str) -> Apart:
    chosen = request.POST.getlist
    rows = {Subscription._meta.db_table: chosen("subscription")}
    return Apart(name, tuple(chosen("id")), tuple(chosen("person")), rows)


@require_GET
@page(Right.LOAD)
def merges(request: Request) -> HttpResponse:
    """What was merged and split, and what of it can be undone?"""
    counts = rooms.count(request.access)
    return render(
        request, "merging/merges.html", {"done": previewing.done(request.access), "tabs": _tabs("", counts)}
    )


@require_POST
@page(Right.LOAD)
def undo(request: Request, regrouping_id: int) -> HttpResponse:
    """Take a merge or split back."""
    answer = HttpResponseRedirect(reverse("data-merges"), status=303)
    try:
        done = merging.undo(request.access, regrouping_id)
    except NotPossible as reason:
        return tell(request, answer, str(reason))
    return tell(request, answer, f"Undone: {done}.")


@require_GET
@page(Right.LOAD)
def placing(request: Request) -> HttpResponse:
    """Whose customer are the people whom no source placed?"""
    shown = {
        "placed": matching.proposed(request.access),
        "attaches": matching.attaches(request.access.workspace),
    }
    return render(
        request, "merging/placing.html", shown | {"tabs": _tabs(PLACING, rooms.count(request.access))}
    )


@require_POST
@page(Right.LOAD)
def place(request: Request) -> HttpResponse:
    """Attach one of them, or all."""
    person = request.POST.get("person", "")
    done = attach_people(request.access.workspace, [person] if person else None)
    says = f"{count(done, 'person', 'people')} attached to a customer."
    return tell(request, HttpResponseRedirect(reverse("data-placing"), status=303), says)


@require_POST
@page(Right.ADMINISTER)
def choose_matching(request: Request) -> HttpResponse:
    """Attach people by themselves, or propose only."""
    answer = HttpResponseRedirect(reverse("data-placing"), status=303)
    try:
        matching.choose(request.access, request.POST.get("by_domain", ""))
    except ValueError as wrong:
        return tell(request, answer, f"Not changed: {wrong}.")
    return tell(request, answer, "Changed.")


def moved_to(request: Request, account_id: str) -> str:
    """The address of whom a merged account has become. Http404 unless that is theirs to see."""
    became = previewing.become(request.access, Identity.ACCOUNT, account_id)
    return reverse("account", args=[request.access.get(Account, became).pk])
