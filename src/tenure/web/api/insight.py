"""What was found out: the metric audit, and the calibration of health."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from tenure.insight.audit import queries
from tenure.insight.audit.actions import OF_HEALTH
from tenure.insight.audit.changed import since
from tenure.insight.audit.found import LONGEST, SHORTEST, Outcomes
from tenure.insight.models import AuditRun
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, answers

router = Router()


class FoundOut(Schema):
    """What was found out and when; null if nobody has asked for it yet."""

    as_of: date | None = Field(description="The day as of which it was found out.")
    made_at: datetime | None
    found: dict[str, Any] | None = Field(description="As `tenure audit --json` prints it.")
    changed: list[str] = Field(description="Of metrics: who earned or lost a place since the last time.")


@router.get("/metrics/audit", response=answers(FoundOut), tags=["figures"])
def metric_audit(
    request: Asked,
    outcome: Annotated[Outcomes, Query(description="By what metrics are judged.")] = Outcomes.CHURN,
    horizon: Annotated[int, Query(ge=SHORTEST, le=LONGEST, description="Within how many days.")] = 90,
) -> FoundOut:
    """Which metrics tell what becomes of customers: the newest audit that was made."""
    run = queries.latest(request.auth, outcome, horizon)
    if run is None:
        return _out(None, None)
    found, last = queries.read(run), queries.before(request.auth, run)
    out = _out(run, found)
    out.changed = list(since(queries.read(last), found)) if last else []
    return out


@router.get("/health/calibration", response=answers(FoundOut), tags=["figures"])
def calibrations(request: Asked) -> FoundOut:
    """What the scores of each health profile promised about renewals, and what came of it."""
    run = queries.latest(request.auth, AuditRun.HEALTH, OF_HEALTH)
    return _out(run, queries.calibrations_of(run) if run else None)


@router.get("/health/{profile}/calibration", response=answers(FoundOut, ABOUT_ONE), tags=["figures"])
def calibration(request: Asked, profile: str) -> FoundOut:
    """The same of one profile."""
    run = queries.latest(request.auth, AuditRun.HEALTH, OF_HEALTH)
    one = queries.calibration_of(run, profile) if run else None
    if one is None:
        raise Http404("nothing was found out about a health profile of this name")
    return _out(run, one)


def _out(run: AuditRun | None, found: msgspec.Struct | None) -> FoundOut:
    if run is None or found is None:
        return FoundOut(as_of=None, made_at=None, found=None, changed=[])
    return FoundOut(as_of=run.as_of, made_at=run.finished_at, found=msgspec.to_builtins(found), changed=[])
