"""Health dropped a band."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

DAYS, POINTS = 14, 5  # a score that wavers about the line has not fallen


def find(known: Known) -> Finding | None:
    """From a better band to a worse one within 14 days, by 5 points or more, and still there."""
    fall = known.fall
    if fall is None or fall.after != known.band or (known.today - fall.on).days > DAYS:
        return None
    if fall.score_before - fall.score_after < POINTS:
        return None
    days = (known.today - fall.on).days
    when = {0: "today", 1: "yesterday"}.get(days, f"{words.days(days)} ago")
    return Finding(
        says=f"Health fell from {fall.before} to {fall.after} {when}, "
        f"the score from {fall.score_before:.0f} to {fall.score_after:.0f}.",
        pill=f"fell to {fall.after}",
        facts={"on": fall.on.isoformat(), "before": fall.score_before, "after": fall.score_after},
    )


CAUSES.add(
    Cause(
        name="fell",
        title="Health fell",
        means=f"Health dropped to a worse band within {DAYS} days, by {POINTS} points or more.",
        step="Find out why it fell",
        quiet_days=14,
        needs="scores",
        find=find,
    )
)
