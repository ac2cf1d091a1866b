"""What was set aside: by reason, mended all of a kind by a rule, and rules kept for what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max

from tenure.events import mending
from tenure.events.mending import AnyRule
from tenure.events.models import MendingRule, MendingRun, RejectedEvent
from tenure.kit import outbox
from tenure.kit.facts import MendingRequested
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right


def kept_rules(workspace: Workspace) -> Mapping[str, Sequence[AnyRule]]:
    """The rules for what arrives, by reason, in the order they were made."""
    found: dict[str, list[AnyRule]] = {}
    for row in MendingRule.objects.filter(workspace=workspace).order_by("pk"):
        rule = mending.restored(row.rule)
        if rule is not None:
            found.setdefault(row.reason, []).append(rule)
    return found


@transaction.atomic
def request_mending(
    access: Access, reason: str, rule: AnyRule | None, *, is_kept: bool = False
) -> MendingRun:
    """Have all that waits for a reason mended by a rule (None: as it is) and put through, by the worker.

    `is_kept`: apply the rule to what arrives from now on, too.
    """
    access.require(Right.LOAD)
    waiting = access.of(RejectedEvent).filter(replayed_at=None, reason=reason)
    run = MendingRun.objects.create(
        workspace=access.workspace,
        reason=reason,
        rule=mending.stored(rule),
        total=waiting.count(),
        last=waiting.aggregate(last=Max("pk"))["last"] or 0,
        asked_by=access.who,
    )
    if is_kept and rule is not None:
        _keep(access, reason, rule)
    outbox.record(MendingRequested(workspace_id=access.workspace.id, run_id=run.pk))
    access.log("mended events", f"all {run.total:,} of “{reason}”: {rule or 'as they came'}")
    return run


def _keep(access: Access, reason: str, rule: AnyRule) -> None:
    same = access.of(MendingRule).filter(reason=reason, rule=mending.stored(rule))
    if not same.exists():
        MendingRule.objects.create(
            workspace=access.workspace, reason=reason, rule=mending.stored(rule), made_by=access.who
        )
        access.log("kept a mending rule", f"“{reason}”: {rule}")


@transaction.atomic
def stop_rule(access: Access, rule_id: int) -> None:
    """Let what arrives from now on come as it comes."""
    access.require(Right.LOAD)
    row = access.get(MendingRule, rule_id)
    access.log("stopped a mending rule", f"“{row.reason}”: {mending.restored(row.rule)}")
    row.delete()
