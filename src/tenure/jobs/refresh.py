"""From facts to figures: what came in or changed is rescored, warned about, and told to open pages."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from tenure.demo import removing
from tenure.desk import rolling
from tenure.events import retention
from tenure.health import actions as health
from tenure.health import outlook
from tenure.kit import clock, live, outbox, statistics
from tenure.kit.facts import EventsArrived, RecordsChanged
from tenure.kit.outbox import Recorded
from tenure.metrics import queries as metrics
from tenure.revenue import jobs as revenue
from tenure.warnings import actions as warnings
from tenure.workspaces.access import workspace_of_job
from tenure.workspaces.models import Workspace

log = logging.getLogger(__name__)

CONSUMER = "refresh"
FACTS = (EventsArrived, RecordsChanged)
MOST_FACTS = 500
LIVE_TOPIC = "accounts"
MOST_LIVE_IDS = 200  # more than an open page shows: "many" says it shorter
LATE_DAYS = 7  # what is later than that rewrites history now, the rest with the day's roll-over


class NotAllRefreshed(Exception):
    """Some workspaces could not be refreshed; the facts that ask for it are kept."""


@dataclass(frozen=True)
class Touched:
    """What a workspace's facts say together: which accounts (None: all), and since which day."""

    account_ids: frozenset[str] | None
    first_day: date


def refresh(
    workspace: Workspace, account_ids: Collection[str] | None = None, first_day: date | None = None
) -> None:
    """Rescore accounts (None: all), raise and close their warnings, tell open pages.

    Where the figures of days long past moved, from `first_day` on, their history is written anew too, as
    far back as there are raw events to compute it from.
    """
    if first_day is not None:
        first_day = max(first_day, first_computable(workspace))
    today = clock.today(workspace.zone)
    is_history_new = first_day is not None and first_day < today - timedelta(days=LATE_DAYS)
    if first_day is not None and is_history_new:
        health.backfill(workspace, first_day)
    revenue.keep_running(workspace, account_ids)
    health.refresh(workspace, account_ids)
    warnings.refresh(workspace, account_ids)
    rolling.refresh(workspace, account_ids)
    if account_ids is None or is_history_new:
        outlook.refresh(workspace, today)
    many = account_ids is None or len(account_ids) > MOST_LIVE_IDS
    if many:
        statistics.gather()
    live.publish(workspace.id, LIVE_TOPIC, () if many or account_ids is None else sorted(account_ids))


def first_computable(workspace: Workspace) -> date:
    """The first day whose figures the raw events still give: of earlier ones the history stays as it is."""
    removed_before = retention.policy_of(workspace).removed_before
    return removed_before + timedelta(days=metrics.reach().days) if removed_before else date.min


def turn() -> bool:
    """Handle the facts that wait, all of a workspace's in one refresh; False if none waited."""
    waiting = outbox.read(CONSUMER, MOST_FACTS, kinds=FACTS)
    if not waiting:
        return False
    failed = [
        again
        for workspace_id, touched in together(waiting).items()
        if (again := _try(workspace_id, touched)) is not None
    ]
    with transaction.atomic():
        outbox.record(*failed)
        outbox.acknowledge(CONSUMER, waiting)
    if failed:
        raise NotAllRefreshed(f"{len(failed)} workspaces could not be refreshed; they wait for the next turn")
    return True


def catch_up() -> None:
    """Handle all that waits; a workspace that cannot be refreshed is left to the worker to try again."""
    with suppress(NotAllRefreshed):
        while turn():
            pass


def together(waiting: Iterable[Recorded]) -> dict[str, Touched]:
    """Everything that waits, one entry per workspace."""
    found: defaultdict[str, list[Touched]] = defaultdict(list)
    for one in waiting:
        fact = one.fact
        assert isinstance(fact, FACTS)
        ids = frozenset(fact.account_ids) or None
        found[fact.workspace_id].append(Touched(ids, date.fromisoformat(fact.first_day)))
    return {workspace_id: _union(parts) for workspace_id, parts in found.items()}


def _union(parts: list[Touched]) -> Touched:
    some = [part.account_ids for part in parts if part.account_ids is not None]
    ids = frozenset().union(*some) if len(some) == len(parts) else None
    return Touched(ids, min(part.first_day for part in parts))


def _try(workspace_id: str, touched: Touched) -> RecordsChanged | None:
    """Refresh one workspace. If that fails, the fact that makes it be tried again: others must not wait."""
    if removing.is_leaving(workspace_id):
        return None
    try:
        refresh(workspace_of_job(workspace_id), touched.account_ids, touched.first_day)
    except Exception:
        if not removing.is_leaving(workspace_id):
            log.exception("workspace %s could not be refreshed", workspace_id)
            return _again(workspace_id, touched)
    removing.forget_files(workspace_id)  # if it went meanwhile
    return None


def _again(workspace_id: str, touched: Touched) -> RecordsChanged:
    return RecordsChanged(
        workspace_id=workspace_id,
        table="",
        account_ids=tuple(sorted(touched.account_ids or ())),
        first_day=touched.first_day.isoformat(),
        caused_by="refresh tried again",
    )
