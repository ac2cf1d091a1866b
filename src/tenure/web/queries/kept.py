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
    """The last `most` values by key, in this process, of at most `largest` rows together.

    Of each key only the value of the latest state: what it was before nobody asks for again.
    """

    def __init__(self, most: int, largest: int) -> None:
        self._most, self._largest = most, largest
        self._making: dict[Hashable, Lock] = {}
        self._values: OrderedDict[Hashable, tuple[Hashable, T, int]] = OrderedDict()

    def get(self, key: Hashable, now: Hashable, make: Callable[[], T], rows: Callable[[T], int]) -> T:
        """The value of a key as things are now, made if there is none; what is too large is not kept."""
        found = self._values.get(key)
        return found[1] if found and found[0] == now else self._made(key, now, make, rows)

    def _made(self, key: Hashable, now: Hashable, make: Callable[[], T], rows: Callable[[T], int]) -> T:
        """Made by whoever asks first; the others wait for it."""
        with self._making.setdefault((key, now), Lock()):
            found = self._values.get(key)
            if found and found[0] == now:
                return found[1]
            self._values.pop(key, None)  # before the next one is made: there is not room for both
            try:
                made = make()
                self._keep(key, now, made, rows(made))
            finally:
                self._making.pop((key, now), None)
            return made

    def has(self, key: Hashable, now: Hashable) -> bool:
        """Whether the value of a key as things are now is there already."""
        found = self._values.get(key)
        return found is not None and found[0] == now

    def _keep(self, key: Hashable, now: Hashable, value: T, rows: int) -> None:
        if rows > self._largest:
            return
        self._values[key] = now, value, rows
        while len(self._values) > self._most or self._rows > self._largest:
            try:
                self._values.popitem(last=False)
            except KeyError:  # another thread was faster
                return

    @property
    def _rows(self) -> int:
        return sum(rows for *_, rows in list(self._values.values()))


MANY = 20_000  # contracts, from which on a page is there before its figures


def is_large(access: Access) -> bool:
    """Whether figures of the caller's contracts take longer than a page should wait."""
    return access.of(RunningTerm).values("pk")[MANY : MANY + 1].exists()


def whose(access: Access) -> Hashable:
    """Whose figures they are: a workspace's, of everybody or of some owners."""
    owners = None if access.owners is None else tuple(sorted(access.owners))
    return access.workspace.id, owners


def state(access: Access, as_of: date) -> Hashable:
    """How all records and the scores of a month are on a day; in another state figures are made anew.

    Who owns which customer is part of that state, so a book that changes has other figures at once.
    """
    workspace, month = access.workspace, f"{as_of:%Y-%m}"
    moved = tuple(sorted(changes.counts(workspace.id).items()))
    scores = tuple(sorted(lake.files(workspace.id, history.TABLE, (month, month))))
    return workspace.currency, workspace.zone, as_of, moved, scores
