"""When a member was last here: what happened since then is news to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from tenure.desk.models import Habit
from tenure.kit import clock
from tenure.workspaces.access import Access

AWAY = timedelta(hours=4)  # without a look this long, the next one is another visit
_FRESH = timedelta(minutes=5)  # looks this close together are not written down


@transaction.atomic
def look(access: Access) -> datetime | None:
    """Note that the caller looks at Today; gives the end of the visit before, None at the first."""
    now = clock.now()
    habit, _ = Habit.objects.get_or_create(workspace=access.workspace, who=access.who)
    gone = None if habit.seen_at is None else now - habit.seen_at
    if gone is not None and gone > AWAY:
        habit.seen_before = habit.seen_at
    if gone is None or gone > _FRESH:
        habit.seen_at = now
        habit.save(update_fields=["seen_at", "seen_before"])
    return habit.seen_before


def last_visit(access: Access) -> datetime | None:
    """The end of the caller's visit before this one."""
    rows = access.of(Habit).filter(who=access.who)
    return rows.values_list("seen_before", flat=True).first()
