"""What health rests on: the metrics of its profiles, now and formerly, and of their rules."""

from __future__ import annotations

from collections.abc import Iterator

from tenure.health.profile import Profile, default
from tenure.health.versions import Version, versions_of
from tenure.kit import clock
from tenure.metrics.users import USERS, Hold, Use, User
from tenure.workspaces.models import Workspace


def uses(workspace: Workspace) -> Iterator[Use]:
    """What the profiles in force measure and ask, and what former versions measured."""
    versions = versions_of(workspace)
    now = {one.name: one for one in versions.in_force(clock.today(workspace.zone))}
    for profile in now.values():
        for metric in profile.metrics:
            yield Use(metric.name, f"health profile {profile.title}", Hold.SCORES)
        for condition in profile.rule.conditions:
            yield Use(condition.field.name, f"the condition of health profile {profile.title}", Hold.NEEDS)
    for name, former in versions.by_name.items():
        yield from _former(former, now.get(name))


def _former(versions: tuple[Version, ...], now: Profile | None) -> Iterator[Use]:
    """The last version that measured what the profile in force does not."""
    measured = {metric.name for metric in now.metrics} if now else set()
    for version in reversed(versions):
        for metric in version.profile.metrics:
            if metric.name not in measured:
                measured.add(metric.name)
                who = f"health profile {version.profile.title}, version {version.number}"
                yield Use(metric.name, who, Hold.SCORED)


def as_shipped() -> Iterator[Use]:
    """What the shipped profile measures."""
    for metric in default().metrics:
        yield Use(metric.name, f"health profile {default().title}", Hold.SCORES)


USERS.add(User("health profiles", uses, as_shipped))
