"""They have nearly outgrown what they bought: a chance, not a danger."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

SHARE = 0.95


def find(known: Known) -> Finding | None:
    """At least 95 % of the seats used in 28 days, and not in poor health: never sell to somebody unhappy."""
    share = known.metrics.get("seat_use")
    if share is None or share < SHARE or known.band == "poor":
        return None
    return Finding(
        says=f"They used {words.percent(share)} of their seats in the last 28 days.",
        pill="seats full",
        facts={"seat_use": share},
    )


CAUSES.add(
    Cause(
        name="seats_full",
        title="Seats nearly full",
        means="At least 95 % of their seats were used in the last 28 days, and health is not poor.",
        step="Propose more seats",
        quiet_days=28,
        needs="seats",
        find=find,
        is_opportunity=True,
    )
)
