"""All hangs on one person."""

from __future__ import annotations

from tenure.kit import words
from tenure.warnings.rules import CAUSES, Cause, Finding, Known

SETTLED = 60  # days after the start: before, it is usual that one begins
SEATS = 3  # who bought fewer has nobody else
PEOPLE = 3  # who are known by name: with fewer, there may be nobody else to know


def find(known: Known) -> Finding | None:
    """A customer for 60 days with one active person in 28 days, or one who counts among three or more."""
    live = known.days_since(known.first_live_on)
    if live is None or live < SETTLED:
        return None
    seats = _seats(known)
    if known.metrics.get("active_people") == 1 and known.is_heard and (seats is None or seats >= SEATS):
        of = f" on {seats} seats" if seats else ""
        return Finding(
            says=f"Only one person used the product in the last 28 days{of}.",
            pill="one active person",
            facts={"active_people": 1, "seats": seats},
        )
    if len(known.stakeholders) == 1 and known.people >= PEOPLE:
        return Finding(
            says=f"Of {words.count(known.people, 'person', 'people')} there, only {known.stakeholders[0]} "
            "is somebody who decides or speaks for us.",
            pill="one stakeholder",
            facts={"stakeholders": list(known.stakeholders), "people": known.people},
        )
    return None


def _seats(known: Known) -> int | None:
    """The seats they bought, as seat use has them."""
    share, people = known.metrics.get("seat_use"), known.metrics.get("active_people")
    return round(people / share) if share and people else None


CAUSES.add(
    Cause(
        name="single_threaded",
        title="Single-threaded",
        means=f"A customer for {SETTLED} days with one active person in 28 days (on {SEATS} seats or more), "
        f"or one stakeholder among {PEOPLE} people or more.",
        step="Get to know a second person",
        quiet_days=28,
        needs="people",
        find=find,
    )
)
