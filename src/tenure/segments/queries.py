"""What an editor of rules offers: the values a field has in this workspace."""

from __future__ import annotations

from typing import NamedTuple

from tenure.accounts.models import Account
from tenure.revenue import products
from tenure.segments.fields import FIELDS, Field
from tenure.segments.kinds import Text
from tenure.workspaces.access import Access

_MOST_CHOICES = 200
_LISTED = ("segment", "owner")


class Choice(NamedTuple):
    """A value as it stands in a condition, and what people call it."""

    value: str
    label: str


def choices(access: Access, field: Field) -> list[Choice]:
    """Values to choose from, for the fields that have few: fixed ones first, then those of the accounts."""
    kind = field.kind
    found = kind.labels() if isinstance(kind, Text) else {}
    fixed = [Choice(kind.write((value,)), label) for value, label in found.items()]
    if field.name == "product":
        return [Choice(kind.write((name,)), name) for name in products.known(access)]
    return fixed + (_in_use(access, field.name) if field.name in _LISTED else [])


def _in_use(access: Access, column: str) -> list[Choice]:
    """The distinct values of a column of the account table."""
    rows = access.of(Account).exclude(**{column: ""}).values_list(column, flat=True)
    kind = FIELDS[column].kind
    return [Choice(kind.write((value,)), value) for value in rows.distinct().order_by(column)[:_MOST_CHOICES]]
