"""Keeps what was found out fresh: every week, and sooner where much became known meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

from tenure.insight.audit.actions import OF_HEALTH, OPEN, request_audit, request_calibration
from tenure.insight.audit.found import Outcomes
from tenure.insight.models import AuditRun
from tenure.kit import clock
from tenure.revenue.matching import GRACE
from tenure.revenue.models import Term
from tenure.workspaces.access import Access

EVERY_DAYS = 7
ENOUGH = 20  # ends of contracts that became decided: an audit before the week is over, or the first one
USUAL = ((Outcomes.CHURN.value, 90), (AuditRun.HEALTH, OF_HEALTH))


def keep_fresh(access: Access) -> AuditRun | None:
    """Have one of the usual questions, or those that somebody asked once, answered anew where it is time.

    One at a time, since each keeps the worker busy for a while: the next one with the next hour. A workspace
    in which too few contracts were decided so far is left alone; so is a question that failed or was answered
    within the week, unless much became known since. Three queries, and up to two for each question.
    """
    today = clock.today(access.workspace.zone)
    runs = access.of(AuditRun)
    if _decided(access, date.min, today) < ENOUGH or runs.filter(status__in=OPEN).exists():
        return None
    asked = set(runs.values_list("about", "horizon").distinct())
    for about, horizon in sorted({*asked, *USUAL}):
        if _is_time(access, about, horizon, today):
            return _request(access, about, horizon)
    return None


def _is_time(access: Access, about: str, horizon: int, today: date) -> bool:
    newest = access.of(AuditRun).filter(about=about, horizon=horizon).order_by("-asked_at", "-pk").first()
    if newest is None or today - newest.as_of >= timedelta(days=EVERY_DAYS):
        return True
    is_over = newest.status == AuditRun.DONE and newest.as_of < today
    return is_over and _decided(access, newest.as_of, today) >= ENOUGH


def _decided(access: Access, since: date, today: date) -> int:
    """How many ends of contracts became decided, their grace being over, from one day to another."""
    grace = timedelta(days=GRACE)
    rows = access.of(Term).filter(superseded_at=None, ends_on__lte=today - grace)
    if since > date.min + grace:
        rows = rows.filter(ends_on__gt=since - grace)
    return rows[:ENOUGH].count()


def _request(access: Access, about: str, horizon: int) -> AuditRun:
    if about == AuditRun.HEALTH:
        return request_calibration(access)
    return request_audit(access, Outcomes(about), horizon)
