"""Health profiles in Settings: what counts, for whom, how much; tried on everybody before it is saved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.health import editing, files
from tenure.health import preview as previews
from tenure.health.editing import Outdated
from tenure.health.profile import CIRCULAR, DEFAULT, MOST_POINTS, Profile, ProfileError
from tenure.metrics.catalogue import metrics_of
from tenure.segments.fields import fields_of
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.pages.settings import tabs
from tenure.web.queries import calibration, curves, profile_drafts
from tenure.web.queries import health_profiles as queries
from tenure.web.queries.profile_drafts import Draft, DraftProblems
from tenure.workspaces.roles import Right

NEW = "new"
BANDS = ("good", "fair", "poor", "")


@require_GET
@page()
def profiles(request: Request) -> HttpResponse:
    """Which profiles are there, and whose is which?"""
    return _render(request, "profiles", {"listed": queries.listed(request.access)})


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.DEFINE)
def profile(request: Request, profile_name: str) -> HttpResponse:
    """A profile in the editor: looked at, tried, saved."""
    if request.method == "POST":
        return _edited(request, profile_name)
    draft = _opened(request, profile_name)
    return _editor(request, draft, tries=bool({"version", "weights"} & request.GET.keys()))


def _opened(request: Request, name: str) -> Draft:
    """The form as it is first shown: what is in force, or the version asked for; a new one as the default."""
    access, currency = request.access, request.access.workspace.currency
    metrics = metrics_of(access.workspace)
    if name == NEW:
        request.access.require(Right.DEFINE)
        like, versions = queries.in_force(access, DEFAULT)
        draft = profile_drafts.of_profile(like, 0, currency, metrics)
        return replace(draft, name="", place=editing.next_place(versions, access.workspace))
    found, versions = queries.in_force(access, name)
    newest = versions.next_version(name) - 1
    number = request.GET.get("version", "")
    if "weights" in request.GET:
        weighed = calibration.fitted(access, found, metrics)
        if weighed is None:
            raise Http404("no weights from outcomes")
        return profile_drafts.of_profile(weighed, newest, currency, metrics, "Weights from outcomes")
    if not number:
        return profile_drafts.of_profile(found, newest, currency, metrics)
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Http404("no such version")
    older = queries.version(access, name, int(number))
    return profile_drafts.of_profile(older, newest, currency, metrics, f"Back to version {number}")


def _edited(request: Request, name: str) -> HttpResponse:
    """What somebody pressed: a change of the form, a try, or Save."""
    draft, do = _sent(request, name), request.POST.get("do", "look")
    verb, _, about = do.partition(":")
    if verb == "add" and (metric := draft.catalogue.get(request.POST.get("add", ""))):
        draft = draft.with_measure(metric, curves.first_curve(request.access, metric))
    if verb == "drop":
        draft = draft.without(about)
    if verb != "save":
        return _editor(request, draft, tries=verb == "preview")
    return _saved(request, draft)


def _sent(request: Request, name: str) -> Draft:
    """The form that was sent, for the profile of the address."""
    metrics = metrics_of(request.access.workspace)
    if name != NEW:
        found, _ = queries.in_force(request.access, name)
        return profile_drafts.of_form(request.POST, name, found.place, metrics)
    _, versions = queries.in_force(request.access, DEFAULT)
    title = request.POST.get("name", "")[:60].strip().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", title).strip("-")[:40]
    place = editing.next_place(versions, request.access.workspace)
    return profile_drafts.of_form(request.POST, slug, place, metrics)


def _saved(request: Request, draft: Draft) -> HttpResponse:
    try:
        meant = draft.profile(request.access.workspace.currency)
        if not draft.based_on and draft.name in (NEW, DEFAULT, *_taken(request)):
            raise DraftProblems([f"There is a profile “{meant.title}” already: give another name"])
        row = editing.save(request.access, meant, draft.comment, draft.based_on)
    except DraftProblems as wrong:
        return _editor(request, draft, problems=wrong.says)
    except ProfileError as wrong:
        return _editor(request, draft, problems=[str(wrong)])
    except Outdated as wrong:
        return _editor(
            request, draft, problems=[f"{wrong}. Open the profile again and make your change there"]
        )
    says = f"{meant.title} is saved as version {row.version}; scores follow in a moment."
    return _on(request, reverse("settings-health-versions", args=[draft.name]), says)


def _taken(request: Request) -> list[str]:
    return [one.profile.name for one in queries.listed(request.access)]


def _editor(
    request: Request, draft: Draft, *, tries: bool = False, problems: list[str] | None = None
) -> HttpResponse:
    """The editor with a form in it; with `tries`, what saving it would change."""
    access, wrong, found = request.access, list(problems or []), None
    meant: Profile | None = None
    try:
        meant = draft.profile(access.workspace.currency)
        found = previews.preview(access, meant) if tries else None
    except DraftProblems as error:
        wrong = wrong or (error.says if tries else [])
    status = 422 if wrong and not request.htmx else 200
    about = {
        "draft": draft,
        "drawings": curves.drawings(access, draft, queries.those_of(access, meant) if meant else None),
        "shares": draft.shares(),
        "units": {
            one.name: profile_drafts.unit_of(one.metric, access.workspace.currency) for one in draft.measures
        },
        "editors": draft.editors(access),
        "fields": [one for one in fields_of(draft.catalogue).values() if one.name not in CIRCULAR],
        "sides": profile_drafts.SIDES,
        "preview": found,
        "problems": wrong,
        "bands": BANDS,
        "most_points": MOST_POINTS,
        "is_new": draft.based_on == 0,
        "address": reverse("settings-health-profile", args=[draft.name if draft.based_on else NEW]),
    }
    answer = _render(request, "editor", about, status)
    if wrong or found:  # what is to be read stands above the form
        answer.headers["HX-Reswap"] = "outerHTML show:#editor:top"
    return answer


@require_GET
@page()
def versions(request: Request, profile_name: str) -> HttpResponse:
    """Who changed what, when and why; and the way back."""
    about = {"saved": queries.saved(request.access, profile_name), "name": profile_name}
    found, _ = queries.in_force(request.access, profile_name)
    return _render(request, "versions", about | {"profile": found})


@require_GET
@page()
def file(request: Request, profile_name: str) -> HttpResponse:
    """The profile as a YAML file."""
    found, _ = queries.in_force(request.access, profile_name)
    disposition = f'attachment; filename="{found.name}.yaml"'
    return HttpResponse(
        files.write(found),
        content_type="text/yaml; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@require_POST
@page(Right.DEFINE)
def move(request: Request, profile_name: str) -> HttpResponse:
    """Ask a profile earlier, or later, than the one beside it."""
    names = [one.profile.name for one in queries.listed(request.access)][:-1]
    if profile_name not in names:
        raise Http404("no such profile")
    place = names.index(profile_name)
    other = place + (1 if request.POST.get("to") == "later" else -1)
    if 0 <= other < len(names):
        names[place], names[other] = names[other], names[place]
        editing.reorder(request.access, names)
    return _on(request, reverse("settings-health"), "The order is saved; scores follow in a moment.")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Right.DEFINE)
def remove(request: Request, profile_name: str) -> HttpResponse:
    """What removing a profile would change; a POST does it."""
    found, _ = queries.in_force(request.access, profile_name)
    if profile_name == DEFAULT:
        raise Http404("the default stays")
    if request.method == "POST":
        editing.remove(request.access, profile_name, request.POST.get("comment", ""))
        return _on(
            request, reverse("settings-health"), f"{found.title} is removed; scores follow in a moment."
        )
    about = {
        "profile": found,
        "preview": previews.preview_of_removal(request.access, profile_name),
        "bands": BANDS,
    }
    return _render(request, "remove", about)


def _on(request: Request, address: str, says: str) -> HttpResponse:
    """To a page that says what was done; a part of a page goes there as a whole."""
    messages.info(request, says)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)


def _render(request: Request, name: str, about: dict[str, Any], status: int = 200) -> HttpResponse:
    may_change = request.access.may(Right.DEFINE)
    shown = {
        "tabs": tabs(request.access, "settings-health"),
        "may_change": may_change,
        "zone": request.access.workspace.zone,
    }
    return render(request, f"health/{name}.html", about | shown, status=status)
