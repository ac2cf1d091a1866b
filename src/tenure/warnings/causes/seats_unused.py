"""They pay for seats that nobody uses."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.causes.onboarding_silent import LAST as ONBOARDING_DAYS
from tenure.warnings.causes.silent import DAYS as SILENT_DAYS
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

SHARE = 0.4


def find(known: Known) -> Finding | None:
    """Under 40 % of the seats used in 28 days, once onboarding is over; silence is a cause of its own."""
    share = known.metrics.get("seat_use")
    live = known.days_since(known.first_live_on)
    is_new = live is not None and live < ONBOARDING_DAYS
    quiet = known.days_since(known.last_active_on)
    is_silent = quiet is not None and quiet >= SILENT_DAYS
    if share is None or share >= SHARE or is_new or is_silent or not known.is_heard:
        return None
    return Finding(
        says=f"Only {words.percent(share)} of their seats were used in the last 28 days.",
        pill=f"{words.percent(share)} of seats",
        facts={"seat_use": share},
    )


CAUSES.add(
    Cause(
        name="seats_unused",
        title="Seats unused",
        means="Fewer than 40 % of the seats they pay for were used in the last 28 days.",
        step="Plan a training",
        quiet_days=28,
        needs="seats",
        find=find,
    )
)
