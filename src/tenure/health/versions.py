"""All versions of a workspace's profiles, and which of them was in force on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tenure.health import profile as profiles
from tenure.health.models import HealthProfile
from tenure.health.profile import DEFAULT, Profile
from tenure.metrics.catalogue import Metrics, ever_of
from tenure.workspaces.models import Workspace


@dataclass(frozen=True)
class Version:
    """A version of a profile, in force from the end of `since` on; removed ones give way to the default."""

    profile: Profile
    since: date
    number: int
    is_removed: bool = False


@dataclass(frozen=True)
class Versions:
    """A workspace's profiles by name, each with its versions, oldest first."""

    by_name: Mapping[str, tuple[Version, ...]]

    def on(self, name: str, day: date) -> Profile:
        """The version in force at the end of a day; the default's before the first and after the last."""
        found = _last(self.by_name.get(name, ()), day)
        if found and not found.is_removed:
            return found.profile
        return profiles.default() if name == DEFAULT else self.on(DEFAULT, day)

    def in_force(self, day: date) -> list[Profile]:
        """The profiles that accounts can have on a day, in their order, the default last."""
        found = [self.on(name, day) for name in self.by_name if name != DEFAULT]
        own = sorted((one for one in found if one.name != DEFAULT), key=lambda one: (one.place, one.name))
        return [*own, self.on(DEFAULT, day)]

    def next_version(self, name: str) -> int:
        """The number of the version that a change makes; the shipped default is its first."""
        known = [version.number for version in self.by_name.get(name, ())]
        return max(known, default=1 if name == DEFAULT else 0) + 1

    def with_draft(self, draft: Profile, day: date) -> Versions:
        """As if a draft were saved on a day."""
        mine = (*self.by_name.get(draft.name, ()), Version(draft, day, draft.version))
        return Versions({**self.by_name, draft.name: mine})

    def without(self, name: str, day: date) -> Versions:
        """As if a profile were removed on a day."""
        mine = self.by_name.get(name, ())
        removed = Version(self.on(name, day), day, self.next_version(name), is_removed=True)
        return Versions({**self.by_name, name: (*mine, removed)})


def _last(versions: Iterable[Version], day: date) -> Version | None:
    return next((one for one in reversed(tuple(versions)) if one.since <= day), None)


def versions_of(workspace: Workspace) -> Versions:
    """Every version there is, the shipped default aside."""
    zone, metrics = ZoneInfo(workspace.zone), ever_of(workspace)
    found: defaultdict[str, list[Version]] = defaultdict(list)
    for row in HealthProfile.objects.filter(workspace=workspace).order_by("version"):
        since = row.valid_from.astimezone(zone).date()
        found[row.name].append(_version(row, since, metrics))
    return Versions({name: tuple(rows) for name, rows in found.items()})


def _version(row: HealthProfile, since: date, metrics: Metrics) -> Version:
    """A row as a version; one that measures nothing any more gives way like a removed one."""
    if not _is_left(row, metrics):
        return Version(profiles.default(), since, row.version, is_removed=True)
    return Version(read_row(row, metrics), since, row.version, row.is_removed)


def read_row(row: HealthProfile, metrics: Metrics) -> Profile:
    """The profile that a row holds; measures of metrics that are gone meanwhile have gone with them.

    `metrics`: `ever_of` its workspace, since a former version may rest on what was taken out.
    """
    body = {
        side: [_known(group, metrics) for group in row.body.get(side, ())]
        for side in ("outcomes", "experience")
    }
    return profiles.read({**row.body, **body, "name": row.name, "version": row.version}, metrics)


def _known(group: dict[str, Any], metrics: Metrics) -> dict[str, Any]:
    return {**group, "measures": [one for one in group["measures"] if one["metric"] in metrics]}


def _is_left(row: HealthProfile, metrics: Metrics) -> bool:
    """Whether a version still measures anything."""
    groups = [*row.body.get("outcomes", ()), *row.body.get("experience", ())]
    return any(_known(group, metrics)["measures"] for group in groups)
