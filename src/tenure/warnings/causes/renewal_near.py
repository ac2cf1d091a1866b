"""The renewal is near and health is not good."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

DAYS = 60


def find(known: Known) -> Finding | None:
    """A contract ends within 60 days, in fair or poor health. Unknown health says nothing."""
    if known.renews_on is None or known.score is None or known.band not in ("fair", "poor"):
        return None
    left = (known.renews_on - known.today).days
    if not 0 <= left <= DAYS:
        return None
    when = f"in {words.days(left)}" if left else "today"
    return Finding(
        says=f"Renews {when} in {known.band} health, with a success score of {known.score:.0f}.",
        pill=f"renewal {words.day(known.renews_on, known.today)}",
        facts={"days": left, "renews_on": known.renews_on.isoformat(), "score": known.score},
    )


CAUSES.add(
    Cause(
        name="renewal_near",
        title="Renewal near",
        means=f"A contract ends within {DAYS} days and health is fair or poor.",
        step="Call the sponsor",
        quiet_days=14,
        needs="renewals",
        find=find,
    )
)
