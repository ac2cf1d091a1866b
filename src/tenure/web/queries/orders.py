"""How the list of customers can be sorted: by columns of the account, figures of the standing, any metric."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Exists, OuterRef

from tenure.metrics.catalogue import Metrics
from tenure.metrics.models import MetricValue
from tenure.segments.attributes import read_name
from tenure.web.queries.attributes import ByAttribute
from tenure.web.queries.keyset import Stretch

if TYPE_CHECKING:
    from tenure.web.queries.customers import Found

SEAT_USE = "seat_use"
USUAL = "success"  # the worst first


def number(text: str) -> float:
    """A finite number. ValueError otherwise: nothing sorts before or behind what is none."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"not a number to sort by: {text}")
    return value


class Order(Hashable, Protocol):
    """How to sort customers by one column, those without a value last."""

    def stretches(self, found: Found, is_descending: bool) -> list[Stretch]: ...


@dataclass(frozen=True)
class Sort:
    """A column that the table can be sorted by, and how on the first click."""

    name: str
    title: str
    order: Order
    is_descending_first: bool = False


@dataclass(frozen=True)
class ByText:
    """By a text of the account; an empty one counts as missing."""

    column: str

    def stretches(self, found: Found, is_descending: bool) -> list[Stretch]:
        return [
            Stretch(
                lambda: found.rows().filter(**{f"{self.column}__gt": ""}), "id", self.column, is_descending
            ),
            Stretch(lambda: found.rows().filter(**{self.column: ""})),
        ]


@dataclass(frozen=True)
class ByStanding:
    """By a figure of the standing; last of all, accounts that were not yet scored."""

    column: str
    read: Callable[[str], Any] = number

    def stretches(self, found: Found, is_descending: bool) -> list[Stretch]:
        if found.is_rolled:
            return self._of_families(found, is_descending)
        row_id, is_missing = "standing__account_id", f"{self.column}__isnull"

        def scored(*, is_null: bool) -> Any:
            return found.rows("standing__").filter(standing__isnull=False, **{is_missing: is_null})

        return [
            Stretch(partial(scored, is_null=False), row_id, self.column, is_descending, self.read),
            Stretch(partial(scored, is_null=True), row_id),
            Stretch(lambda: found.rows().filter(standing__isnull=True)),
        ]

    def _of_families(self, found: Found, is_descending: bool) -> list[Stretch]:
        """By the figure that the rows show, which no index has: a family's, or an account's own."""
        name = self.column.removeprefix("standing__")
        return [
            Stretch(
                lambda: found.rows().filter(**{f"{name}__isnull": False}),
                "id",
                name,
                is_descending,
                self.read,
            ),
            Stretch(lambda: found.rows().filter(**{f"{name}__isnull": True})),
        ]


@dataclass(frozen=True)
class ByMetric:
    """By the latest value of a metric."""

    metric: str

    def stretches(self, found: Found, is_descending: bool) -> list[Stretch]:
        path = "metric_values__"
        known = partial(found.rows, path, **{f"{path}metric": self.metric})
        there = MetricValue.objects.filter(account=OuterRef("pk"), metric=self.metric)
        return [
            Stretch(known, f"{path}account_id", f"{path}value", is_descending, number),
            Stretch(lambda: found.rows().filter(~Exists(there))),
        ]


SORTS: Mapping[str, Sort] = {
    sort.name: sort
    for sort in (
        Sort("name", "Customer", ByText("name")),
        Sort("success", "Success", ByStanding("standing__score")),
        Sort("outcomes", "Outcomes", ByStanding("standing__outcomes")),
        Sort("experience", "Experience", ByStanding("standing__experience")),
        Sort("arr", "ARR", ByStanding("standing__arr_minor", int), is_descending_first=True),
        Sort("renewal", "Renewal", ByStanding("standing__renews_on", date.fromisoformat)),
        Sort("segment", "Segment", ByText("segment")),
        Sort("seat_use", "Seat use", ByMetric(SEAT_USE)),
        Sort("last_active", "Last active", ByStanding("standing__last_active_on", date.fromisoformat)),
        Sort("owner", "Owner", ByText("owner")),
    )
}


def sort_of(name: str, metrics: Metrics) -> Sort | None:
    """The order of that name: one of those above, by an attribute, or by any metric there is."""
    if found := read_name(name):
        kind, attribute = found
        return Sort(name, attribute.replace("_", " "), ByAttribute(attribute, kind))
    if name in SORTS or name not in metrics:
        return SORTS.get(name)
    metric = metrics[name]
    return Sort(name, metric.title, ByMetric(name), metric.better == "up")
