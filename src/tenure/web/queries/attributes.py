"""Attributes of customers on pages: columns, orders, cells, exports of the list; facts; the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from django.db.models import QuerySet

from tenure.accounts import attribute_rules, attributes
from tenure.accounts.attribute_rules import Attribute
from tenure.accounts.attributes import AMOUNT, DATE, NUMBER, URL, YES_NO, Typed
from tenure.accounts.models import Account, AccountAttributes
from tenure.accounts.statements import Order
from tenure.kit.money import Money
from tenure.segments.attributes import ValueOf, field_name, is_plain, read_name
from tenure.segments.fields import Field, attribute_field
from tenure.web import formats
from tenure.web.queries.keyset import Stretch
from tenure.workspaces.access import Access

if TYPE_CHECKING:
    from tenure.web.queries.customers import Found

LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Shown:
    """A value as people read it. `wrong`: what would be right where it does not fit; `href` of addresses."""

    text: str
    wrong: str = ""
    href: str = ""


def shown(value: Any, typed: Typed, currency: str) -> Shown | None:
    """A value of an attribute; None where there is none."""
    if not attributes.is_known(value):
        return None
    if isinstance(value, list | dict):
        return Shown("several values", "takes a single value" if typed.kind != attributes.TEXT else "")
    if not typed.fits(value) and typed.kind != attributes.TEXT:
        return Shown(str(value)[:LONGEST_SHOWN], f"takes {typed.right}")
    return Shown(_written(value, typed.kind, currency), href=value if typed.kind == URL else "")


def _written(value: Any, kind: str, currency: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == AMOUNT:
        return formats.money_exact(Money.of(str(value), currency).minor, currency)
    if kind == NUMBER:
        return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"
    if kind == DATE and (day := attributes.day_of(value)):
        return formats.day_short(day)
    return str(value)[:LONGEST_SHOWN]


def offered(access: Access) -> list[Field]:
    """The attributes of the workspace as fields of a rule, and columns of the list."""
    known = attribute_rules.attributes_of(access, lately=True).values()
    named = (field_name(one.name, one.typed.kind) for one in known if is_plain(one.name))
    return [field for name in named if (field := attribute_field(name))]


@dataclass(frozen=True)
class ByAttribute:
    """The order of the list by an attribute, as its type sorts; those whose value is none of it last."""

    name: str
    kind: str

    def stretches(self, found: Found, is_descending: bool) -> list[Stretch]:
        """Those with a value, then the others; no index has it."""

        def rows(*, is_null: bool) -> QuerySet[Account]:
            valued = found.rows().annotate(its_value=ValueOf("attributes__data", self.name, self.kind))
            return cast("QuerySet[Account]", valued.filter(its_value__isnull=is_null))

        known, unknown = (partial(rows, is_null=is_null) for is_null in (False, True))
        read: Any = {NUMBER: float, AMOUNT: float, DATE: attributes.day_of}.get(self.kind, str)
        return [Stretch(known, "id", "its_value", is_descending, read), Stretch(unknown)]


def values_of(account_ids: Sequence[str], fields: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """What accounts have of these fields, by account and field."""
    asked = {name: attribute for name in fields if (attribute := read_name(name))}
    if not asked:
        return {}
    rows = AccountAttributes.objects.filter(account__in=account_ids).values_list("account_id", "data")
    return {key: {name: data.get(attribute) for name, (_, attribute) in asked.items()} for key, data in rows}


def typed_of(field: str) -> Typed:
    """How a field's values are shown: by the type in its name."""
    kind, _ = read_name(field) or (attributes.TEXT, "")
    return Typed(kind)


def exported(field: str, value: Any) -> Any:
    """A value as a file has it in a column of its type; None where it does not fit."""
    typed = typed_of(field)
    found = typed.read(value) if attributes.is_known(value) else None
    if found is None or typed.kind in (NUMBER, AMOUNT):
        return found
    if typed.kind == YES_NO:
        return "yes" if found else "no"
    return attributes.day_of(found) if typed.kind == DATE else str(found)


FILE_KINDS: Mapping[str, Literal["text", "number", "money", "day"]] = {
    NUMBER: "number",
    AMOUNT: "number",
    DATE: "day",
}


def facts(access: Access, data: Mapping[str, Any]) -> list[tuple[str, Shown]]:
    """An account's attributes as people read them, by name; nested ones are left to exports."""
    known, currency = attribute_rules.types_of(access.workspace).by_name, access.workspace.currency
    plain = {name: value for name, value in data.items() if isinstance(value, str | int | float)}
    found = (
        (name, shown(value, known.get(name) or Typed(attributes.TEXT), currency))
        for name, value in plain.items()
    )
    return sorted(((name, one) for name, one in found if one is not None), key=lambda pair: pair[0])


@dataclass(frozen=True)
class AttributePage:
    """One attribute: its type, whose word counts for it, and what does not fit."""

    attribute: Attribute
    sources: Sequence[str]  # who says anything of customers
    order: Sequence[str]  # of them as it counts now
    unfit: Sequence[tuple[Account, Any]]


def attribute_page(access: Access, name: str) -> AttributePage | None:
    """One attribute, or with an empty name the order for everything; None for one that is not known."""
    sources = attribute_rules.sources_of(access.workspace)
    if not name:
        general = Order.of(access.workspace).by_name.get("", ())
        one = Attribute("", Typed(attributes.TEXT), True, tuple(general), None)
        return AttributePage(one, sources, ranked(access, "", sources), ())
    found = attribute_rules.attributes_of(access).get(name)
    if found is None:
        return None
    wrong = [] if found.is_guessed else attribute_rules.unfit(access, name, found.typed)
    return AttributePage(found, sources, ranked(access, f".{name}", sources), wrong)


def ranked(access: Access, key: str, sources: Sequence[str]) -> list[str]:
    """Sources in the order in which they count."""
    order = Order.of(access.workspace)
    return sorted(sources, key=lambda one: (order.rank(key, one), one))
