"""Customers as the table and exports have them: what is read of each, and what it means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import ExpressionWrapper, F, QuerySet, TextField

from tenure.kit import clock
from tenure.kit.prepared import Prepared
from tenure.metrics.models import MetricValue
from tenure.revenue import products
from tenure.web.queries import rolled
from tenure.web.queries.attributes import values_of

_SAID = ("id", "external_id", "name", "domain", "segment", "owner", "parent_id")
_STANDING = (
    "band",
    "score",
    "outcomes",
    "experience",
    "arr_minor",
    "renews_on",
    "last_active_on",
    "override_id",
)
FIGURES: Mapping[str, Any] = {
    **{name: F(f"standing__{name}") for name in _STANDING},
    # As text: most lines were drawn before, and nobody reads their weeks then.
    "weeks": ExpressionWrapper(F("standing__weeks"), output_field=TextField(null=True)),
}


@dataclass(frozen=True)
class Row:
    """A customer in the table. None is "no data"."""

    id: str
    external_id: str
    name: str
    domain: str
    segment: str
    owner: str
    band: str
    score: float | None
    outcomes: float | None
    experience: float | None
    weeks: list[float | None]
    arr_minor: int | None
    renews_on: date | None
    last_active_on: date | None
    metrics: Mapping[str, float]  # those asked for; none where there is no data
    override_id: str | None = None  # of a score set by hand
    family: int = 0  # how many accounts the figures are of, where they are a family's together
    parent_id: str | None = None
    parent: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)  # by field, those asked for
    products: Sequence[str] = ()  # that run today, where asked for


class Asked(NamedTuple):
    """What is read of each customer besides what every line has."""

    metrics: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()  # fields
    has_products: bool = False


class Line(NamedTuple):
    """All that a row is made of, as it was read: where two are equal, so are their rows."""

    names: tuple[str, ...]
    values: tuple[Any, ...]
    metrics: tuple[float | None, ...]
    attributes: tuple[Any, ...]
    products: tuple[str, ...]

    @property
    def id(self) -> str:
        """The customer's."""
        return str(self.values[0])

    def row(self, asked: Asked) -> Row:
        """The customer; `asked` is what the line was read with."""
        read = dict(zip(self.names, self.values, strict=True))
        known = zip(asked.metrics, self.metrics, strict=True)
        is_family = bool(read.get("family"))
        return Row(
            **{name: read[name] for name in (*_SAID, *_STANDING)}
            | {"band": read["band"] or "", "weeks": json.loads(read["weeks"] or "[]")}
            | rolled.of_family(read),
            parent=read["parent_name"] or "",
            attributes=dict(zip(asked.attributes, self.attributes, strict=True)),
            products=self.products,
            metrics=rolled.together(read)
            if is_family
            else {name: value for name, value in known if value is not None},
        )


def lines(
    found: Sequence[Mapping[str, Any]],
    asked: Asked,
    attribute: Callable[[str, Any], Any] = lambda _, value: value,
) -> list[Line]:
    """Lines of what `Found.rows` gives: metrics, attributes and products by a query each for all of them.

    `attribute` makes of a field's value what a line holds; by default the value itself.
    """
    ids = [row["id"] for row in found]
    if not ids:
        return []
    values, attributes = _metrics(ids, asked.metrics), values_of(ids, asked.attributes)
    bought = products.names_of(ids, clock.today("UTC")) if asked.has_products else {}
    names = _names("family" in found[0])
    read = itemgetter(*names)
    return [
        Line(
            names,
            read(row),
            tuple([values.get((row["id"], metric)) for metric in asked.metrics]),
            tuple([attribute(one, attributes.get(row["id"], {}).get(one)) for one in asked.attributes]),
            tuple(bought.get(row["id"], ())),
        )
        for row in found
    ]


def read_of(figures: Mapping[str, Any], rows: QuerySet[Any]) -> Any:
    """The customers of a query with all that every line has, as dictionaries."""
    return rows.annotate(**figures, parent_name=F("parent__name")).values(*_SAID, *figures, "parent_name")


@lru_cache(maxsize=2)
def _names(is_rolled: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_SAID, *FIGURES, *(rolled.FIGURES if is_rolled else ()), "parent_name")))


def _metrics(account_ids: Sequence[str], metrics: Sequence[str]) -> Mapping[tuple[str, str], float]:
    """The latest values of metrics by account and metric."""
    asked = sorted(set(metrics))
    if not asked:
        return {}
    found = _values(len(account_ids), len(asked))(*account_ids, *asked)
    return {(account_id, metric): value for account_id, metric, value in found}


@lru_cache(maxsize=64)
def _values(accounts: int, metrics: int) -> Prepared[tuple[str, str, float]]:
    """The latest values of so many metrics of so many accounts."""

    def rows(*ids: str) -> QuerySet[Any, Any]:
        found = MetricValue.objects.filter(account__in=ids[:accounts], metric__in=ids[accounts:])
        return found.values_list("account_id", "metric", "value")

    return Prepared(MetricValue, rows)
