"""What an export of customers holds: every fact of the list, and the metrics that its columns show."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tenure.kit.money import Money
from tenure.metrics.definition import Metric, Unit
from tenure.segments.attributes import read_name
from tenure.web.exporting import Field
from tenure.web.exporting import Row as Line
from tenure.web.queries import customers
from tenure.web.queries.attributes import FILE_KINDS, exported
from tenure.web.queries.customers import Found
from tenure.web.queries.lines import Row
from tenure.web.queries.orders import SEAT_USE
from tenure.web.queries.wanted import Wanted

_ALWAYS = (
    Field("account_id"),
    Field("name"),
    Field("domain"),
    Field("segment"),
    Field("owner"),
    Field("health"),
    Field("score", "number"),
    Field("outcomes", "number"),
    Field("experience", "number"),
    Field(SEAT_USE, "number"),
    Field("arr", "money"),
    Field("currency"),
    Field("renews_on", "day"),
    Field("last_active_on", "day"),
)


def fields(wanted: Wanted) -> list[Field]:
    """The columns of the file."""
    metrics = (Field(one.name, "money" if _is_money(one) else "number") for one in _further(wanted))
    bought = [Field("products")] if "products" in wanted.show else []
    return [*_ALWAYS, *metrics, *bought, *(one for name in wanted.attributes for one in _of_attribute(name))]


def lines(found: Found, wanted: Wanted) -> Iterator[Line]:
    """Every customer that is meant, in order; amounts in major units."""
    further, currency = _further(wanted), found.workspace.currency
    for row in customers.every_row(found, wanted, [SEAT_USE, *(one.name for one in further)]):
        figures = (_figure(one, row.metrics.get(one.name), currency) for one in further)
        said = (one for name in wanted.attributes for one in _said(name, row.attributes.get(name)))
        bought = [", ".join(row.products)] if "products" in wanted.show else []
        yield [*_line(row, currency), *figures, *bought, *said]


def _of_attribute(field: str) -> list[Field]:
    """Its column; and where its type has a form, one for values that do not fit."""
    kind, name = read_name(field) or ("text", field)
    typed = Field(name, FILE_KINDS.get(kind, "text"))
    return [typed] if kind == "text" else [typed, Field(f"{name} (as given)")]


def _said(field: str, value: Any) -> list[Any]:
    found = exported(field, value)
    if len(_of_attribute(field)) == 1:
        return [found]
    return [found, "" if found is not None or value is None else str(value)]


def _further(wanted: Wanted) -> list[Metric]:
    """Metrics that are shown and not in every export."""
    shown = (column.shows for column in wanted.columns)
    return [metric for metric in shown if metric and metric.name != SEAT_USE]


def _line(row: Row, currency: str) -> Line:
    texts = (row.external_id, row.name, row.domain, row.segment, row.owner, row.band)
    figures = (row.score, row.outcomes, row.experience, row.metrics.get(SEAT_USE))
    return [*texts, *figures, _major(row.arr_minor, currency), currency, row.renews_on, row.last_active_on]


def _is_money(metric: Metric) -> bool:
    return metric.unit == Unit.MONEY


def _figure(metric: Metric, value: float | None, currency: str) -> float | Decimal | None:
    return _major(value, currency) if _is_money(metric) else value


def _major(minor: float | None, currency: str) -> Decimal | None:
    return None if minor is None else Money(round(minor), currency).amount
