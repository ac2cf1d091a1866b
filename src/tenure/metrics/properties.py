"""Aggregates of properties, which customers name and which stand as JSON in one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tenure.metrics.definition import Measure
from tenure.metrics.measures import Attribute
from tenure.metrics.views import json_path

if TYPE_CHECKING:
    import ibis.expr.types as ir


def of_property(rows: ir.Table, name: str, column: str = "properties") -> Any:
    """A property as text, out of a column of JSON; its name becomes a literal, never SQL text."""
    from tenure.metrics.functions import json_extract_string

    return json_extract_string(rows[column], json_path(name))


@dataclass(frozen=True)
class PropertyDistinct(Measure):
    """How many different values a property has."""

    named: str = ""
    needs_days: ClassVar[bool] = True

    @property
    def key(self) -> str | None:
        """Folded by the account itself: values of one person are not apart from those of another."""
        return "account_id"

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"values": of_property(rows, self.named).nunique(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["values"].max()


@dataclass(frozen=True)
class PropertySum(Measure):
    """The sum of a property's numbers; missing where there are events and none has one."""

    named: str = ""
    needs_days: ClassVar[bool] = True

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        number = of_property(rows, self.named).try_cast("float64")
        known = (chosen & number.notnull()).cast("int64").sum()
        return {"sum": number.sum(where=chosen), "known": known, "rows": chosen.cast("int64").sum()}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        rows, known = parts["rows"].sum(), parts["known"].sum()
        return ((known == 0) & (rows > 0)).ifelse(None, (rows == 0).ifelse(0.0, parts["sum"].sum()))


@dataclass(frozen=True)
class PropertyLast(Measure):
    """A property's last number in the window."""

    named: str = ""
    needs_days: ClassVar[bool] = True
    empty: ClassVar[int | None] = None

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        number = of_property(rows, self.named).try_cast("float64")
        known = chosen & number.notnull()
        return {
            "last": number.argmax(rows.occurred_at, where=known),
            "when": rows.occurred_at.max(where=known),
        }

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["last"].argmax(parts["when"])


@dataclass(frozen=True)
class OwnAttribute(Attribute):
    """An attribute that sources gave the account, if it is a number."""

    named: str = ""

    def read(self, accounts: ir.Table) -> ir.Value:
        """The attribute as a number."""
        return of_property(accounts, self.named, self.field).try_cast("float64")
