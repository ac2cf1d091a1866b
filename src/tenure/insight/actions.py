"""Writes of insight: what lifetime values rest on."""

from __future__ import annotations

from django.db import transaction

from tenure.insight.models import Economics
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

_WITHIN = {"gross_margin": (0.01, 1.0), "discount": (0.001, 1.0), "hourly_minor": (0, 10**9)}


@transaction.atomic
def set_economics(
    access: Access,
    gross_margin: float | None = None,
    discount: float | None = None,
    hourly_minor: int | None = None,
) -> Economics:
    """Say what a workspace's margin, yearly discount and cost of an hour are; None leaves one as it is.

    ValueError for one out of range.
    """
    access.require(Right.ADMINISTER)
    given = {"gross_margin": gross_margin, "discount": discount, "hourly_minor": hourly_minor}
    said = {name: value for name, value in given.items() if value is not None}
    for name, value in said.items():
        low, high = _WITHIN[name]
        if not low <= value <= high:
            raise ValueError(f"{name.replace('_', ' ')} {value:g} is out of range: {low:g} to {high:g}")
    found, _ = Economics.objects.update_or_create(workspace=access.workspace, defaults=said)
    access.log("changed settings", ", ".join(f"{name} {value:g}" for name, value in said.items()))
    return found
