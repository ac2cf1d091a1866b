"""Background entrances: the dictionary and folded use follow arrivals, rejected events go through."""

from __future__ import annotations

import logging
import time
from functools import partial

from tenure.events import actions, dictionary, mending, sealing
from tenure.events.actions import BusyError
from tenure.events.models import MendingRun, RejectedEvent
from tenure.kit import clock, live, outbox
from tenure.kit.facts import EventsStored
from tenure.workspaces.access import access_for_machine, all_workspaces
from tenure.workspaces.models import Workspace

log = logging.getLogger(__name__)

CONSUMER = "dictionary"
MOST_FACTS = 2_000
MENDED_AT_ONCE = 500
LIVE_TOPIC = "mending"
_PATIENCE = 120  # seconds that another replay may take


def follow_arrivals() -> bool:
    """Bring the dictionaries of workspaces to which events came up to date; False if none came."""
    waiting = outbox.read(CONSUMER, MOST_FACTS, kinds=(EventsStored,))
    for workspace in all_workspaces().filter(pk__in={one.fact.workspace_id for one in waiting}):
        dictionary.refresh(workspace)
    outbox.acknowledge(CONSUMER, waiting)
    return bool(waiting)


def fold_use() -> bool:
    """Fold the product use of every workspace where enough came to be worth it; False if none did."""
    waiting = [workspace for workspace in all_workspaces() if sealing.is_worth(workspace)]
    return sum(_fold(workspace) for workspace in waiting) > 0


def _fold(workspace: Workspace) -> bool:
    """One that fails must not keep others waiting; its figures are read from the events until it works."""
    try:
        return sealing.seal(workspace)
    except Exception:
        log.exception("the product use of workspace %s could not be folded", workspace.pk)
        return False


def run_mending(run_id: str) -> None:
    """Put through what a run is about, some hundred at a time; begun again, it goes on where it was."""
    run = MendingRun.objects.select_related("workspace").filter(pk=run_id).first()
    while run is not None and run.status != MendingRun.DONE:
        _mend_some(run)
        live.publish(run.workspace_id, LIVE_TOPIC, [run.pk])


def _mend_some(run: MendingRun) -> None:
    waiting = RejectedEvent.objects.filter(
        workspace_id=run.workspace_id,
        reason=run.reason,
        replayed_at=None,
        pk__gt=run.reached,
        pk__lte=run.last,
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:MENDED_AT_ONCE])
    if ids:
        done = _replay(run, ids)
        run.status, run.reached = MendingRun.RUNNING, ids[-1]
        run.tried += len(ids)
        run.went_through += done.done
    else:
        run.status, run.finished_at = MendingRun.DONE, clock.now()
    run.save(update_fields=["status", "reached", "tried", "went_through", "finished_at"])


def _replay(run: MendingRun, ids: list[int]) -> actions.Replayed:
    """Replay some, after whoever else is at it."""
    mend = partial(mending.mend_text, one=mending.restored(run.rule))
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return actions.replay(access_for_machine(run.workspace), ids, mend)
        except BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
