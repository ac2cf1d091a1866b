"""What is otherwise than when it was found out before: who earned or lost a place, and by how much. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tenure.insight.audit.found import Audit, Judged, Verdict
from tenure.insight.calibration.found import Calibration
from tenure.kit import words

SAME = "Nothing earned or lost its place since {day}."
MOVED = 0.02  # of AUC, below which a score tells as well as before


def since(before: Audit, after: Audit) -> tuple[str, ...]:
    """Metrics that earned or lost their place between two audits of the same question."""
    then = {one.metric: one for one in before.judged}
    day = words.day(before.as_of, after.as_of)
    gone = [one for one in before.judged if one.metric not in {other.metric for other in after.judged}]
    found = [
        *(f"{one.title} earned its place since {day}{_was(then, one)}." for one in _new(then, after)),
        *(f"{one.title} lost its place since {day}: {one.verdict.says} now." for one in _lost(then, after)),
        *(
            f"{one.title}, which had its place, is not among the metrics any more."
            for one in gone
            if one.verdict is Verdict.KEEP
        ),
    ]
    return tuple(found) or (SAME.format(day=day),)


def _new(then: dict[str, Judged], after: Audit) -> Iterator[Judged]:
    for one in after.judged:
        before = then.get(one.metric)
        if one.verdict is Verdict.KEEP and (before is None or before.verdict is not Verdict.KEEP):
            yield one


def _lost(then: dict[str, Judged], after: Audit) -> Iterator[Judged]:
    for one in after.judged:
        before = then.get(one.metric)
        if before is not None and before.verdict is Verdict.KEEP and one.verdict is not Verdict.KEEP:
            yield one


def _was(then: dict[str, Judged], one: Judged) -> str:
    before = then.get(one.metric)
    return f", when it was {before.verdict.says}" if before else ", as a new one"


def calibrated_since(before: Calibration | None, after: Calibration, day: date, now: date) -> str:
    """How much better or worse a profile's score tells; empty where one of the two says nothing."""
    if before is None or before.auc is None or after.auc is None:
        return ""
    said = words.day(day, now)
    change = after.auc.value - before.auc.value
    if abs(change) < MOVED:
        return f"It tells as well as on {said} (AUC {before.auc.value:.2f} then, {after.auc.value:.2f} now)."
    how = "better" if change > 0 else "worse"
    return f"It tells {how} than on {said}: AUC {before.auc.value:.2f} then, {after.auc.value:.2f} now."
