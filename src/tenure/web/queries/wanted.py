"""What the address of the Customers page asks for, and the addresses that ask for something near it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict

from tenure.metrics.catalogue import Metrics, shipped
from tenure.segments.fields import fields_of
from tenure.segments.rules import Rule
from tenure.web.queries import columns as choosing
from tenure.web.queries.columns import Column
from tenure.web.queries.lines import Asked
from tenure.web.queries.orders import SORTS, USUAL, Sort, sort_of


@dataclass(frozen=True)
class Wanted:
    """What the address of the page asks for: which customers, in which order, what of them, from where on."""

    rule: Rule = field(default_factory=Rule)
    search: str = ""
    sort: Sort = SORTS[USUAL]
    is_descending: bool = False
    show: tuple[str, ...] = choosing.USUAL
    is_rolled: bool = False  # whoever stands on top only, each with the figures of all below
    view: str = ""  # the saved view it began with
    after: str = ""
    before: str = ""
    catalogue: Metrics = field(default_factory=shipped)  # the metrics there are

    @classmethod
    def of(cls, parameters: QueryDict, metrics: Metrics) -> Wanted:
        """Read the address; an unknown order is the usual one, and so are columns that do not exist.

        `metrics`: those of the workspace.
        """
        given = parameters.get("sort", "")
        sort = sort_of(given.removeprefix("-"), metrics)
        return cls(
            Rule.parse(parameters, fields_of(metrics)),
            parameters.get("q", "").replace("\0", "").strip()[:100],
            sort or SORTS[USUAL],
            sort is not None and given.startswith("-"),
            choosing.read(parameters.get("show", ""), metrics),
            parameters.get("roll") == "1",
            parameters.get("view", "")[:32],
            parameters.get("after", ""),
            parameters.get("before", ""),
            metrics,
        )

    @cached_property
    def query_string(self) -> str:
        """The same, as an address has it."""
        return self._address({"view": self.view, "after": self.after, "before": self.before})

    @cached_property
    def state(self) -> str:
        """What a saved view keeps of it: all but the view's own id and the page."""
        return self._address({})

    @property
    def is_narrowed(self) -> bool:
        """Whether some customers may not be meant."""
        return bool(self.rule or self.search or self.is_rolled)

    @property
    def order(self) -> str:
        """The order as the address has it; empty for the usual one."""
        order = ("-" if self.is_descending else "") + self.sort.name
        return "" if order == USUAL else order

    @property
    def shown(self) -> str:
        """The columns as the address has them; empty for the usual ones."""
        return "" if self.show == choosing.USUAL else ",".join(self.show)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns, after the name."""
        return choosing.columns(self.show, self.catalogue)

    @cached_property
    def asked(self) -> Asked:
        """What is read of each customer for the columns."""
        metrics = tuple(dict.fromkeys(column.metric for column in self.columns if column.metric))
        return Asked(metrics, tuple(self.attributes), "products" in self.show)

    @property
    def attributes(self) -> list[str]:
        """The attributes among the columns."""
        return [column.attribute for column in self.columns if column.attribute]

    def _address(self, more: Mapping[str, str]) -> str:
        """The rule writes its part once, for the dozens of addresses of a page."""
        rolled = "1" if self.is_rolled else ""
        named = {"q": self.search, "sort": self.order, "show": self.shown, "roll": rolled, **more}
        rest = urlencode([(name, value) for name, value in named.items() if value])
        return "&".join(filter(None, (self.rule.query_string, rest)))

    def where(self, rule: Rule) -> Wanted:
        """With another rule, from the start."""
        return replace(self, rule=rule, after="", before="")

    def searching(self, text: str) -> Wanted:
        """With other words, from the start."""
        return replace(self, search=text, after="", before="")

    def showing(self, names: Sequence[str]) -> Wanted:
        """With other columns."""
        return replace(self, show=tuple(names) or choosing.USUAL)

    def rolled(self, *, is_rolled: bool) -> Wanted:
        """Per family, or per account."""
        return replace(self, is_rolled=is_rolled, after="", before="")

    def viewing(self, view_id: str) -> Wanted:
        """The same, as the saved view of that id."""
        return replace(self, view=view_id)

    def sorted_by(self, sort: Sort) -> Wanted:
        """What a click on a column's head asks for: sorted by it, or the other way round."""
        is_descending = not self.is_descending if sort == self.sort else sort.is_descending_first
        return replace(self, sort=sort, is_descending=is_descending, after="", before="")

    def behind(self, mark: str) -> Wanted:
        """The page after a mark; without one, the first."""
        return replace(self, after=mark, before="")

    def ahead_of(self, mark: str) -> Wanted:
        """The page before a mark, or the last."""
        return replace(self, after="", before=mark)
