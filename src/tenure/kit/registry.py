"""Registries: named things that one file or one entry adds, here or in another package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things by name, in the order they were added.

    `group` is the entry point group through which other packages add theirs: an entry point is
    loaded for its side effect of calling `add`.
    """

    def __init__(self, group: str) -> None:
        self.group = group
        self._items: dict[str, T] = {}
        self._loaded = False

    def add(self, item: T) -> T:
        """Add one; a second of the same name is a mistake and says so."""
        if item.name in self._items:
            raise ValueError(f"{self.group}: there is already one called {item.name!r}")
        self._items[item.name] = item
        return item

    def load_plugins(self) -> None:
        """Load what other packages offer under this group, once."""
        if self._loaded:
            return
        self._loaded = True
        for point in entry_points(group=self.group):
            point.load()

    def __getitem__(self, name: str) -> T:
        self.load_plugins()
        try:
            return self._items[name]
        except KeyError:
            known = ", ".join(sorted(self._items))
            raise KeyError(f"{self.group}: no {name!r}; there are {known}") from None

    def __contains__(self, name: object) -> bool:
        self.load_plugins()
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        self.load_plugins()
        return iter(tuple(self._items.values()))

    def __len__(self) -> int:
        self.load_plugins()
        return len(self._items)
