"""The list of customers by family: whoever stands on top, with the figures of all below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, F, When

from tenure.workspaces.access import Access

_BOTH = ("band", "score", "outcomes", "experience", "arr_minor", "renews_on", "last_active_on")

# Not coalesced: a family without a figure has none, whatever its top has.
FIGURES: Mapping[str, Any] = {
    **{
        name: Case(When(roll_up__isnull=False, then=F(f"roll_up__{name}")), default=F(f"standing__{name}"))
        for name in _BOTH
    },
    "family": F("roll_up__accounts"),
    "active": F("roll_up__people"),
    "seats": F("roll_up__seats"),
    "open": F("roll_up__tickets"),
}


def may_roll(access: Access) -> bool:
    """Whether families' figures are the caller's to see in a list: they reach beyond a book."""
    return not access.is_narrowed


def of_family(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row has besides where its figures are a family's: neither weeks nor an override."""
    return {"family": row["family"], "weeks": [], "override_id": None} if row.get("family") else {}


def together(row: Mapping[str, Any]) -> dict[str, float]:
    """The metrics that a family has together; others say nothing about more than one account."""
    people, seats, arr = row["active"], row["seats"], row["arr_minor"]
    found = {
        "active_people": people,
        "open_tickets": row["open"],
        "arr": arr,
        "mrr": None if arr is None else arr / 12,
        "seat_use": people / seats if people is not None and seats else None,
    }
    return {name: float(value) for name, value in found.items() if value is not None}
