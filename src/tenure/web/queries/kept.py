"""Figures that take long, kept in memory until anything that they rest on moves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from typing import Generic, TypeVar

from tenure.events import lake
from tenure.health import history
from tenure.kit import changes
from tenure.workspaces.access import Access

T = TypeVar("T")


class Kept(Generic[T]):
    """The last `most` values by key, in this process; what is larger than `largest` rows is made anew."""

    def __init__(self, most: int, largest: int) -> None:
        self._most, self._largest = most, largest
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], rows: Callable[[T], int]) -> T:
        """The value of a key, made now if there is none."""
        found = self._values.get(key)
        if found is None:
            found = make()
            if rows(found) <= self._largest:
                self._keep(key, found)
        return found

    def _keep(self, key: Hashable, value: T) -> None:
        self._values[key] = value
        while len(self._values) > self._most:
            try:
                self._values.popitem(last=False)
            except KeyError:  # another thread was faster
                return


def state(access: Access, as_of: date) -> Hashable:
    """Whose figures, and the state of all records and of the scores of a month: another is another key.

    Who owns which customer is part of that state, so a book that changes has other figures at once.
    """
    workspace, month = access.workspace, f"{as_of:%Y-%m}"
    moved = tuple(sorted(changes.counts(workspace.id).items()))
    scores = tuple(sorted(lake.files(workspace.id, history.TABLE, (month, month))))
    whose = None if access.owners is None else tuple(sorted(access.owners))
    return workspace.id, workspace.currency, workspace.zone, whose, as_of, moved, scores
