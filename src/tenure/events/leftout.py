"""Events that went no further although nothing was wrong with them: counted by reason and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from tenure.events.models import DroppedEvents
from tenure.events.rules import Micros
from tenure.kit import clock
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

DAYS = 28


class Drop(StrEnum):
    """Why an event was left out."""

    BOT = "bot"
    DUPLICATE = "duplicate"


class Dropped(NamedTuple):
    """An event that was left out: why, its request's place, and when it was received."""

    reason: Drop
    position: int
    received_at: Micros


@dataclass(frozen=True)
class LeftOut:
    """How many events were left out for one reason: of each of the last days, oldest first."""

    reason: Drop
    days: tuple[int, ...]

    @property
    def total(self) -> int:
        """Of all these days."""
        return sum(self.days)


@transaction.atomic
def count(workspace: Workspace, stream: str, dropped: Sequence[Dropped], position: int) -> None:
    """Count what of a stream was left out up to `position`; what was counted before is not again."""
    places: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
    zone = ZoneInfo(workspace.zone)
    for one in dropped:
        day = datetime.fromtimestamp(one.received_at / 1_000_000, zone).date()
        places[one.reason.value, day].append(one.position)
    known = DroppedEvents.objects.filter(
        workspace=workspace, stream=stream, day__in={day for _, day in places}
    )
    rows = {(row.reason, row.day): row for row in known}
    for reason, day in places.keys() - rows.keys():
        rows[reason, day] = DroppedEvents(workspace=workspace, stream=stream, reason=reason, day=day)
    for place, positions in places.items():
        row = rows[place]
        row.count += sum(one > row.position for one in positions)
        row.position = max(row.position, position)
    new, old = [row for row in rows.values() if row.pk is None], [row for row in rows.values() if row.pk]
    DroppedEvents.objects.bulk_create(new)
    DroppedEvents.objects.bulk_update(old, ["count", "position"])


def recent(access: Access, days: int = DAYS) -> list[LeftOut]:
    """What was left out in the last days, most first; nothing for a reason that did not occur."""
    today = clock.today(access.workspace.zone)
    first = today - timedelta(days=days - 1)
    rows = access.of(DroppedEvents).filter(day__gte=first).values_list("reason", "day")
    found = {(reason, day): number for reason, day, number in rows.annotate(number=Sum("count"))}
    every = [
        LeftOut(reason, tuple(found.get((reason, first + timedelta(days=n)), 0) for n in range(days)))
        for reason in Drop
    ]
    return sorted((one for one in every if one.total), key=lambda one: -one.total)
