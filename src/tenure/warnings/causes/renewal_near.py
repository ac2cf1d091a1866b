"""The renewal is near and health is not good."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

DAYS = 60


def find(known: Known) -> Finding | None:
    """A contract ends within 60 days or is past due, in fair or poor health. Unknown health says nothing."""
    if known.renews_on is None or known.score is None or known.band not in ("fair", "poor"):
        return None
    left = (known.renews_on - known.today).days
    if left > DAYS:
        return None
    return Finding(
        says=f"{_when(left)} in {known.band} health, with a success score of {known.score:.0f}.",
        pill=f"renewal {words.day(known.renews_on, known.today)}",
        facts={"days": left, "renews_on": known.renews_on.isoformat(), "score": known.score},
    )


def _when(left: int) -> str:
    """How near; a contract whose end has passed undecided is past due."""
    if left < 0:
        return f"Past due for {words.days(-left)}"
    return f"Renews in {words.days(left)}" if left else "Renews today"


CAUSES.add(
    Cause(
        name="renewal_near",
        title="Renewal near",
        means=f"A contract ends within {DAYS} days, or is past due, and health is fair or poor.",
        step="Call the sponsor",
        quiet_days=14,
        needs="renewals",
        find=find,
    )
)
