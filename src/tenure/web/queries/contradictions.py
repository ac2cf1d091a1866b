"""Which scores contracts and owners speak against, as the page lists them: whose, which way round."""

from __future__ import annotations

from dataclasses import dataclass

from tenure.insight.disagreement import GOOD, POOR, Disagreement
from tenure.renewals.contradictions import disagreements
from tenure.workspaces.access import Access

MOST = 200


@dataclass(frozen=True)
class Side:
    """Customers of one band of health of whom the opposite is said, most money first."""

    title: str
    says: str
    rows: list[Disagreement]
    count: int
    arr_minor: int


def sides(access: Access) -> list[Side]:
    """Good scores that money or people doubt, then poor ones that they do not share."""
    found = disagreements(access)
    return [_side(found, *one) for one in _SIDES]


def _side(found: list[Disagreement], band: str, title: str, says: str) -> Side:
    rows = [one for one in found if one.band == band]
    return Side(title, says, rows[:MOST], len(rows), sum(one.arr_minor for one in rows))


_SIDES = (
    (
        GOOD,
        "Good health, and yet",
        "Either the score misses something, or the contract is about something else than success.",
    ),
    (
        POOR,
        "Poor health, and yet",
        "Either somebody knows what the score does not, or trouble has not reached the contract yet.",
    ),
)
