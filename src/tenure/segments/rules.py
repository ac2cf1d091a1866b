"""A rule: which customers are meant, as conditions that are read as a query, as a test and as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from django.db.models import Q

from tenure.kit import words
from tenure.segments.fields import FIELDS, Field, Fields, field_in, fields_of, usual
from tenure.segments.operators import OPERATORS, Operator
from tenure.segments.standpoint import Standpoint

WHERE = "where"
MOST_CONDITIONS = 4

__all__ = [
    "FIELDS",
    "MOST_CONDITIONS",
    "OPERATORS",
    "WHERE",
    "Condition",
    "Part",
    "Problem",
    "Rule",
    "fields_of",
]


class Part(NamedTuple):
    """A piece of a rule's sentence; `condition` is the index of the condition it says, None for the rest."""

    text: str
    condition: int | None = None


class Problem(NamedTuple):
    """A condition that could not be read, and what would be right. The others still count."""

    given: str
    says: str


class QueryParameters(Protocol):
    """What a rule is read from: Django's `request.GET`, or anything with its `getlist`."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True)
class Condition:
    """One field compared with one value. Whatever may ever stand in a rule has these readings too."""

    field: Field
    operator: Operator
    value: Any = None

    @classmethod
    def parse(cls, text: str, fields: Fields | None = None) -> Condition:
        """Read `field.operator.value`. ValueError says what would be right."""
        name, _, rest = text.partition(".")
        verb, _, value = rest.partition(".")
        field = _known_field(name, usual() if fields is None else fields)
        operator = _known_operator(field, verb)
        return cls(field, operator, _value(field, operator, value))

    @property
    def text(self) -> str:
        """`arr.at_least.20000`, which `parse` reads."""
        head = f"{self.field.name}.{self.operator.name}"
        return f"{head}.{self.field.kind.write(self.value)}" if self.operator.takes_value else head

    def q(self, standpoint: Standpoint) -> Q:
        """As a condition on accounts."""
        return self.operator.column(self.field.column, self._stored(standpoint))

    def test(self, facts: Mapping[str, Any], standpoint: Standpoint) -> bool:
        """As a test of one account's facts: stored values by field name (money minor, days as dates)."""
        return self.operator.test(facts.get(self.field.name), self._stored(standpoint))

    def includes(self, other: Condition) -> bool:
        """Whether whoever fits the other fits this one, whatever they are: of one field and operator only."""
        is_alike = (self.field.name, self.operator.name) == (other.field.name, other.operator.name)
        return is_alike and self.operator.includes(self.value, other.value)

    def says(self, standpoint: Standpoint) -> str:
        """As English: `renewing within 120 days`."""
        shown = self.field.kind.show(self.value, standpoint) if self.operator.takes_value else ""
        return self.field.says(self.operator).replace("{value}", shown)

    def _stored(self, standpoint: Standpoint) -> Any:
        """What the operator compares with."""
        return self.field.kind.stored(self.value, standpoint) if self.operator.takes_value else None


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold, and what of the request could not be read."""

    conditions: tuple[Condition, ...] = ()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def parse(cls, parameters: QueryParameters, fields: Fields | None = None) -> Rule:
        """Read every `where=field.operator.value` of a URL; what cannot be read becomes a problem."""
        return cls.of(parameters.getlist(WHERE), fields)

    @classmethod
    def of(cls, texts: Iterable[str], fields: Fields | None = None) -> Rule:
        """Read conditions written as `field.operator.value`; blank ones are passed over.

        `fields`: those of a workspace, with its own metrics (None: those that every workspace has).
        """
        conditions: list[Condition] = []
        problems: list[Problem] = []
        for text in filter(None, map(str.strip, texts)):
            try:
                if len(conditions) == MOST_CONDITIONS:
                    raise ValueError(f"a rule takes {MOST_CONDITIONS} conditions; take one away first")
                conditions.append(Condition.parse(text, fields))
            except ValueError as wrong:
                problems.append(Problem(text[:120], str(wrong)))
        return cls(tuple(conditions), tuple(problems))

    def __bool__(self) -> bool:
        return bool(self.conditions)

    @cached_property
    def texts(self) -> list[str]:
        """The conditions as `of` reads them."""
        return [condition.text for condition in self.conditions]

    @cached_property
    def query_string(self) -> str:
        """`where=…&where=…`, which `parse` reads back as the same rule."""
        return urlencode([(WHERE, text) for text in self.texts])

    def without(self, index: int) -> Rule:
        """The rule with one condition taken away."""
        return Rule(tuple(one for place, one in enumerate(self.conditions) if place != index))

    def q(self, standpoint: Standpoint) -> Q:
        """Which accounts: for `access.of(Account).filter(...)`."""
        found = Q()
        for condition in self.conditions:
            found &= condition.q(standpoint)
        return found

    def includes(self, other: Rule) -> bool:
        """Whether all that the other means are meant, as far as conditions alone show it."""
        return all(any(one.includes(narrow) for narrow in other.conditions) for one in self.conditions)

    def test(self, facts: Mapping[str, Any], standpoint: Standpoint) -> bool:
        """Whether an account with these facts is meant."""
        return all(condition.test(facts, standpoint) for condition in self.conditions)

    def sentence(self, standpoint: Standpoint) -> list[Part]:
        """`Customers renewing within 120 days and owned by Dana`, in parts that a page can make editable."""
        return list(self._parts(standpoint)) or [Part("All customers")]

    def says(self, standpoint: Standpoint) -> str:
        """The sentence as one text."""
        return "".join(part.text for part in self.sentence(standpoint))

    def _parts(self, standpoint: Standpoint) -> Iterator[Part]:
        for index, condition in enumerate(self.conditions):
            yield Part(" and " if index else "Customers ")
            yield Part(condition.says(standpoint), index)


def _known_field(name: str, fields: Fields) -> Field:
    """The field of that name, or what there is."""
    if found := field_in(fields, name):
        return found
    raise ValueError(f"there is no field “{name[:60]}”; try {words.listing([*fields], 'or')}")


def _known_operator(field: Field, name: str) -> Operator:
    """The operator of that name, if it is one for this field."""
    found = next((one for one in field.operators if one.name == name), None)
    if found is None:
        right = words.listing([one.name for one in field.operators], "or")
        raise ValueError(f"{field.title} cannot be compared by “{name[:60]}”; try {right}")
    return found


def _value(field: Field, operator: Operator, text: str) -> Any:
    """The value in the field's kind, or what would be right."""
    if not operator.takes_value:
        return None
    try:
        return field.kind.read(text)
    except ValueError as right:
        raise ValueError(f"{field.title} {operator.title} “{text[:60]}”: give {right}") from None
