"""Audits by the clock: every week, sooner where much became known, never where there is nothing to judge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import time_machine

from tenure.accounts.models import Account
from tenure.insight.audit.changed import calibrated_since, since
from tenure.insight.audit.found import Audit, Interval, Judged, Outcomes, Verdict
from tenure.insight.audit.keeping import ENOUGH, keep_fresh
from tenure.insight.calibration.found import Calibration
from tenure.insight.models import AuditRun
from tenure.revenue.models import Subscription, Term
from tenure.workspaces.access import Access, access_for_job

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def ended(access: Access, how_many: int, on: date) -> None:
    account, _ = Account.objects.get_or_create(
        workspace=access.workspace, external_id="acme", defaults={"name": "Acme"}
    )
    for number in range(how_many):
        subscription = Subscription.objects.create(
            workspace=access.workspace, account=account, external_id=f"{on}-{number}"
        )
        Term.objects.create(
            workspace=access.workspace,
            subscription=subscription,
            account=account,
            amount_minor=100,
            currency="USD",
            interval="year",
            starts_on=on - timedelta(days=365),
            ends_on=on,
        )


def made(tenure: Access, status: str = AuditRun.DONE) -> list[tuple[str, int]]:
    """What is asked for hour by hour, each taken to be answered before the next one is."""
    found = []
    while run := keep_fresh(tenure):
        assert keep_fresh(tenure) is None, "one at a time"
        AuditRun.objects.filter(pk=run.pk).update(status=status)
        found.append((run.about, run.horizon))
    return found


def test_questions_are_answered_anew_when_it_is_time(access: Access, neighbour: Access) -> None:
    tenure = access_for_job(access.workspace, "Tenure")
    usual = [("churn", 90), ("health", 90)]
    with time_machine.travel(NOW, tick=False):
        ended(access, ENOUGH - 1, NOW.date() - timedelta(days=100))
        assert made(tenure) == []
        ended(access, 1, NOW.date() - timedelta(days=31))
        assert made(tenure) == usual
        assert {run.asked_by for run in AuditRun.objects.all()} == {"Tenure"}
        assert made(tenure) == []
        ended(access, ENOUGH, NOW.date() - timedelta(days=28))  # decided in two days
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert made(tenure) == []
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert made(tenure) == usual, "enough became known"
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        AuditRun.objects.create(
            workspace=access.workspace, about="renewal", horizon=60, as_of=NOW.date(), status="done"
        )
        assert made(tenure, AuditRun.FAILED) == [*usual, ("renewal", 60)]
        assert made(tenure) == []
    with time_machine.travel(NOW + timedelta(days=11), tick=False):
        assert made(tenure) == [], "what failed waits for the next week"
        assert made(neighbour) == []


def judged(name: str, verdict: Verdict) -> Judged:
    return Judged(name, name.title(), "outcome", True, "up", verdict, 100, 50, 10, 0.9)


def audit(day: date, **verdicts: Verdict) -> Audit:
    some = tuple(judged(name, verdict) for name, verdict in verdicts.items())
    return Audit(Outcomes.CHURN, 90, day, None, None, 24, 100, 50, 10, 5, 0, 0, len(some), {}, None, some, ())


def test_who_earned_and_who_lost_a_place() -> None:
    keep, chance, beyond = Verdict.KEEP, Verdict.CHANCE, Verdict.BEYOND
    first = audit(date(2026, 11, 19), use=keep, ces=chance, nps=keep, old=keep)
    then = audit(date(2026, 11, 26), use=keep, ces=keep, nps=beyond, new=keep)
    assert since(first, then) == (
        "Ces earned its place since 19 Nov, when it was not told from chance.",
        "New earned its place since 19 Nov, as a new one.",
        "Nps lost its place since 19 Nov: says nothing new now.",
        "Old, which had its place, is not among the metrics any more.",
    )
    assert since(first, replace_day(first)) == ("Nothing earned or lost its place since 19 Nov.",)


def replace_day(found: Audit) -> Audit:
    return msgspec.structs.replace(found, as_of=date(2026, 11, 26))


def test_how_a_profile_tells_compared_with_before() -> None:
    one = Calibration("default", "Default", 1, 10, 5, 2, 2, auc=Interval(0.7, 0.6, 0.8))
    better = msgspec.structs.replace(one, auc=Interval(0.75, 0.7, 0.8))
    days = date(2026, 11, 19), date(2026, 11, 26)
    assert "better than on 19 Nov: AUC 0.70 then, 0.75 now" in calibrated_since(one, better, *days)
    assert "as well as" in calibrated_since(one, one, *days)
    assert calibrated_since(None, one, *days) == ""
