"""Writes about what metrics rest on: what a workspace names, and when its team works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max

from tenure.accounts.placing import mark_own_people
from tenure.accounts.rules import clean_domain
from tenure.kit import business, outbox, words
from tenure.kit.business import Calendar
from tenure.kit.facts import RecordsChanged
from tenure.metrics import own, users
from tenure.metrics.catalogue import last_of, own_of
from tenure.metrics.models import OwnMetricVersion
from tenure.metrics.named import NAMED, problem
from tenure.metrics.own import OwnMetric, OwnMetricError
from tenure.metrics.users import Hold
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

Change = Callable[[Access, str, str, str], Workspace]


@transaction.atomic
def name_input(access: Access, name: str, value: str, plan: str = "") -> Workspace:
    """Name an input of metrics (`metrics.named`), or one more of it; figures are computed anew.

    KeyError for an unknown input; ValueError, with what would be right, for a value that cannot be one.
    """
    named, value, plan = NAMED[name], value.strip(), plan.strip()
    if named.of_plans and not plan:
        raise ValueError("Say which product.")
    if name == "own_domains":
        value = clean_domain(value)

    def add(now: Any) -> Any:
        found = now.get(plan, []) if named.of_plans else now
        if wrong := problem(named, value, len(found) if named.many else 0):
            raise ValueError(wrong)
        if not named.many:
            return value
        more = sorted({*found, value})
        return {**now, plan: more} if named.of_plans else more

    return _change(access, name, add, f"{plan} {value}".strip())


@transaction.atomic
def forget_input(access: Access, name: str, value: str, plan: str = "") -> Workspace:
    """Take a name back; naming it again undoes this. KeyError for an unknown input."""
    named = NAMED[name]

    def drop(now: Any) -> Any:
        if not named.many:
            return "" if now == value else now
        if not named.of_plans:
            return [one for one in now if one != value]
        left = {one: [it for it in its if (one, it) != (plan, value)] for one, its in now.items()}
        return {one: its for one, its in left.items() if its}

    return _change(access, name, drop, f"no {plan} {value}")


@transaction.atomic
def set_business_hours(access: Access, calendar: Calendar) -> Workspace:
    """Say when the team works. ValueError, with what would be right, for what is no calendar."""
    if wrong := business.problem(calendar):
        raise ValueError(wrong)
    return _change(access, "business_hours", lambda now: calendar.body(), "")


@transaction.atomic
def save_metrics(access: Access, metrics: Sequence[OwnMetric]) -> int:
    """Add or change metrics of one's own, all or none; gives how many differ from what was in force.

    OwnMetricError, with what would be right, for one that cannot be computed, and for one that would be
    computed otherwise though scores were given by it: these stay explained by what they rest on.
    """
    access.require(Right.DEFINE)
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    before, last = own_of(workspace), last_of(workspace)
    for one in metrics:
        if wrong := own.problem(one) or _of_scores(workspace, one, last):
            field, says = wrong
            raise OwnMetricError(f"{one.name}: {says}", field)
    said = {one.name: one for one in metrics}
    own.compiled({**said, **before, **said})  # those that are new first: a mistake is theirs
    changed = [one for one in metrics if before.get(one.name) != one]
    for one in changed:
        _write_version(access, one.name, body=msgspec.to_builtins(one))
    return len(changed)


@transaction.atomic
def remove_metric(access: Access, name: str) -> None:
    """Take a metric of one's own out; saving it again undoes this. OwnMetricError, which names who, if
    others rest on it."""
    access.require(Right.DEFINE)
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    mine = own_of(workspace)
    if name not in mine:
        return
    if who := users.holding(workspace, name, mine, (Hold.NEEDS, Hold.SCORES)):
        raise OwnMetricError(f"{mine[name].title} is used by {words.listing(who)}. Take it out there first.")
    _write_version(access, name, is_removed=True)


def _of_scores(workspace: Workspace, one: OwnMetric, last: Mapping[str, OwnMetric]) -> own.Fault | None:
    """Why a metric cannot be computed otherwise from now on; None if it can."""
    part = own.computed_otherwise(one, last[one.name]) if one.name in last else ""
    if not part:
        return None
    who = users.holding(workspace, one.name, last, (Hold.SCORED, Hold.SCORES))
    says = (
        f"Scores were given by it ({words.listing(who)}), and they stay as they were: its words can change, "
        "what it computes cannot. Save it under another name, and put that into the profile."
    )
    return (part, says) if who else None


def _write_version(access: Access, name: str, **said: Any) -> None:
    versions = access.of(OwnMetricVersion).filter(name=name)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    by = str(access.user or "")[:254]
    OwnMetricVersion.objects.create(workspace=access.workspace, name=name, version=latest + 1, by=by, **said)
    access.log("removed metric" if said.get("is_removed") else "changed metric", name)
    first = date.min.isoformat()
    outbox.record(RecordsChanged(workspace_id=access.workspace.pk, table="own_metric", first_day=first))


def _change(access: Access, name: str, change: Callable[[Any], Any], what: str) -> Workspace:
    access.require(Right.ADMINISTER if name == "own_domains" else Right.DEFINE)
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    now = getattr(workspace, name)
    new = change(now)
    if new == now:
        return workspace
    setattr(workspace, name, new)
    workspace.save(update_fields=[name])
    access.log("changed settings", f"{name}: {what}"[:300])
    if name == "own_domains":
        mark_own_people(workspace)
    else:
        first = date.min.isoformat()
        outbox.record(RecordsChanged(workspace_id=workspace.pk, table="workspace", first_day=first))
    return workspace
