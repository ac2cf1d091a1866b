"""What the pages of health profiles read: the profiles in their order, and their versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.http import Http404

from tenure.accounts.models import Account
from tenure.health.belonging import standpoint_of
from tenure.health.differences import differences
from tenure.health.models import HealthProfile, Standing
from tenure.health.profile import DEFAULT, Profile
from tenure.health.versions import Versions, read_row, versions_of
from tenure.kit import clock
from tenure.metrics.catalogue import ever_of
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class Listed:
    """A profile in force: whose it is in words, how many accounts have it, and who saved it when."""

    profile: Profile
    says: str
    accounts: int
    saved_at: datetime | None  # None: as shipped
    author: str


def listed(access: Access) -> list[Listed]:
    """The profiles in the order in which they are asked, the default last."""
    today = clock.today(access.workspace.zone)
    standpoint = standpoint_of(access.workspace, today)
    have = dict(access.of(Standing).values_list("profile").annotate(count=Count("pk")))
    rows = {(row.name, row.version): row for row in access.of(HealthProfile).defer("body")}
    found = []
    for one in versions_of(access.workspace).in_force(today):
        row = rows.get((one.name, one.version))
        says = "Customers whom no other profile is for" if one.name == DEFAULT else one.rule.says(standpoint)
        saved_at, author = (row.valid_from, row.author) if row else (None, "")
        found.append(Listed(one, says, have.get(one.name, 0), saved_at, author))
    return found


def in_force(access: Access, name: str) -> tuple[Profile, Versions]:
    """The profile of a name as it is today, with all versions; Http404 if there is none."""
    versions = versions_of(access.workspace)
    found = versions.on(name, clock.today(access.workspace.zone))
    if found.name != name:
        raise Http404("no such profile")
    return found, versions


def version(access: Access, name: str, number: int) -> Profile:
    """One version of a profile, in force or not."""
    if name == DEFAULT and number == 1:
        from tenure.health.profile import default

        return default()
    row = access.of(HealthProfile).filter(name=name, version=number).first()
    if row is None:
        raise Http404("no such version")
    return read_row(row, ever_of(access.workspace))


def those_of(access: Access, profile: Profile) -> QuerySet[Account] | None:
    """The accounts whose figures a curve is drawn over; None for all."""
    if profile.rule:
        return access.of(Account).filter(profile.rule.q(standpoint_of(access.workspace, clock.today())))
    if not access.of(HealthProfile).exclude(name=DEFAULT).exists():
        return None
    return access.of(Account).filter(standing__profile=DEFAULT)


@dataclass(frozen=True)
class Saved:
    """A version as the list of versions shows it, with what it changed."""

    version: int
    author: str
    comment: str
    saved_at: datetime | None
    is_removed: bool
    changed: list[str]


def saved(access: Access, name: str) -> list[Saved]:
    """Every version of a profile, newest first, each against the one before it."""
    rows = list(access.of(HealthProfile).filter(name=name).order_by("version"))
    before: Profile | None = None
    found: list[Saved] = []
    if name == DEFAULT:
        before = version(access, DEFAULT, 1)
        if not rows or rows[0].version > 1:
            found.append(Saved(1, "Tenure", "As shipped", None, is_removed=False, changed=[]))
    if not rows and name != DEFAULT:
        raise Http404("no such profile")
    standpoint = standpoint_of(access.workspace, clock.today(access.workspace.zone))
    metrics = ever_of(access.workspace)
    for row in rows:
        now = read_row(row, metrics)
        changed = differences(before, now, standpoint) if before else []
        found.append(Saved(row.version, row.author, row.comment, row.valid_from, row.is_removed, changed))
        before = now
    return found[::-1]
