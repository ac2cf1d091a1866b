"""New, paying, and nobody has begun."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

FIRST, LAST = 5, 45  # days after the start: before, it is too early to worry


def find(known: Known) -> Finding | None:
    """Live for 5 to 45 days without one active person, while events of other customers arrive."""
    live = known.days_since(known.first_live_on)
    if live is None or not FIRST <= live < LAST or known.last_active_on is not None or not known.is_heard:
        return None
    return Finding(
        says=f"Customer for {words.days(live)}, and nobody there has used the product yet.",
        pill=f"onboarding day {live}",
        facts={"days": live},
    )


CAUSES.add(
    Cause(
        name="onboarding_silent",
        title="Silent in onboarding",
        means=f"Customer for {FIRST} to {LAST} days, and nobody there was ever active.",
        step="Offer a kick-off",
        quiet_days=7,
        needs="events",
        find=find,
    )
)
