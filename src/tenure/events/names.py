"""Reads of the dictionary of events: the names, one of them, those that stopped arriving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from django.db.models import Q

from tenure.events import rules
from tenure.events.dictionary import Property
from tenure.events.models import EventName
from tenure.kit import clock
from tenure.workspaces.access import Access

ORDERS = {
    "events": ("-events", "-last_seen"),
    "name": ("event", "kind"),
    "new": ("-first_seen",),
    "last": ("-last_seen",),
}


@dataclass(frozen=True)
class Name:
    """A line of the dictionary. Events, people and accounts are of the last 28 days, weeks oldest first."""

    id: int
    kind: str
    event: str
    first_seen: datetime
    last_seen: datetime
    events: int
    people: int
    accounts: int
    weeks: Sequence[int]
    description: str
    is_retired: bool
    rhythm: rules.Rhythm
    has_stopped: bool
    looked_at: int
    properties: Sequence[Property]
    described_by: str
    described_at: datetime | None


def names(access: Access, search: str = "", order: str = "events", most: int = 200) -> list[Name]:
    """The dictionary, the names that contain `search` only, in one of ORDERS."""
    rows = access.of(EventName)
    if search:
        rows = rows.filter(Q(event__icontains=search) | Q(description__icontains=search))
    today = clock.today(access.workspace.zone)
    return [_name(row, today) for row in rows.order_by(*ORDERS.get(order, ORDERS["events"]), "pk")[:most]]


def count(access: Access) -> int:
    """How many names there are."""
    return access.of(EventName).count()


def name(access: Access, name_id: int) -> Name:
    """One line; Http404 for any that is not the workspace's."""
    return _name(access.get(EventName, name_id), clock.today(access.workspace.zone))


def find(access: Access, event: str, kind: str = "") -> Name | None:
    """The line of a name."""
    rows = access.of(EventName).filter(event=event)
    row = (rows.filter(kind=kind) if kind else rows.order_by("-events")).first()
    return _name(row, clock.today(access.workspace.zone)) if row else None


def stopped(access: Access) -> list[Name]:
    """What came regularly and has stopped arriving, the most recent silence first."""
    regular = access.of(EventName).filter(is_retired=False, days_seen__gte=rules.LEAST_DAYS)
    today = clock.today(access.workspace.zone)
    return [one for row in regular.order_by("-last_seen") if (one := _name(row, today)).has_stopped]


def _name(row: EventName, today: date) -> Name:
    rhythm = rules.Rhythm(row.days_seen, row.longest_pause, row.last_day)
    return Name(
        id=row.pk,
        kind=row.kind,
        event=row.event,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        events=row.events,
        people=row.people,
        accounts=row.accounts,
        weeks=row.weeks,
        description=row.description,
        is_retired=row.is_retired,
        rhythm=rhythm,
        has_stopped=not row.is_retired and rules.has_stopped(rhythm, today),
        looked_at=row.looked_at,
        properties=msgspec.convert(row.properties, list[Property]),
        described_by=row.described_by,
        described_at=row.described_at,
    )
