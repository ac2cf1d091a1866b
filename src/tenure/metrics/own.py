"""A workspace's own metrics: what somebody says of one, checked, and made into a value like the shipped ones.

Names of events and properties come from customers: they become literals of expressions, never SQL text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tenure.kit import words
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Example, Measure, Measured, Metric, Side, Unit, Where
from tenure.metrics.measures import Count, Distinct
from tenure.metrics.properties import OwnAttribute, PropertyDistinct, PropertyLast, PropertySum, of_property

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_DAYS = 366
MOST_FILTERS = 5
_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
# What rules, columns and orders of the list of customers call something else.
TAKEN = frozenset(
    "name segment owner band score weakest outcomes experience trend profile override renewal last_active "
    "success sides weeks domain id parent product products".split()
)

Kind = Literal["count", "distinct", "sum", "last", "share", "ratio", "difference", "attribute"]
Test = Literal["is", "is_not", "at_least", "at_most", "contains", "is_known"]
OF_EVENTS: tuple[Kind, ...] = ("count", "distinct", "sum", "last", "share")
OF_METRICS: tuple[Kind, ...] = ("ratio", "difference")
PARTS = ("first", "second")  # where a metric of two names them
UNITS = (Unit.COUNT, Unit.SHARE, Unit.RATIO, Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.SCORE, Unit.MONEY)


class OwnMetricError(ValueError):
    """A metric that cannot be computed; says what would be right. `field`: where, like `filters.0.value`."""

    def __init__(self, says: str, field: str = "") -> None:
        super().__init__(says)
        self.field = field


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on a property of an event. Numbers are compared as numbers, all else as text."""

    property: str
    test: Test = "is"
    value: str = ""

    def says(self) -> str:
        """`plan is Pro`."""
        return f"{self.property} {self.test.replace('_', ' ')} {self.value}".strip()


class OwnMetric(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody says of a metric, as a row or a file keeps it.

    `event`, `filters`, `days` for those of events; `property` is what is summed, is last, or is told apart
    (distinct without one counts people). `first` and `second` name the metrics of a ratio or difference.
    """

    name: str
    title: str
    kind: Kind
    event: str = ""
    property: str = ""
    filters: tuple[Filter, ...] = ()
    days: int = 28
    first: str = ""
    second: str = ""
    attribute: str = ""
    means: str = ""
    unit: Unit = Unit.COUNT
    better: Literal["up", "down", ""] = ""
    side: Side = Side.OUTCOME
    leading: bool = True


def read(body: object) -> OwnMetric:
    """A metric from its file's or row's content; OwnMetricError says what is wrong with its form."""
    try:
        return msgspec.convert(body, OwnMetric, strict=False)
    except msgspec.ValidationError as error:
        raise OwnMetricError(str(error)) from error


Fault = tuple[str, str]  # at which part, and what would be right


def problem(own: OwnMetric) -> Fault | None:
    """The first thing that is wrong with a metric by itself; None if nothing is."""
    faults = (_of_words(own), _of_kind(own), *(_of_filter(*one) for one in enumerate(own.filters)))
    return next(filter(None, faults), None)


def _of_words(own: OwnMetric) -> Fault | None:
    if not _NAME.fullmatch(own.name):
        return "name", "The name takes 2 to 60 small letters, digits and _, and begins with a letter."
    if own.name in METRICS:
        return "name", f"There is a shipped metric called {own.name}; choose another name."
    if own.name in TAKEN:
        return "name", f"Something else is called {own.name} in lists and filters; choose another name."
    if not 1 <= len(own.title) <= 80:
        return "title", "Give it a title of at most 80 letters."
    if own.unit not in UNITS:
        return "unit", f"The unit is one of {', '.join(UNITS)}."
    return ("means", "Say in at most 500 letters what it means.") if len(own.means) > 500 else None


def _of_kind(own: OwnMetric) -> Fault | None:
    if own.kind in OF_EVENTS:
        return _of_events(own)
    if own.kind in OF_METRICS:
        missing = next((name for name in PARTS if not getattr(own, name)), "")
        return (missing, "Name two metrics.") if missing else None
    return None if own.attribute else ("attribute", "Say which attribute.")


def _of_events(own: OwnMetric) -> Fault | None:
    if not own.event:
        return "event", "Say which event."
    if not 1 <= own.days <= MOST_DAYS:
        return "days", f"The window is 1 to {MOST_DAYS} days."
    if own.kind in ("sum", "last") and not own.property:
        return "property", f"Say of which property the {own.kind} is."
    if own.kind == "share" and not own.filters:
        return "filters", "A share needs a condition on a property: the share of the events that fulfil it."
    return ("filters", f"At most {MOST_FILTERS} conditions.") if len(own.filters) > MOST_FILTERS else None


def _of_filter(at: int, one: Filter) -> Fault | None:
    if not one.property:
        return f"filters.{at}.property", "A condition needs a property."
    if one.test in ("at_least", "at_most") and _number(one.value) is None:
        return f"filters.{at}.value", f"“{one.value}” is not a number to compare {one.property} with."
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def computed_otherwise(one: OwnMetric, other: OwnMetric) -> str:
    """The first part by which two of a name come to other values; empty if they differ in words only."""
    parts = ("kind", "event", "property", "filters", "days", *PARTS, "attribute")
    return next((part for part in parts if getattr(one, part) != getattr(other, part)), "")


def compiled(own: Mapping[str, OwnMetric]) -> dict[str, Metric]:
    """Own metrics as values, by name. OwnMetricError for one that rests on itself or on none there is.

    They are gone through in their order, and the error names the part of the one that it began with.
    """
    made: dict[str, Metric] = {}
    for name in own:
        _make(name, own, made, ())
    return made


def _make(name: str, own: Mapping[str, OwnMetric], made: dict[str, Metric], above: tuple[str, ...]) -> Metric:
    if name in METRICS:
        return METRICS[name]
    if name in above:
        raise OwnMetricError(f"{' → '.join((*above, name))}: a metric cannot rest on itself.")
    if name not in own:
        raise OwnMetricError(
            f"{above[-1]}: there is no metric {name}; name a shipped one, or one of your own."
        )
    if name not in made:
        one = own[name]
        parts = [_part(one, part, own, made, above) for part in PARTS if getattr(one, part)]
        made[name] = _compile(one, *(parts if one.kind in OF_METRICS else ()))
    return made[name]


def _part(
    one: OwnMetric, part: str, own: Mapping[str, OwnMetric], made: dict[str, Metric], above: tuple[str, ...]
) -> Metric:
    try:
        return _make(getattr(one, part), own, made, (*above, one.name))
    except OwnMetricError as wrong:
        wrong.field = part
        raise


@lru_cache(maxsize=1024)
def _compile(own: OwnMetric, *parts: Metric) -> Metric:
    """The same value for the same words, so that what is compiled from it is kept."""
    measures, value, formula = _OF[own.kind](own, *parts)
    return Metric(
        name=own.name,
        title=own.title,
        means=own.means or f"{sentence(own)}.",
        unit=own.unit,
        better=own.better or None,
        leading=own.leading,
        side=own.side,
        measures=measures,
        value=value,
        example=Example(as_of="2026-01-01", gives={}),
        missing=_missing(own, parts),
        formula=formula,
    )


Made = tuple[dict[str, Measure], Any, str]


def sentence(own: OwnMetric) -> str:
    """What is computed, in words: `How often “Exported” in 28 days, where plan is Pro`."""
    if own.kind == "attribute":
        return f"The attribute “{own.attribute}” of a customer"
    if own.kind in OF_METRICS:
        return f"{own.first} {'divided by' if own.kind == 'ratio' else 'less'} {own.second}"
    where = " and ".join(one.says() for one in own.filters)
    what = {
        "count": f"How often “{own.event}”",
        "distinct": f"How many different {own.property or 'people'} with “{own.event}”",
        "sum": f"The sum of {own.property} over “{own.event}”",
        "last": f"The last {own.property} of “{own.event}”",
        "share": f"The share of “{own.event}” with {where}",
    }[own.kind]
    tail = f", where {where}" if where and own.kind != "share" else ""
    return f"{what} in {words.days(own.days)}{tail}"


def _missing(own: OwnMetric, parts: tuple[Metric, ...]) -> str:
    if own.kind == "attribute":
        return f"The attribute “{own.attribute}” of this account, as a number."
    return (
        " ".join(part.missing for part in parts)
        or f"Product events of this account, among them “{own.event}”."
    )


def _where(own: OwnMetric, filters: tuple[Filter, ...]) -> Where:
    """The rows of the event that fulfil the filters."""

    def holds(rows: ir.Table) -> ir.BooleanValue:
        found = rows.event == own.event
        for one in filters:
            found = found & _holds(one, rows)
        return found

    return Where(", ".join((own.event, *(one.says() for one in filters))), holds)


def _holds(one: Filter, rows: ir.Table) -> ir.BooleanValue:
    text = of_property(rows, one.property)
    if one.test == "is_known":
        return text.notnull()
    if one.test == "contains":
        return text.contains(one.value).fill_null(False)
    number = _number(one.value)
    if one.test in ("at_least", "at_most"):
        figure = text.try_cast("float64")
        return (figure >= number if one.test == "at_least" else figure <= number).fill_null(False)
    same = (text == one.value).fill_null(False)
    if number is not None:
        same = same | (text.try_cast("float64") == number).fill_null(False)
    return same if one.test == "is" else text.notnull() & ~same


def _count(own: OwnMetric) -> Made:
    return (
        {"events": Count("product_events.event", own.days, where=_where(own, own.filters))},
        _only,
        "events",
    )


def _distinct(own: OwnMetric) -> Made:
    where = _where(own, own.filters)
    if not own.property:
        return {"people": Distinct("product_events.person_id", own.days, where=where)}, _only, "people"
    measure = PropertyDistinct("product_events.properties", own.days, where=where, named=own.property)
    return {"values": measure}, _only, "different values"


def _sum(own: OwnMetric) -> Made:
    where = _where(own, own.filters)
    measure = PropertySum("product_events.properties", own.days, where=where, named=own.property)
    return {"sum": measure}, _only, f"Σ {own.property}"


def _last(own: OwnMetric) -> Made:
    where = _where(own, own.filters)
    measure = PropertyLast("product_events.properties", own.days, where=where, named=own.property)
    return {"last": measure}, _only, f"last {own.property}"


def _share(own: OwnMetric) -> Made:
    chosen = Count("product_events.event", own.days, where=_where(own, own.filters))
    every = Count("product_events.event", own.days, where=_where(own, ()))
    return {"chosen": chosen, "every": every}, lambda m: m.chosen / m.every, "chosen / every"


def _only(m: Measured) -> Any:
    [measure] = m.columns.values()
    return measure


def _of_two(own: OwnMetric, first: Metric, second: Metric) -> Made:
    measures = {
        f"{side}_{name}": measure
        for side, metric in (("first", first), ("second", second))
        for name, measure in metric.measures.items()
    }

    def value(m: Measured) -> Any:
        one, other = (
            metric.value(Measured({name: m.columns[f"{side}_{name}"] for name in metric.measures}))
            for side, metric in (("first", first), ("second", second))
        )
        one, other = one.cast("float64"), other.cast("float64")
        return one / other if own.kind == "ratio" else one - other

    return measures, value, f"{first.title} {'/' if own.kind == 'ratio' else '−'} {second.title}"


def _attribute(own: OwnMetric) -> Made:
    return {"attribute": OwnAttribute("accounts.attributes", named=own.attribute)}, _only, own.attribute


_OF: dict[Kind, Any] = {
    "count": _count,
    "distinct": _distinct,
    "sum": _sum,
    "last": _last,
    "share": _share,
    "ratio": _of_two,
    "difference": _of_two,
    "attribute": _attribute,
}
