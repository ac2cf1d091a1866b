"""Reads about pick-ups: where files are fetched from, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenure.sources.models import ImportRun, Pickup
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
    draft_id: str = ""  # the import of its first file, while nobody has decided about that

    @property
    def is_begun(self) -> bool:
        """Whether its first file was imported: until then none is fetched by the clock."""
        return bool(self.kind)

    @property
    def says(self) -> str:
        """How it went last, without the name of the place, beside which it stands."""
        return self.last_says.removeprefix(f"{self.where} ") or "not looked at yet"


def pickups(access: Access) -> list[PickupRow]:
    """The workspace's pick-ups, by where they fetch from."""
    return [_row(row) for row in access.of(Pickup).order_by("where", "id")]


def pickup_of(access: Access, pickup_id: str) -> PickupRow:
    """One pick-up, with the import of its first file. Http404 for strangers'."""
    row = access.get(Pickup, pickup_id)
    draft = access.of(ImportRun).filter(pickup=row, status=ImportRun.DRAFT).first()
    return _row(row, draft.pk if draft else "")


def _row(row: Pickup, draft_id: str = "") -> PickupRow:
    return PickupRow(
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
        draft_id=draft_id,
    )
