"""Asks for audits, and makes them in the background."""

from __future__ import annotations

import msgspec
from django.db import transaction

from tenure.insight.audit.found import AuditProblem, Outcomes, require_horizon
from tenure.insight.models import AuditRun
from tenure.kit import clock, outbox
from tenure.kit.facts import AuditRequested
from tenure.workspaces.access import Access, access_for_job
from tenure.workspaces.roles import Right

HORIZONS = (30, 60, 90, 180)
OPEN = (AuditRun.WAITING, AuditRun.RUNNING)
KEPT = 12  # of the same question


@transaction.atomic
def request_audit(access: Access, outcome: Outcomes, horizon: int) -> AuditRun:
    """Ask the worker for an audit, or wait for the one that is being made."""
    access.require(Right.DEFINE)
    require_horizon(horizon)
    mine = access.of(AuditRun).filter(outcome=outcome.value, horizon=horizon)
    if run := mine.filter(status__in=OPEN).first():
        return run
    run = AuditRun.objects.create(
        workspace=access.workspace,
        outcome=outcome.value,
        horizon=horizon,
        as_of=clock.today(access.workspace.zone),
        asked_by=access.who,
    )
    outbox.record(AuditRequested(workspace_id=access.workspace.pk, run_id=run.pk))
    return run


def run_audit(run_id: str) -> AuditRun | None:
    """Make an audit that was asked for; one that is over stays, one that was broken off is begun anew."""
    from tenure.insight.audit.making import audit  # what computes it is large, and only wanted now

    run = AuditRun.objects.select_related("workspace").filter(pk=run_id).first()
    if run is None or run.status not in OPEN:
        return run
    _say(run, AuditRun.RUNNING, 0, "reading what was known month by month")
    try:
        found = audit(
            access_for_job(run.workspace, run.asked_by),
            Outcomes(run.outcome),
            run.horizon,
            run.as_of,
            lambda done, total, what: _say(run, AuditRun.RUNNING, done + 1, what),
        )
        run.found, run.finished_at = msgspec.to_builtins(found), clock.now()
        run.save(update_fields=["found", "finished_at"])
        _say(run, AuditRun.DONE, run.total, "")
    except AuditProblem as problem:
        _say(run, AuditRun.FAILED, run.done, str(problem))
    _forget(run)
    return run


def _say(run: AuditRun, status: str, done: int, what: str) -> None:
    run.status, run.done, run.says = status, done, what[:500]
    run.save(update_fields=["status", "done", "says"])


def _forget(run: AuditRun) -> None:
    """Keep the last few of the same question."""
    same = AuditRun.objects.filter(workspace=run.workspace, outcome=run.outcome, horizon=run.horizon)
    same.filter(pk__in=list(same.order_by("-asked_at").values_list("pk", flat=True)[KEPT:])).delete()
