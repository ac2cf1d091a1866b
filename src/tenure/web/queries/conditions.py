"""A condition of a filter as a form: its fields, operators and values to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from tenure.metrics.catalogue import Metrics
from tenure.segments import queries as segments
from tenure.segments.fields import Field, Fields, field_in, fields_of
from tenure.segments.kinds import Text
from tenure.segments.operators import Operator
from tenure.segments.queries import Choice
from tenure.segments.rules import Rule
from tenure.workspaces.access import Access

_UNITS = {"share": "%", "days ahead": "days", "days ago": "days"}


@dataclass(frozen=True)
class Editor:
    """The form of one condition. `place` is its index in the rule, empty for a new one."""

    there: Fields  # all that can be asked about
    field: Field
    operator: Operator
    value: str
    place: str = ""
    choices: tuple[Choice, ...] = ()
    is_closed: bool = False  # whether only `choices` are right

    @classmethod
    def of(
        cls,
        text: str,
        metrics: Metrics,
        place: str = "",
        access: Access | None = None,
        attributes: Sequence[Field] = (),
    ) -> Editor:
        """From `field.operator.value`, as far as it is right, where there are these metrics and attributes.

        With an access, with the values in use.
        """
        fields = {**fields_of(metrics), **{one.name: one for one in attributes}}
        name, _, rest = text.partition(".")
        verb, _, value = rest.partition(".")
        field = field_in(fields, name) or fields["segment"]
        operator = next((one for one in field.operators if one.name == verb), field.operators[0])
        is_closed = isinstance(field.kind, Text) and field.kind.is_closed
        choices = segments.choices(access, field) if access else _fixed(field)
        return cls(fields, field, operator, value, place, tuple(choices), is_closed)

    @property
    def fields(self) -> list[Field]:
        """All that can be asked about."""
        known = list(self.there.values())
        return known if self.field in known else [*known, self.field]

    @property
    def query_string(self) -> str:
        """What asks for this form."""
        named = {"field": self.field.name, "operator": self.operator.name, "value": self.value}
        return urlencode({**named, "at": self.place})

    @property
    def lists_values(self) -> bool:
        """Whether there may be values in use to choose from, besides those it has already."""
        return not (self.is_figure or self.is_closed)

    @property
    def is_figure(self) -> bool:
        """Whether the value is a number, for phones' keyboards."""
        return not isinstance(self.field.kind, Text)

    @property
    def unit(self) -> str:
        """What stands behind the value."""
        return _UNITS.get(self.field.kind.name, "")


def editors(rule: Rule, metrics: Metrics, attributes: Sequence[Field] = ()) -> list[Editor]:
    """A form for each condition of a rule."""
    return [
        Editor.of(one.text, metrics, str(place), attributes=attributes)
        for place, one in enumerate(rule.conditions)
    ]


def offered(rule: Rule) -> str:
    """What a new condition begins with: the first of the usual ones that the rule does not speak of."""
    spoken = {condition.field.name for condition in rule.conditions}
    usual = ("segment.is.", "arr.at_least.", "renewal.within.90", "band.is.poor", "owner.is.me")
    return next((text for text in usual if text.partition(".")[0] not in spoken), usual[0])


def given_text(parameters: QueryDict, metrics: Metrics) -> str:
    """The condition that a form gives, as a rule reads it."""
    name, verb = parameters.get("field", ""), parameters.get("operator", "")
    field = field_in(fields_of(metrics), name)
    operators = field.operators if field else ()
    if any(one.name == verb and not one.takes_value for one in operators):
        return f"{name}.{verb}"
    return f"{name}.{verb}.{parameters.get('value', '').strip()}"


def _fixed(field: Field) -> list[Choice]:
    """The values that a kind knows by itself."""
    labels = field.kind.labels() if isinstance(field.kind, Text) else {}
    return [Choice(value, label) for value, label in labels.items()]
