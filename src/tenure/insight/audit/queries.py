"""Reads audits that were made."""

from __future__ import annotations

import msgspec

from tenure.insight.audit.found import Audit, Outcomes
from tenure.insight.models import AuditRun
from tenure.workspaces.access import Access


def latest(access: Access, outcome: Outcomes, horizon: int) -> AuditRun | None:
    """The newest audit of a question that was made to its end."""
    return _of(access, outcome, horizon, AuditRun.DONE)


def going_on(access: Access, outcome: Outcomes, horizon: int) -> AuditRun | None:
    """The audit of a question that is newer than the last one made: waiting, being made, or failed."""
    newest = _of(access, outcome, horizon)
    return newest if newest and newest.status != AuditRun.DONE else None


def _of(access: Access, outcome: Outcomes, horizon: int, status: str = "") -> AuditRun | None:
    rows = access.of(AuditRun).filter(outcome=outcome.value, horizon=horizon)
    rows = rows.filter(status=status) if status else rows
    return rows.order_by("-asked_at", "-pk").first()


def read(run: AuditRun) -> Audit:
    """What an audit found."""
    return msgspec.convert(run.found, Audit)
