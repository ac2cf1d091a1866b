"""The aggregates that metrics are made of: counts, sums, dates, quantiles, of one table per account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tenure.metrics.definition import Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Distinct(Measure):
    """How many different ones: people, features."""

    needs_days: ClassVar[bool] = True
    tells_apart: ClassVar[bool] = True

    @property
    def key(self) -> str | None:
        """Folded by what is counted."""
        return self.field

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"there": (chosen & rows[self.field].notnull()).any()}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["there"].cast("int64").sum()


@dataclass(frozen=True)
class Count(Measure):
    """How many rows."""

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"rows": chosen.cast("int64").sum()}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["rows"].sum()


@dataclass(frozen=True)
class Sum(Measure):
    """The sum of what is known. `complete`: missing as soon as one row lacks the figure."""

    complete: bool = False

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        column = rows[self.field]
        return {
            "sum": column.sum(where=chosen),
            "rows": chosen.cast("int64").sum(),
            "known": (chosen & column.notnull()).cast("int64").sum(),
        }

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        rows, known = parts["rows"].sum(), parts["known"].sum()
        lacking = known < rows if self.complete else (known == 0) & (rows > 0)
        return lacking.ifelse(None, (rows == 0).ifelse(0, parts["sum"].sum()))


@dataclass(frozen=True)
class DaysSince(Measure):
    """Days from the latest date in a column to as_of."""

    empty: ClassVar[int | None] = None
    gathers: ClassVar[Literal["sum", "max", "min"]] = "max"

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"last": rows[self.field].max(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["last"].max()

    def figure(self, total: ir.Column, as_of: ir.DateColumn) -> ir.Value:
        return as_of.delta(total, unit="day").cast("float64")


@dataclass(frozen=True)
class DaysUntil(Measure):
    """Days from as_of to the earliest date in a column; dates that are left open do not count."""

    empty: ClassVar[int | None] = None
    gathers: ClassVar[Literal["sum", "max", "min"]] = "min"

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"first": rows[self.field].min(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["first"].min()

    def figure(self, total: ir.Column, as_of: ir.DateColumn) -> ir.Value:
        return total.delta(as_of, unit="day").cast("float64")


@dataclass(frozen=True)
class LastWithin(Measure):
    """How many people's last answer in the window lies between two scores: one answer each, the last."""

    needs_days: ClassVar[bool] = True

    lowest: float = float("-inf")
    highest: float = float("inf")

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"last": rows[self.field].argmax(rows.turn, where=chosen & rows[self.field].notnull())}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["last"].between(self.lowest, self.highest).fill_null(False).cast("int64").sum()


@dataclass(frozen=True)
class Attribute(Measure):
    """A column of the account itself."""

    empty: ClassVar[int | None] = None

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        raise TypeError("an attribute is read, not aggregated")

    def read(self, accounts: ir.Table) -> ir.Value:
        """The column as a number."""
        return accounts[self.field].cast("float64")


@dataclass(frozen=True)
class DaysSinceFirst(Measure):
    """Days from the earliest date in a column to as_of; of contracts, also of those that have ended."""

    empty: ClassVar[int | None] = None
    gathers: ClassVar[Literal["sum", "max", "min"]] = "min"
    also_ended: ClassVar[bool] = True

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"first": rows[self.field].min(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["first"].min()

    def figure(self, total: ir.Column, as_of: ir.DateColumn) -> ir.Value:
        return as_of.delta(total, unit="day").cast("float64")


@dataclass(frozen=True)
class Mean(Measure):
    """The mean of what is known."""

    empty: ClassVar[int | None] = None

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        column = rows[self.field]
        return {
            "sum": column.cast("float64").sum(where=chosen),
            "known": (chosen & column.notnull()).cast("int64").sum(),
        }

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["sum"].sum() / parts["known"].sum().nullif(0)


@dataclass(frozen=True)
class Quantile(Measure):
    """The value that a share of the keys' values does not exceed, between two of them in proportion.

    Half is the median. Of a key with several rows the highest counts.
    """

    empty: ClassVar[int | None] = None
    needs_days: ClassVar[bool] = True

    share: float = 0.5

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"value": rows[self.field].max(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["value"].cast("float64").quantile(self.share)


@dataclass(frozen=True)
class DaysOf(Measure):
    """On how many different days each one (a person) was there, summed over all of them; 63 days at most."""

    needs_days: ClassVar[bool] = True
    most_days: ClassVar[int] = 63  # a bit each

    def __post_init__(self) -> None:
        if self.days is not None and self.days > self.most_days:
            raise ValueError(f"days can be told apart over at most {self.most_days}, not {self.days}")

    @property
    def key(self) -> str | None:
        """Folded by who was there."""
        return self.field

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        import ibis

        day = ibis.literal(1, "int64") << (rows.age.cast("int64") % self.most_days)
        return {"days": day.bit_or(where=chosen & rows[self.field].notnull())}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        from tenure.metrics.functions import bit_count

        return bit_count(parts["days"]).sum()


@dataclass(frozen=True)
class LastMean(Measure):
    """The mean of each person's last answer in the window."""

    empty: ClassVar[int | None] = None
    needs_days: ClassVar[bool] = True

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        return {"last": rows[self.field].argmax(rows.turn, where=chosen & rows[self.field].notnull())}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["last"].mean()


@dataclass(frozen=True)
class Reached(Measure):
    """The weighted sum of the share that each goal is reached; of a level to keep, the share of time held."""

    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        since = rows.as_of.delta(rows.starts_on, unit="day").cast("float64") + 1
        runs = rows.is_dropped.ifelse(0.0, since)
        held = rows.held_days + rows.is_held.cast("float64") * runs
        kept = held / (rows.days_before + runs).nullif(0)
        share = rows.is_level.ifelse(kept.fill_null(rows.is_held.cast("float64")), rows.progress)
        return {"sum": (rows[self.field] * share).sum(where=chosen)}

    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        return parts["sum"].sum()
