"""Whoever stood up for us there is gone, or has fallen silent."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Champion, Finding, Known

DAYS = 30


def find(known: Known) -> Finding | None:
    """Every champion has left, or was active once and has not been for 30 days while events arrive.

    One who never uses the product, as a director may, is not missed there.
    """
    if not known.champions or any(not _is_gone(known, one) for one in known.champions):
        return None
    last = max(known.champions, key=lambda one: one.left_on or one.last_on or known.today)
    if last.left_on and last.left_on <= known.today:
        day = words.day(last.left_on, known.today)
        says, pill = f"{last.name}, their champion, left: {day}.", "champion left"
    else:
        days = words.days(known.days_since(last.last_on) or 0)
        says, pill = f"{last.name}, their champion, has not used the product for {days}.", "champion silent"
    others = len(known.champions) - 1
    also = f" Nor is there another: {words.count(others, 'more champion')} gone before." if others else ""
    return Finding(says=says + also, pill=pill, facts={"champions": [one.name for one in known.champions]})


def _is_gone(known: Known, one: Champion) -> bool:
    if one.left_on is not None and one.left_on <= known.today:
        return True
    quiet = known.days_since(one.last_on)
    return known.is_heard and quiet is not None and quiet >= DAYS


CAUSES.add(
    Cause(
        name="champion_gone",
        title="Champion gone",
        means=f"Every champion there has left, or was active once and has not been for {DAYS} days.",
        step="Find a new champion",
        quiet_days=28,
        needs="champions",
        find=find,
    )
)
