"""Accounts with figures as a refresh leaves them, without computing them: quick, and as many as wanted."""

from __future__ import annotations

from typing import Any

from tenure.accounts.models import Account
from tenure.health import profile as profiles
from tenure.health.models import Standing
from tenure.health.profile import Profile
from tenure.health.scoring import score_one
from tenure.kit import clock
from tenure.metrics.models import MetricValue
from tenure.workspaces.access import Access


def known(access: Access, name: str, segment: str = "", **values: float) -> Account:
    """A customer whose latest figures are these, scored by the shipped profile."""
    workspace, today = access.workspace, clock.today(access.workspace.zone)
    account = Account.objects.create(
        workspace=workspace, external_id=name.lower(), name=name, segment=segment
    )
    values = {"live_terms": 1, **values}
    for metric, value in values.items():
        MetricValue.objects.create(
            workspace=workspace, account=account, metric=metric, value=value, as_of=today
        )
    scored = score_one(profiles.default(), values, former=values["live_terms"] == 0)
    Standing.objects.create(
        workspace=workspace,
        account=account,
        as_of=today,
        score=scored.score,
        computed=scored.computed,
        band=scored.band,
        basis=scored.basis,
        coverage=scored.coverage,
    )
    return account


def only(metric: str, best: float, **more: Any) -> Profile:
    """A profile of one metric: a hundred points at `best`."""
    rated = {"metric": metric, "weight": 1, "curve": [[0, 0], [best, 100]]}
    return profiles.read({"outcomes": [{"title": "Use", "measures": [rated]}], **more})
