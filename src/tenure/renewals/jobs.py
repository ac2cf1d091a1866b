"""What happens to renewals by the clock: each night's forecast is written down."""

from __future__ import annotations

from datetime import timedelta

from tenure.kit import clock
from tenure.renewals import snapshots
from tenure.renewals.models import Forecast
from tenure.workspaces.access import access_for_machine
from tenure.workspaces.models import Workspace


def write_forecasts(workspace: Workspace) -> int:
    """Write down what is forecast at the end of yesterday, unless it is already; gives how many there are.

    A workspace's first time also works out those of the past year, so that their record is not empty.
    """
    access = access_for_machine(workspace)
    yesterday = clock.today(workspace.zone) - timedelta(days=1)
    is_first = has_none(workspace)
    made = snapshots.take_due(access, yesterday)
    if made and is_first:
        made += snapshots.take_missing(access)
    return len(made)


def has_none(workspace: Workspace) -> bool:
    """Whether no forecast of a workspace is written down yet."""
    return not access_for_machine(workspace).of(Forecast).exists()
