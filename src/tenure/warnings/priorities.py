"""Keeps the order of those who need somebody: one row per account with open warnings."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Avg

from tenure.health.models import Standing
from tenure.kit.pieces import pieces
from tenure.warnings import loss
from tenure.warnings.known import Ids, among
from tenure.warnings.loss import Chance
from tenure.warnings.models import EarlyWarning, LossRate, Priority
from tenure.warnings.rules import Open, Place, place
from tenure.workspaces.access import Access

SMALL = 0.1  # of what a customer pays on average: below, customers are pooled by cause
_FIELDS = ["lead", "is_at_risk", "is_small", "since", "visible_from", "arr_minor", "sort_key"]


def chances(access: Access) -> dict[str, Chance]:
    """P(lost within 90 days) by band, from the workspace's own history where there is enough."""
    rows = access.of(LossRate).values_list("band", "lost", "seen")
    return loss.chances({band: (lost, seen) for band, lost, seen in rows})


def rewrite(access: Access, ids: Ids, today: date) -> None:
    """Bring the order of these accounts in line with their warnings; only what differs is written."""
    places = _places(access, ids, today)
    rows = {row.account_id: row for row in among(access, Priority, ids)}
    changed = [
        Priority(account_id=key, workspace=access.workspace, **place._asdict())
        for key, place in places.items()
        if key not in rows or Place(*(getattr(rows[key], name) for name in Place._fields)) != place
    ]
    for piece in pieces(changed):
        Priority.objects.bulk_create(
            piece, update_conflicts=True, unique_fields=["account"], update_fields=_FIELDS
        )
    for gone in pieces(sorted(rows.keys() - places.keys())):
        access.of(Priority).filter(pk__in=gone).delete()


def _places(access: Access, ids: Ids, today: date) -> dict[str, Place]:
    """Each account's place, by its open warnings and its standing."""
    columns = ("account_id", "cause", "rank", "is_opportunity", "opened_on", "snoozed_until")
    found: dict[str, list[Open]] = defaultdict(list)
    for key, *about in among(access, EarlyWarning, ids).filter(closed_on=None).values_list(*columns):
        found[key].append(Open(*about))
    standings = among(access, Standing, ids).values_list("account_id", "arr_minor", "band")
    paid = {key: (arr, band) for key, arr, band in standings if key in found}
    by_band, small_below = chances(access), _small_below(access)
    return {
        key: place(warnings, arr, by_band[band].share, small_below, today)
        for key, warnings in found.items()
        for arr, band in [paid.get(key, (None, ""))]
    }


def _small_below(access: Access) -> float:
    """The yearly revenue under which a customer of this workspace is small; 0 where nobody pays."""
    paying = access.of(Standing).filter(arr_minor__gt=0)
    return SMALL * (paying.aggregate(mean=Avg("arr_minor"))["mean"] or 0)
