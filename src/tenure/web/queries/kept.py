"""Figures that take long, kept in memory until anything that they rest on moves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Generic, TypeVar

from tenure.events import lake
from tenure.health import history
from tenure.kit import changes
from tenure.revenue.models import RunningTerm
from tenure.workspaces.access import Access

T = TypeVar("T")


class Kept(Generic[T]):
    """The last `most` values by key, in this process, of at most `largest` rows together."""

    def __init__(self, most: int, largest: int) -> None:
        self._most, self._largest = most, largest
        self._making: dict[Hashable, Lock] = {}
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], rows: Callable[[T], int]) -> T:
        """The value of a key, made now if there is none; what is larger than all may be is not kept."""
        found = self._values.get(key)
        return self._made(key, make, rows) if found is None else found[0]

    def _made(self, key: Hashable, make: Callable[[], T], rows: Callable[[T], int]) -> T:
        """Made by whoever asks first; the others wait for it."""
        with self._making.setdefault(key, Lock()):
            found = self._values.get(key)
            if found is not None:
                return found[0]
            try:
                made = make()
                self._keep(key, made, rows(made))
            finally:
                self._making.pop(key, None)
            return made

    def has(self, key: Hashable) -> bool:
        """Whether the value of a key is there already."""
        return key in self._values

    def _keep(self, key: Hashable, value: T, rows: int) -> None:
        if rows > self._largest:
            return
        self._values[key] = value, rows
        while len(self._values) > self._most or self._rows > self._largest:
            try:
                self._values.popitem(last=False)
            except KeyError:  # another thread was faster
                return

    @property
    def _rows(self) -> int:
        return sum(rows for _, rows in list(self._values.values()))


MANY = 20_000  # contracts, from which on a page is there before its figures


def is_large(access: Access) -> bool:
    """Whether figures of the caller's contracts take longer than a page should wait."""
    return access.of(RunningTerm).values("pk")[MANY : MANY + 1].exists()


def state(access: Access, as_of: date) -> Hashable:
    """Whose figures, and the state of all records and of the scores of a month: another is another key.

    Who owns which customer is part of that state, so a book that changes has other figures at once.
    """
    workspace, month = access.workspace, f"{as_of:%Y-%m}"
    moved = tuple(sorted(changes.counts(workspace.id).items()))
    scores = tuple(sorted(lake.files(workspace.id, history.TABLE, (month, month))))
    whose = None if access.owners is None else tuple(sorted(access.owners))
    return workspace.id, workspace.currency, workspace.zone, whose, as_of, moved, scores
