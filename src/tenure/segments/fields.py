"""What a rule can ask about: facts of an account, its standing, and every metric of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tenure.accounts.attributes import DATE
from tenure.kit import clock
from tenure.kit.registry import Registry
from tenure.metrics.definition import METRICS, Metric, Metrics, Unit
from tenure.metrics.models import MetricValue
from tenure.revenue.products import having
from tenure.segments.attributes import AttributeColumn, kind_of, read_name
from tenure.segments.kinds import AGO, AHEAD, DAYS, MONEY, NUMBER, OWNER, PLAIN, SHARE, Kind, Number, Text
from tenure.segments.operators import OPERATORS, Column, Operator


@dataclass(frozen=True)
class AccountColumn:
    """A column of the account table, or of a table joined to it one to one."""

    path: str
    is_text: bool = False

    def present(self) -> Q:
        """Neither null nor, for a text, empty."""
        known = Q(**{f"{self.path}__isnull": False})
        return known & ~Q(**{self.path: ""}) if self.is_text else known

    def where(self, **lookups: Any) -> Q:
        """The value fits."""
        return Q(**{f"{self.path}__{lookup}": value for lookup, value in lookups.items()})


@dataclass(frozen=True)
class MetricColumn:
    """The latest value of a metric: one row per account, none where there is no data."""

    metric: str

    def present(self) -> Q:
        """There is a row."""
        return self.where()

    def where(self, **lookups: Any) -> Q:
        """There is a row whose value fits."""
        fits = {f"value__{lookup}": value for lookup, value in lookups.items()}
        rows = MetricValue.objects.filter(account=OuterRef("pk"), metric=self.metric, **fits)
        return Q(Exists(rows))


@dataclass(frozen=True)
class ProductColumn:
    """The products of an account whose contracts run today, which is UTC's: any of them may fit."""

    def present(self) -> Q:
        """There is one."""
        return self.where()

    def where(self, **lookups: Any) -> Q:
        """There is one that fits."""
        return Q(Exists(having(clock.today("UTC"), **lookups).filter(account=OuterRef("pk"))))


@dataclass(frozen=True)
class Field:
    """Something known, or not, of every account. `phrases` say an operator better than its own words."""

    name: str
    title: str
    kind: Kind
    column: Column
    phrases: Mapping[str, str] = field(default_factory=dict)

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators that make sense for it."""
        return tuple(one for one in OPERATORS if self.kind.name in one.kinds)

    @property
    def noun(self) -> str:
        """Its title inside a sentence: `seat use`, but `ARR`."""
        return self.title if self.title[1:2].isupper() else self.title[:1].lower() + self.title[1:]

    def says(self, operator: Operator) -> str:
        """The words around the value."""
        return self.phrases.get(operator.name, operator.says).replace("{field}", self.noun)


_KINDS: dict[Unit, Kind] = {
    Unit.SHARE: SHARE,
    Unit.DAYS: DAYS,
    Unit.HOURS: Number("number", suffix="\u00a0hours"),
    Unit.MINUTES: Number("number", suffix="\u00a0minutes"),
    Unit.MONEY: MONEY,
}


def _of_metric(metric: Metric) -> Field:
    """A metric of the catalogue as a field."""
    return Field(metric.name, metric.title, _KINDS.get(metric.unit, NUMBER), MetricColumn(metric.name))


def attribute_field(name: str) -> Field | None:
    """An attribute, of the type that stands in the name, as a field; None if it is no such name."""
    kind, attribute = read_name(name) or ("", "")
    if not kind:
        return None
    title = attribute.replace("_", " ")
    phrases = _OF_DAYS if kind == DATE else _OF_TEXTS
    return Field(name, title, kind_of(kind), AttributeColumn(attribute, kind), phrases)


_OF_TEXTS = {"is": "whose {field} is {value}", "is_not": "whose {field} is not {value}"}
_OF_DAYS = {
    "at_least": "whose {field} is {value} or later",
    "at_most": "whose {field} is {value} or earlier",
    "above": "whose {field} is after {value}",
    "below": "whose {field} is before {value}",
}


class FieldRegistry(Registry[Field]):
    """The fields below, and one for each metric, shipped or added."""

    def load_plugins(self) -> None:
        """Take in the metrics; ARR is in the standing already."""
        if not self._loaded:
            super().load_plugins()
            for metric in METRICS:
                if metric.name not in self._items:
                    self.add(_of_metric(metric))


Fields = Mapping[str, Field]


def field_in(fields: Fields, name: str) -> Field | None:
    """The field of that name: one of these, or any attribute."""
    return fields.get(name) or attribute_field(name)


def fields_of(metrics: Metrics) -> Fields:
    """What rules can ask about where there are these metrics (`metrics_of` a workspace)."""
    return _fields(tuple(metrics.values()))


def usual() -> Fields:
    """What rules can ask about in every workspace."""
    return _fields(tuple(METRICS))


@lru_cache(maxsize=256)
def _fields(metrics: tuple[Metric, ...]) -> Fields:
    there = {one.name: one for one in FIELDS}
    own = {one.name: _of_metric(one) for one in metrics if one.name not in there}
    if not own:
        return there
    titles = {metric.name: metric.title for metric in metrics}
    weakest = Text("choice", labels=lambda: titles, is_closed=True)
    return {**there, **own, "weakest": replace(there["weakest"], kind=weakest)}


def _bands() -> dict[str, str]:
    return {"poor": "poor", "fair": "fair", "good": "good"}


def _metrics() -> dict[str, str]:
    return {metric.name: metric.title for metric in METRICS}


FIELDS = FieldRegistry("tenure.segments.fields")

for _field in (
    Field(
        "name",
        "Name",
        PLAIN,
        AccountColumn("name", is_text=True),
        {"is": "named {value}", "is_not": "not named {value}", "contains": "with “{value}” in the name"},
    ),
    Field(
        "segment",
        "Segment",
        PLAIN,
        AccountColumn("segment", is_text=True),
        {"is": "in segment {value}", "is_not": "not in segment {value}", "is_missing": "in no segment"},
    ),
    Field(
        "owner",
        "Owner",
        OWNER,
        AccountColumn("owner", is_text=True),
        {"is": "owned by {value}", "is_not": "not owned by {value}", "is_missing": "without an owner"},
    ),
    Field(
        "parent",
        "Belongs to",
        PLAIN,
        AccountColumn("parent__name", is_text=True),
        {
            "is": "belonging to {value}",
            "is_not": "belonging to another than {value}",
            "contains": "belonging to one with “{value}” in the name",
            "is_missing": "belonging to no other",
            "is_known": "belonging to another",
        },
    ),
    Field(
        "band",
        "Health",
        Text("choice", labels=_bands, is_closed=True),
        AccountColumn("standing__band", is_text=True),
        {
            "is": "in {value} health",
            "is_not": "not in {value} health",
            "is_missing": "without a health score",
        },
    ),
    Field("score", "Success score", NUMBER, AccountColumn("standing__score")),
    Field(
        "weakest",
        "Weakest measure",
        Text("choice", labels=_metrics, is_closed=True),
        AccountColumn("standing__weakest", is_text=True),
        {"is": "held back most by {value}", "is_not": "not held back most by {value}"},
    ),
    Field("outcomes", "Outcomes", NUMBER, AccountColumn("standing__outcomes")),
    Field("experience", "Experience", NUMBER, AccountColumn("standing__experience")),
    Field("trend", "Trend of the score", NUMBER, AccountColumn("outlook__trend")),  # points a month
    Field(
        "profile",
        "Health profile",
        PLAIN,
        AccountColumn("standing__profile", is_text=True),
        {"is": "scored by the profile {value}", "is_not": "not scored by the profile {value}"},
    ),
    Field(
        "override",
        "Score set by hand",
        AHEAD,
        AccountColumn("standing__override__ends_on"),
        {
            "within": "whose score is set by hand until within {value}",
            "beyond": "whose score is set by hand for more than {value}",
            "is_missing": "whose score is not set by hand",
            "is_known": "whose score is set by hand",
        },
    ),
    Field(
        "product",
        "Product",
        PLAIN,
        ProductColumn(),
        {
            "is": "who have {value}",
            "is_not": "who have products, but not {value}",
            "contains": "who have a product with “{value}” in the name",
            "is_missing": "who have no product",
            "is_known": "who have a product",
        },
    ),
    Field("arr", "ARR", MONEY, AccountColumn("standing__arr_minor")),
    Field(
        "renewal",
        "Renewal",
        AHEAD,
        AccountColumn("standing__renews_on"),
        {
            "within": "renewing within {value}",
            "beyond": "renewing in more than {value}",
            "is_missing": "with no renewal date",
            "is_known": "with a renewal date",
        },
    ),
    Field(
        "last_active",
        "Last active",
        AGO,
        AccountColumn("standing__last_active_on"),
        {
            "within": "active within {value}",
            "before": "silent for at least {value}",
            "is_missing": "never seen active",
            "is_known": "seen active at some time",
        },
    ),
):
    FIELDS.add(_field)
