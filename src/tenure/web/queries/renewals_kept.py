"""Figures of renewals, kept in memory until anything that they rest on moves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import date

from tenure.events import lake
from tenure.health import history
from tenure.kit import changes
from tenure.renewals import queries
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Target
from tenure.revenue.quarters import Quarter
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MOST = 8  # in a process
LARGEST = 20_000  # rows of one; larger ones are made anew
_kept: OrderedDict[Hashable, Renewals] = OrderedDict()


def renewals(access: Access, quarter: Quarter, as_of: date) -> Renewals:
    """The figures of a quarter as of a day, as `renewals.queries.renewals` tells them now."""
    access.require(Right.READ)
    key = _key(access, quarter, as_of)
    found = _kept.get(key)
    if found is None:
        found = queries.renewals(access, quarter, as_of)
        if len(found.due) + len(found.at_stake) <= LARGEST:
            _keep(key, found)
    return found


def _key(access: Access, quarter: Quarter, as_of: date) -> Hashable:
    """Whose figures of when, and the state of all they rest on: another state is another key.

    Who owns which customer is part of that state, so a book that changes has other figures at once.
    """
    workspace, month = access.workspace, f"{as_of:%Y-%m}"
    moved = tuple(sorted(changes.counts(workspace.id).items()))
    scores = tuple(sorted(lake.files(workspace.id, history.TABLE, (month, month))))
    aims = access.of(Target).count()
    whose = None if access.owners is None else tuple(sorted(access.owners))
    return workspace.id, workspace.currency, workspace.zone, whose, quarter, as_of, moved, scores, aims


def _keep(key: Hashable, found: Renewals) -> None:
    _kept[key] = found
    while len(_kept) > MOST:
        try:
            _kept.popitem(last=False)
        except KeyError:  # another thread was faster
            return
