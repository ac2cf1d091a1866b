"""Profiles in all their versions, and scores set by hand, as they move from one workspace to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from tenure.accounts.queries import accounts_by_ref, in_chunks
from tenure.health.models import HealthOverride, HealthProfile
from tenure.health.profile import ProfileError
from tenure.health.versions import versions_of
from tenure.kit import outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right


class MovedVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a profile, in force from the end of the day of `valid_from` on."""

    name: str
    version: int
    body: dict[str, Any]
    valid_from: datetime
    author: str = ""
    comment: str = ""
    is_removed: bool = False


class MovedOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A score that somebody set, of an account by its outside id."""

    account_id: str
    score: float
    reason: str
    who: str
    starts_on: date
    ends_on: date
    recorded_at: datetime
    ended_by: str = ""


def versions(access: Access) -> Iterator[MovedVersion]:
    """Every version of every profile, oldest first."""
    names = MovedVersion.__struct_fields__
    rows = access.of(HealthProfile).order_by("valid_from", "pk").values_list(*names)
    return (MovedVersion(*row) for row in rows.iterator(500))


def overrides(access: Access) -> Iterator[MovedOverride]:
    """Every score set by hand, oldest first."""
    names = MovedOverride.__struct_fields__[1:]
    rows = access.of(HealthOverride).order_by("recorded_at", "pk")
    return (MovedOverride(*row) for row in rows.values_list("account__external_id", *names).iterator(2000))


@transaction.atomic
def take_versions(access: Access, moved: Iterable[MovedVersion]) -> int:
    """Have profiles be as they were elsewhere, where this workspace has none of its own; gives how many.

    ProfileError, and nothing is kept, for one that is no profile.
    """
    access.require(Right.DEFINE)
    if access.of(HealthProfile).exists():
        raise ProfileError("this workspace has health profiles of its own; they stay as they are")
    rows = list(moved)
    HealthProfile.objects.bulk_create(
        HealthProfile(workspace=access.workspace, **msgspec.structs.asdict(one)) for one in rows
    )
    versions_of(access.workspace)  # reads and checks them all
    if rows:
        _announce(access, "health_profile", min(one.valid_from for one in rows).date())
    return len(rows)


@transaction.atomic
def take_overrides(access: Access, moved: Iterable[MovedOverride]) -> int:
    """Add scores set by hand to accounts that are here; gives how many. The same again adds nothing."""
    access.require(Right.WORK)
    added, first = 0, date.max
    for chunk in in_chunks(moved):
        accounts = accounts_by_ref(access.workspace.id, {one.account_id for one in chunk})
        known = set(access.of(HealthOverride).values_list("account_id", "recorded_at"))
        rows = [
            HealthOverride(workspace=access.workspace, account_id=accounts[one.account_id], **_said(one))
            for one in chunk
            if one.account_id in accounts and (accounts[one.account_id], one.recorded_at) not in known
        ]
        HealthOverride.objects.bulk_create(rows)
        added, first = added + len(rows), min([first, *(row.starts_on for row in rows)])
    if added:
        _announce(access, "health_override", first)
    return added


def _said(one: MovedOverride) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name != "account_id"}


def _announce(access: Access, table: str, first: date) -> None:
    outbox.record(RecordsChanged(workspace_id=access.workspace.id, table=table, first_day=first.isoformat()))
