"""Asks for looks at what became of customers, and makes them in the background."""

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
OF_HEALTH = 90
OPEN = (AuditRun.WAITING, AuditRun.RUNNING)
KEPT = 12  # of the same question


def request_audit(access: Access, outcome: Outcomes, horizon: int) -> AuditRun:
    """Ask the worker for an audit of the metrics, or wait for the one that is being made."""
    require_horizon(horizon)
    return _request(access, outcome.value, horizon)


def request_calibration(access: Access) -> AuditRun:
    """Ask the worker to hold the health profiles to account, or wait until it has."""
    return _request(access, AuditRun.HEALTH, OF_HEALTH)


@transaction.atomic
def _request(access: Access, about: str, horizon: int) -> AuditRun:
    access.require(Right.DEFINE)
    mine = access.of(AuditRun).filter(about=about, horizon=horizon)
    if run := mine.filter(status__in=OPEN).first():
        return run
    run = AuditRun.objects.create(
        workspace=access.workspace,
        about=about,
        horizon=horizon,
        as_of=clock.today(access.workspace.zone),
        asked_by=access.who,
    )
    outbox.record(AuditRequested(workspace_id=access.workspace.pk, run_id=run.pk))
    return run


def run_audit(run_id: str) -> AuditRun | None:
    """Make what was asked for; what is over stays, what was broken off is begun anew."""
    run = AuditRun.objects.select_related("workspace").filter(pk=run_id).first()
    if run is None or run.status not in OPEN:
        return run
    _say(run, AuditRun.RUNNING, 0, "reading what was known month by month")
    try:
        run.found, run.finished_at = msgspec.to_builtins(_made(run)), clock.now()
        run.save(update_fields=["found", "finished_at"])
        _say(run, AuditRun.DONE, run.total, "")
    except AuditProblem as problem:
        _say(run, AuditRun.FAILED, run.done, str(problem))
    _forget(run)
    return run


def give_up(run_id: str) -> None:
    """Say of what was broken off for good that it failed, so that it can be asked for again."""
    run = AuditRun.objects.filter(pk=run_id, status__in=OPEN).first()
    if run is not None:
        says = "its process was ended before it was done, perhaps for lack of memory; ask again"
        _say(run, AuditRun.FAILED, run.done, says)


def _made(run: AuditRun) -> msgspec.Struct:
    from tenure.insight.audit.making import audit  # what computes it is large, and only wanted now
    from tenure.insight.calibration.making import calibrations

    access = access_for_job(run.workspace, run.asked_by)

    def tell(done: int, _total: int, what: str) -> None:
        _say(run, AuditRun.RUNNING, done + 1, what)

    if run.about == AuditRun.HEALTH:
        return calibrations(access, run.as_of, tell)
    return audit(access, Outcomes(run.about), run.horizon, run.as_of, tell)


def _say(run: AuditRun, status: str, done: int, what: str) -> None:
    run.status, run.done, run.says = status, done, what[:500]
    run.save(update_fields=["status", "done", "says"])


def _forget(run: AuditRun) -> None:
    """Keep the last few of the same question."""
    same = AuditRun.objects.filter(workspace=run.workspace, about=run.about, horizon=run.horizon)
    same.filter(pk__in=list(same.order_by("-asked_at").values_list("pk", flat=True)[KEPT:])).delete()
