"""Writes of insight: what lifetime values rest on."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from tenure.insight.models import Economics
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right
from tenure.workspaces.rules import said

CHANGED = "changed economics"  # as the audit log calls it
WITHIN = {"gross_margin": (0.01, 1.0), "discount": (0.001, 1.0), "hourly_minor": (0, 10**9)}


def set_economics(
    access: Access,
    gross_margin: float | None = None,
    discount: float | None = None,
    hourly_minor: int | None = None,
) -> Economics:
    """Say what a workspace's margin, yearly discount and cost of an hour are; None leaves one as it is.

    ValueError for one out of range.
    """
    given = {"gross_margin": gross_margin, "discount": discount, "hourly_minor": hourly_minor}
    return change_economics(access, {name: value for name, value in given.items() if value is not None})


@transaction.atomic
def change_economics(access: Access, told: Mapping[str, float | None]) -> Economics:
    """The same by name; None takes one back, so that it is assumed again. ValueError for one out of range."""
    access.require(Right.ADMINISTER)
    for name, value in told.items():
        low, high = WITHIN[name]
        if value is not None and not low <= value <= high:
            raise ValueError(f"{name.replace('_', ' ')} {value:g} is out of range: {low:g} to {high:g}")
    before = Economics.objects.filter(workspace=access.workspace).first() or Economics()
    old = {name: _said(getattr(before, name)) for name in told}
    found, _ = Economics.objects.update_or_create(workspace=access.workspace, defaults=dict(told))
    if changed := said(old, {name: _said(value) for name, value in told.items()}):
        access.log(CHANGED, changed)
    return found


def _said(value: float | None) -> str:
    return "assumed" if value is None else f"{value:g}"
