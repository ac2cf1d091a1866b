"""The views of the list of customers that everybody has, as tabs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tenure.segments.rules import Rule
from tenure.web.queries.orders import SORTS, USUAL
from tenure.web.queries.wanted import Wanted


@dataclass(frozen=True)
class View:
    """A rule worth a tab of its own."""

    name: str
    title: str
    texts: tuple[str, ...] = ()
    sort: str = USUAL

    @cached_property
    def wanted(self) -> Wanted:
        """What its address asks for."""
        return Wanted(Rule.of(self.texts), sort=SORTS[self.sort])


VIEWS = (
    View("all", "All"),
    View("renewing", "Renewing soon", ("renewal.within.120",), "renewal"),
    View("poor", "Poor health", ("band.is.poor",)),
    View("content", "Content, not successful", ("outcomes.below.50", "experience.at_least.50"), "outcomes"),
    View("silent", "Silent", ("last_active.before.14",), "last_active"),
    View("mine", "My book", ("owner.is.me",)),
)
