"""Figures of renewals, kept in memory until anything that they rest on moves."""

from __future__ import annotations

from datetime import date

from tenure.renewals import queries
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Target
from tenure.revenue.quarters import Quarter
from tenure.web.queries.kept import Kept, state
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

KEPT: Kept[Renewals] = Kept(most=16, largest=300_000)  # rows of half a kilobyte


def renewals(access: Access, quarter: Quarter, as_of: date) -> Renewals:
    """The figures of a quarter as of a day, as `renewals.queries.renewals` tells them now."""
    access.require(Right.READ)
    key = (state(access, as_of), quarter, access.of(Target).count())
    return KEPT.get(
        key,
        lambda: queries.renewals(access, quarter, as_of),
        lambda found: len(found.due) + len(found.at_stake),
    )
