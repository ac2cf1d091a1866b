"""How long message ids are remembered and raw events kept; and letting go of what is older."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import Max

from tenure.events import lake, rollups, seen
from tenure.events.models import EventPolicy, RejectedEvent
from tenure.kit import clock, words
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry, Workspace
from tenure.workspaces.roles import Right

LONGEST_WINDOW = 90  # days; message ids of each are kept on disk
MOST_MONTHS = 240
WHO = "retention"  # how the audit log calls the schedule that removes


@dataclass(frozen=True)
class Removed:
    """What was let go: events and set-aside events from before a day."""

    before: date
    events: int
    rejected: int


def policy_of(workspace: Workspace) -> EventPolicy:
    """A workspace's policy; the usual one, not on record, where nobody chose."""
    return getattr(workspace, "event_policy", None) or EventPolicy(workspace=workspace)


def policy_for(access: Access) -> EventPolicy:
    """The policy of the caller's workspace, for whoever sees all of it."""
    return access.of(EventPolicy).first() or EventPolicy(workspace=access.workspace)


def longest_window() -> int:
    """The most days that any workspace remembers message ids."""
    longest = EventPolicy.objects.aggregate(longest=Max("window_days"))["longest"]
    return max(seen.WINDOW_DAYS, longest or 0)


def problems(window_days: int | None, keep_months: int | None) -> dict[str, str]:
    """What is wrong with a policy, by field."""
    wrong = {}
    if window_days is None or not 1 <= window_days <= LONGEST_WINDOW:
        wrong["window_days"] = f"From 1 to {LONGEST_WINDOW} days."
    if keep_months is not None and not 1 <= keep_months <= MOST_MONTHS:
        wrong["keep_months"] = f"From 1 to {MOST_MONTHS} months; empty to keep them for ever."
    return wrong


@transaction.atomic
def change_policy(access: Access, window_days: int, keep_months: int | None) -> EventPolicy:
    """Say how long to remember message ids (days) and to keep raw events (months; None: for ever).

    Raises ValueError for what `problems` finds.
    """
    access.require(Right.ADMINISTER)
    if wrong := problems(window_days, keep_months):
        raise ValueError(wrong)
    policy, _ = EventPolicy.objects.get_or_create(workspace=access.workspace)
    if (policy.window_days, policy.keep_months) != (window_days, keep_months):
        policy.window_days, policy.keep_months = window_days, keep_months
        policy.save(update_fields=["window_days", "keep_months"])
        kept = words.count(keep_months, "month") if keep_months else "for ever"
        access.log("changed event policy", f"message ids {words.days(window_days)}, raw events {kept}")
    return policy


def first_kept(today: date, keep_months: int) -> date:
    """The first day that is kept: that many whole months before this one."""
    months = today.year * 12 + today.month - 1 - keep_months
    return date(months // 12, months % 12 + 1, 1)


def keep_to_policy(workspace: Workspace) -> Removed | None:
    """Apply a workspace's policy, if it has one that ends; gives what was removed, None if nothing was."""
    policy = EventPolicy.objects.filter(workspace=workspace, keep_months__isnull=False).first()
    return remove_old(policy) if policy else None


def remove_old(policy: EventPolicy) -> Removed | None:
    """Remove what the policy does not keep, and say so in the audit log; None if there was nothing."""
    assert policy.keep_months is not None
    workspace, today = policy.workspace, clock.today(policy.workspace.zone)
    before = first_kept(today, policy.keep_months)
    events = lake.remove_before(workspace.id, lake.EVENTS, f"{before:%Y-%m}")
    if events:
        rollups.drop(workspace.id)
    start = datetime.combine(before, time(), UTC)
    rejected, _ = RejectedEvent.objects.filter(workspace=workspace, received_at__lt=start).delete()
    if not events and not rejected:
        return None
    removed = Removed(before, events, rejected)
    _put_on_record(policy, removed)
    return removed


@transaction.atomic
def _put_on_record(policy: EventPolicy, removed: Removed) -> None:
    policy.removed_before = max(removed.before, policy.removed_before or date.min)
    policy.removed_events += removed.events
    policy.removed_at = clock.now()
    policy.save(update_fields=["removed_before", "removed_events", "removed_at"])
    AuditEntry.objects.create(
        workspace=policy.workspace,
        who=WHO,
        did="removed raw events",
        what=f"{words.count(removed.events, 'event')} and {removed.rejected:,} set aside, from before "
        f"{removed.before.isoformat()}; scores and their history stay",
    )
