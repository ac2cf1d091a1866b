"""What happens by the clock: days roll over, and what nobody needs any more is cleared away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tenure.accounts import duplicates, matching, placing
from tenure.demo import removing
from tenure.events import dictionary, lake, retention, sealing
from tenure.health import actions as health
from tenure.health.models import Standing
from tenure.insight.audit import keeping
from tenure.insight.hazard import actions as hazards
from tenure.jobs import apart, durable, reactions, refresh
from tenure.kit import clock
from tenure.kit.models import Live, OutboxCursor, OutboxFact
from tenure.mailing import posting
from tenure.renewals import jobs as renewals
from tenure.renewals import snapshots
from tenure.sources.exports import asking
from tenure.sources.models import ImportAdded, ImportChange
from tenure.sources.pickups import actions as pickups
from tenure.sources.queries import UNDO_WITHIN
from tenure.touchpoints import actions as touchpoints
from tenure.workspaces.access import access_for_job, access_for_machine, all_workspaces
from tenure.workspaces.actions import forget_old_entries
from tenure.workspaces.models import Invitation, Workspace

log = logging.getLogger(__name__)
EVERY_MINUTE = "* * * * *"
HOURLY = "7 * * * *"
KEEP_LIVE = timedelta(hours=1)
KEEP_FACTS = timedelta(days=7)
KEEP_JOBS = timedelta(days=30)
KEEP_INVITATIONS = timedelta(days=30)
LAKE_TABLES = (lake.EVENTS, "scores", snapshots.TABLE)


def register() -> None:
    """Make the jobs startable."""
    durable.job("hourly", hourly)
    durable.job("pickups", pick_up)
    durable.job("mails", post_mails)


def start() -> None:
    """Put the schedule into force, and do once what may have been missed while nothing ran."""
    durable.schedule("hourly", HOURLY, "hourly")
    durable.schedule("pickups", EVERY_MINUTE, "pickups")
    durable.schedule("mails", EVERY_MINUTE, "mails")
    durable.enqueue(f"hourly at start:{clock.now().isoformat()}", "hourly", None)


def hourly(_: Any) -> None:
    """Roll over the workspaces in whose zone a day has begun, see who is who, learn, forecast, clear away."""
    workspaces = list(all_workspaces())
    for steps in _STEPS:
        for workspace in workspaces:
            for step in steps:
                _try(step, workspace)
    prune()
    durable.forget(clock.now() - KEEP_JOBS)


def _try(step: Callable[[Workspace], object], workspace: Workspace) -> None:
    """One workspace's strange data must not keep the others, or its own other work, from being done."""
    if removing.is_leaving(workspace.pk):
        removing.forget_files(workspace.pk)
        return
    try:
        step(workspace)
    except Exception:
        if removing.is_leaving(workspace.pk):
            return
        log.exception("%s of workspace %s failed; it is tried again in an hour", step.__name__, workspace.pk)


def learn_who_leaves(workspace: Workspace) -> None:
    """Fit the hazard anew, once a day."""
    if hazards.is_due(access_for_machine(workspace)):
        apart.run(apart.LEARN, workspace.pk)


def write_forecasts(workspace: Workspace) -> None:
    """Write down what is forecast; the first time also of the past year, which reads the whole record."""
    if renewals.has_none(workspace):
        apart.run(apart.FORECASTS, workspace.pk)
    else:
        renewals.write_forecasts(workspace)


def find_out_anew(workspace: Workspace) -> None:
    """Have metrics and health profiles judged anew, where it is time."""
    keeping.keep_fresh(access_for_job(workspace, "Tenure"))


def know_who_is_who(workspace: Workspace) -> None:
    """Give people of no account the one their address speaks for, and look for duplicates."""
    if matching.attaches(workspace):
        placing.attach_people(workspace)
    duplicates.find(workspace)


def pick_up(_: Any) -> None:
    """Fetch the files that are due, and import them."""
    pickups.look_after(progress=reactions.give_way)


def post_mails(_: Any) -> None:
    """Have the mails sent that are due."""
    posting.plan_due()


def begin_day(workspace: Workspace) -> None:
    """Roll over where a new day has begun."""
    if is_new_day(workspace):
        roll_over(workspace)


def is_new_day(workspace: Workspace) -> bool:
    """Whether a day has begun since the accounts were last scored all together; no accounts, no new day."""
    return Standing.objects.filter(workspace=workspace, as_of__lt=clock.today(workspace.zone)).exists()


def roll_over(workspace: Workspace) -> None:
    """Score every account as of the new day, mend the last days' history where data came late, tidy up."""
    recent = clock.today(workspace.zone) - timedelta(days=refresh.LATE_DAYS)
    health.backfill(workspace, max(recent, refresh.first_computable(workspace)))
    refresh.refresh(workspace)
    dictionary.refresh(workspace, whole=True)
    for table in LAKE_TABLES:
        lake.compact(workspace.id, table)
        lake.vacuum(workspace.id, table)
    sealing.clear(workspace.id)


# A line is done for one workspace after the other before the next line: a day begins for all of them first.
_STEPS: tuple[tuple[Callable[[Workspace], object], ...], ...] = (
    (begin_day,),
    (retention.keep_to_policy,),
    (know_who_is_who, learn_who_leaves, write_forecasts, find_out_anew),
)


def prune() -> None:
    """Delete what has been read by everybody, links nobody can use any more, and old audit entries."""
    now = clock.now()
    for kept in (ImportAdded, ImportChange):
        kept._default_manager.filter(run__created_at__lt=now - UNDO_WITHIN).delete()
    Live.objects.filter(recorded_at__lt=now - KEEP_LIVE).delete()
    Invitation.objects.filter(expires_at__lt=now - KEEP_INVITATIONS).delete()
    forget_old_entries()
    touchpoints.forget_removed()
    asking.forget_old()
    posting.forget_old()
    positions = OutboxCursor.objects.values_list("position", flat=True)
    OutboxFact.objects.filter(pk__lte=min(positions, default=0), recorded_at__lt=now - KEEP_FACTS).delete()
