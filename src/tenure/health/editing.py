"""Writes of profiles: each saves a version that counts from now on, and leaves all before it as it was."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from tenure.health.models import HealthProfile
from tenure.health.profile import DEFAULT, Profile, ProfileError, body_of
from tenure.health.versions import Versions, versions_of
from tenure.kit import clock, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

MOST_COMMENT = 300
MOST_PROFILES = 30


class Outdated(Exception):
    """Somebody else saved a version meanwhile."""


@transaction.atomic
def save(access: Access, draft: Profile, comment: str = "", based_on: int | None = None) -> HealthProfile:
    """Have a draft be the next version of the profile of its name.

    `based_on` is the version it was drafted from: Outdated if that is not the newest any more. ProfileError
    for a profile too many.
    """
    access.require(Right.DEFINE)
    versions = versions_of(access.workspace)
    if draft.name not in versions.by_name and len(versions.by_name) >= MOST_PROFILES:
        raise ProfileError(f"there are {MOST_PROFILES} profiles already; remove one first")
    number = versions.next_version(draft.name)
    if based_on is not None and based_on != number - 1:
        raise Outdated(f"version {number - 1} of {draft.title} was saved meanwhile")
    row = _write(access, draft, number, comment)
    access.log("saved a health profile", f"{draft.title} v{number}: {row.comment}".rstrip(": "))
    _ask_for_scores(access.workspace)
    return row


@transaction.atomic
def remove(access: Access, name: str, comment: str = "") -> None:
    """Have a profile hold for nobody from now on; its accounts go to the next that fits."""
    access.require(Right.DEFINE)
    versions = versions_of(access.workspace)
    if name == DEFAULT:
        raise ProfileError("the default cannot be removed: it is for everybody whom no other fits")
    profile = versions.on(name, clock.today(access.workspace.zone))
    if profile.name != name:
        raise ProfileError(f"there is no profile {name!r}")
    _write(access, profile, versions.next_version(name), comment, is_removed=True)
    access.log("removed a health profile", profile.title)
    _ask_for_scores(access.workspace)


@transaction.atomic
def reorder(access: Access, names: Sequence[str]) -> None:
    """Have profiles be asked in this order; those whose place differs get a version that says so."""
    access.require(Right.DEFINE)
    today, versions = clock.today(access.workspace.zone), versions_of(access.workspace)
    own = {one.name: one for one in versions.in_force(today) if one.name != DEFAULT}
    if sorted(names) != sorted(own):
        raise ProfileError(f"name each of {', '.join(own) or 'none'} once")
    for place, name in enumerate(names, start=1):
        if own[name].place != place:
            _write(access, own[name], versions.next_version(name), "Another order", place=place)
    access.log("reordered health profiles", ", ".join(names))
    _ask_for_scores(access.workspace)


def next_place(versions: Versions, workspace: Workspace) -> int:
    """Behind all others, before the default."""
    return max((one.place for one in versions.in_force(clock.today(workspace.zone))), default=0) + 1


def _write(
    access: Access,
    profile: Profile,
    number: int,
    comment: str,
    *,
    is_removed: bool = False,
    place: int | None = None,
) -> HealthProfile:
    body = body_of(profile)
    if profile.name != DEFAULT and place is not None:
        body["place"] = place
    try:
        with transaction.atomic():
            return HealthProfile.objects.create(
                workspace=access.workspace,
                name=profile.name,
                version=number,
                body=body,
                author=access.who,
                comment=" ".join(comment.split())[:MOST_COMMENT],
                is_removed=is_removed,
            )
    except IntegrityError:
        raise Outdated(f"version {number} of {profile.title} was saved meanwhile") from None


def _ask_for_scores(workspace: Workspace) -> None:
    """Everybody is scored anew as of today; no day before it is."""
    today = clock.today(workspace.zone).isoformat()
    outbox.record(RecordsChanged(workspace_id=workspace.id, table="health_profile", first_day=today))
