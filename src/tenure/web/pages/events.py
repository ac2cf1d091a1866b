"""Events: the stream as it comes in, the dictionary of names, what was set aside and how it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenure.events import actions, dictionary, mending, names, rejected, retention, rules
from tenure.events.actions import BusyError, Replayed
from tenure.events.mending import AnyRule, RuleProblem
from tenure.events.models import EventPolicy, RejectedEvent
from tenure.kit import words
from tenure.web.guard import page
from tenure.web.middleware import Request
from tenure.web.notices import tell
from tenure.web.queries import events as queries
from tenure.workspaces.roles import Right


@require_GET
@page()
def incoming(request: Request) -> HttpResponse:
    """The events received last, of those wanted."""
    wanted = queries.Wanted.read(request.GET)
    found = queries.incoming(request.access, wanted)
    return render(request, "events/incoming.html", {"wanted": wanted, "incoming": found})


@require_GET
@page()
def names_page(request: Request) -> HttpResponse:
    """Which events there are, since when, how many, and which have stopped."""
    search, order = request.GET.get("q", "").strip()[:200], request.GET.get("sort", "events")
    found = {
        "names": names.names(request.access, search, order, queries.MOST_NAMES),
        "total": names.count(request.access),
        "stopped": names.stopped(request.access),
        "search": search,
        "order": order,
        "orders": queries.ORDERS,
        "rule": rules.STOPPED_IN_WORDS,
        "days": dictionary.DAYS,
    }
    return render(request, "events/dictionary.html", found)


@require_GET
@page()
def one_name(request: Request, name_id: int) -> HttpResponse:
    """One event: its figures, its properties, what it means."""
    found = {"name": names.name(request.access, name_id), "rule": rules.STOPPED_IN_WORDS}
    return render(request, "events/name.html", {**found, "days": dictionary.DAYS, "weeks": dictionary.WEEKS})


@require_POST
@page(Right.LOAD)
def describe(request: Request, name_id: int) -> HttpResponse:
    """Say what an event means."""
    form = request.POST
    actions.describe(request.access, name_id, form.get("description", ""), is_retired="is_retired" in form)
    return tell(request, redirect("data-event", name_id), "Saved.")


@require_http_methods(["GET", "HEAD", "POST"])
@page(post=Right.ADMINISTER)
def keeping(request: Request) -> HttpResponse:
    """How long message ids are remembered and raw events kept."""
    policy = retention.policy_for(request.access)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        policy, wrong = _asked_policy(request, policy)
        if not wrong and policy.window_days:
            retention.change_policy(request.access, policy.window_days, policy.keep_months)
            return tell(request, redirect("data-keeping"), "Saved.")
    found = {"keeping": queries.keeping(request.access, policy), "wrong": wrong}
    return render(request, "events/keeping.html", found, status=422 if wrong else 200)


def _asked_policy(request: Request, now: EventPolicy) -> tuple[EventPolicy, dict[str, str]]:
    """What the form holds, and what is wrong with it."""
    window, months = (request.POST.get(name, "").strip() for name in ("window_days", "keep_months"))
    asked = EventPolicy(
        workspace=request.access.workspace,
        window_days=int(window) if window.isdecimal() and len(window) < 5 else 0,
        keep_months=(int(months) if months.isdecimal() and len(months) < 5 else 0) if months else None,
        removed_before=now.removed_before,
        removed_events=now.removed_events,
        removed_at=now.removed_at,
    )
    return asked, retention.problems(asked.window_days, asked.keep_months)


@require_GET
@page()
def aside(request: Request) -> HttpResponse:
    """Events that could not go through, and why; with a rule in the address, what it would do."""
    return render(request, "events/rejected.html", _waiting(request, {}))


def _waiting(request: Request, still_wrong: dict[int, str]) -> dict[str, Any]:
    reason = request.GET.get("reason", "") or request.POST.get("reason", "")
    groups = queries.aside(request.access)
    rule, problem = _rule_of(request)
    return {
        "reason": reason,
        "waiting": queries.set_aside(request.access, reason),
        "total": sum(group.count for group in groups if not reason or group.reason == reason),
        "tabs": _tabs(groups, reason),
        "still_wrong": still_wrong,
        "mended": {int(request.POST["id"]): request.POST.get("body", "")} if still_wrong else {},
        "verbs": queries.VERBS,
        "asked": {name: request.GET.get(name, usual) for name, usual in _usual(reason)},
        "problem": problem,
        "preview": queries.preview(request.access, reason, rule) if rule and reason else None,
        "runs": queries.mending_runs(request.access),
        "rules": queries.kept_rules(request.access),
    }


def _usual(reason: str) -> Iterable[tuple[str, str]]:
    """The fields of a rule, as it usually is for a reason."""
    return zip(("verb", "field", "value"), queries.USUAL.get(reason, ("", "", "")), strict=True)


def _rule_of(request: Request) -> tuple[AnyRule | None, str]:
    """The rule in a form or address, and what is wrong with it."""
    asked = request.POST if request.method == "POST" else request.GET
    if not asked.get("verb"):
        return None, ""
    try:
        return mending.rule(asked["verb"], asked.get("field", ""), asked.get("value", "")), ""
    except RuleProblem as problem:
        return None, words.capital(f"{problem}.")


def _tabs(groups: Iterable[queries.Aside], reason: str) -> list[tuple[str, str, bool]]:
    here = reverse("data-aside")
    rest = [
        (f"{one.title} {one.count:,}", f"{here}?reason={one.reason}", one.reason == reason) for one in groups
    ]
    return [("All", here, not reason), *rest]


@require_POST
@page(Right.LOAD)
def replay(request: Request) -> HttpResponse:
    """Put one event through again as it was mended by hand."""
    try:
        done = _replay(request)
    except BusyError as busy:
        return tell(request, redirect(_back(request)), words.capital(f"{busy}."))
    if done.still_wrong:
        return render(request, "events/rejected.html", _waiting(request, dict(done.still_wrong)), status=422)
    return tell(request, redirect(_back(request)), f"{words.count(done.done, 'event')} went through.")


def _replay(request: Request) -> Replayed:
    number = request.POST.get("id", "")
    one = request.access.get(RejectedEvent, number if number.isdecimal() and len(number) < 19 else 0)
    return actions.replay(request.access, [one.pk], request.POST.get("body", ""))


@require_POST
@page(Right.LOAD)
def mend(request: Request) -> HttpResponse:
    """Have all of a reason put through by the worker, mended by a rule or as they came."""
    rule, problem = _rule_of(request)
    if problem:
        return tell(request, redirect(_back(request)), problem)
    is_kept = "keep" in request.POST
    run = rejected.request_mending(request.access, request.POST.get("reason", "")[:40], rule, is_kept=is_kept)
    says = f"{words.count(run.total, 'event')} will be put through; what still cannot stays here."
    return tell(request, redirect(_back(request)), says)


@require_GET
@page()
def mending_runs(request: Request) -> HttpResponse:
    """How far the mending is."""
    return render(request, "events/runs.html", {"runs": queries.mending_runs(request.access)})


@require_POST
@page(Right.LOAD)
def stop_rule(request: Request, rule_id: int) -> HttpResponse:
    """Apply a rule no longer to what arrives."""
    rejected.stop_rule(request.access, rule_id)
    return tell(request, redirect("data-aside"), "The rule is not applied any more.")


def _back(request: Request) -> str:
    reason = request.POST.get("reason", "")
    here = reverse("data-aside")
    return f"{here}?{urlencode({'reason': reason})}" if reason in queries.REASONS else here
