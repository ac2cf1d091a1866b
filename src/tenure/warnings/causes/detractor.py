"""Somebody there would not recommend us."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

DAYS, HIGHEST = 14, 6


def find(known: Known) -> Finding | None:
    """An NPS answer of 6 or less within 14 days."""
    answer = known.answer
    if answer is None or answer.score > HIGHEST or not 0 <= (known.today - answer.on).days <= DAYS:
        return None
    days = (known.today - answer.on).days
    when = {0: "today", 1: "yesterday"}.get(days, f"{words.days(days)} ago")
    who = answer.who[:80] or "Somebody there"
    return Finding(
        says=f"{who} answered {answer.score:.0f} of 10 when asked whether they would recommend you, {when}.",
        pill=f"answered {answer.score:.0f} of 10",
        facts={"score": answer.score, "on": answer.on.isoformat(), "who": answer.who},
    )


CAUSES.add(
    Cause(
        name="detractor",
        title="Unhappy answer",
        means=f"Somebody there answered {HIGHEST} or less of 10 to an NPS survey within {DAYS} days.",
        step="Thank them and ask why",
        quiet_days=14,
        needs="answers",
        find=find,
    )
)
