"""Use falls, before it ends."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.causes.silent import DAYS as SILENT_DAYS
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

RATIO = 0.6


def find(known: Known) -> Finding | None:
    """Product events of 28 days at most 60 % of the 28 days before; silence is a cause of its own."""
    trend = known.metrics.get("activity_trend")
    quiet = known.days_since(known.last_active_on)
    if trend is None or trend > RATIO or quiet is None or quiet >= SILENT_DAYS or not known.is_heard:
        return None
    fell = words.percent(1 - trend)
    return Finding(
        says=f"Use fell by {fell} in the last 28 days, against the 28 before.",
        pill=f"use down {fell}",
        facts={"activity_trend": trend},
    )


CAUSES.add(
    Cause(
        name="falling",
        title="Use falling",
        means="Product events of the last 28 days are at most 60 % of those of the 28 days before.",
        step="Ask what changed",
        quiet_days=14,
        needs="events",
        find=find,
    )
)
