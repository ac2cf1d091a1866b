"""They were active, and now nobody is."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

DAYS = 14


def find(known: Known) -> Finding | None:
    """No product event for 14 days, while events of other customers arrive."""
    quiet = known.days_since(known.last_active_on)
    if quiet is None or quiet < DAYS or not known.is_heard or known.last_active_on is None:
        return None
    since = words.day(known.last_active_on, known.today)
    return Finding(
        says=f"Nobody there has used the product for {words.days(quiet)}, since {since}.",
        pill=f"silent {words.days(quiet)}",
        facts={"days": quiet, "last_active_on": known.last_active_on.isoformat()},
    )


CAUSES.add(
    Cause(
        name="silent",
        title="Silent",
        means=f"They used the product once, and nobody has for {DAYS} days or longer.",
        step="Ask what happened",
        quiet_days=7,
        needs="events",
        find=find,
    )
)
