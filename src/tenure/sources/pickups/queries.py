"""Reads about pick-ups: where files are fetched from, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenure.sources.models import Pickup
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class PickupRow:
    """A pick-up as the page shows it; what its headers say is shown to nobody."""

    id: str
    where: str
    kind: str
    every_minutes: int
    is_on: bool
    has_headers: bool
    created_by: str
    last_at: datetime | None
    last_says: str
    last_failed: bool
    failures: int
    next_at: datetime


def pickups(access: Access) -> list[PickupRow]:
    """The workspace's pick-ups that have been previewed, by where they fetch from."""
    rows = access.of(Pickup).exclude(kind="").order_by("where", "id")
    return [
        PickupRow(
            id=row.pk,
            where=row.where,
            kind=row.kind,
            every_minutes=row.every_minutes,
            is_on=row.is_on,
            has_headers=bool(row.headers),
            created_by=row.created_by,
            last_at=row.last_at,
            last_says=row.last_says,
            last_failed=row.last_failed,
            failures=row.failures,
            next_at=row.next_at,
        )
        for row in rows
    ]
