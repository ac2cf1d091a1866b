"""Reads looks at what became of customers that were made."""

from __future__ import annotations

import msgspec

from tenure.insight.audit.found import Audit, Outcomes
from tenure.insight.calibration.found import Calibration, Calibrations
from tenure.insight.models import AuditRun
from tenure.workspaces.access import Access


def latest(access: Access, about: Outcomes | str, horizon: int) -> AuditRun | None:
    """The newest look of a kind that was made to its end."""
    return _of(access, about, horizon, AuditRun.DONE)


def going_on(access: Access, about: Outcomes | str, horizon: int) -> AuditRun | None:
    """The look that is newer than the last one made: waiting, being made, or failed."""
    newest = _of(access, about, horizon)
    return newest if newest and newest.status != AuditRun.DONE else None


def before(access: Access, run: AuditRun) -> AuditRun | None:
    """The look of the same kind that was made to its end before one, as of an earlier day."""
    rows = access.of(AuditRun).filter(about=run.about, horizon=run.horizon, status=AuditRun.DONE)
    return rows.filter(as_of__lt=run.as_of).order_by("-as_of", "-pk").first()


def _of(access: Access, about: Outcomes | str, horizon: int, status: str = "") -> AuditRun | None:
    rows = access.of(AuditRun).filter(about=str(about), horizon=horizon)
    rows = rows.filter(status=status) if status else rows
    return rows.order_by("-asked_at", "-pk").first()


def read(run: AuditRun) -> Audit:
    """What an audit found."""
    return msgspec.convert(run.found, Audit)


def calibrations_of(run: AuditRun) -> Calibrations:
    """What a calibration found."""
    return msgspec.convert(run.found, Calibrations)


def calibration_of(run: AuditRun, profile: str) -> Calibration | None:
    """What it found of one profile; None if that was not there yet."""
    return next((one for one in calibrations_of(run).profiles if one.profile == profile), None)
