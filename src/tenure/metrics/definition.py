"""What a metric is: a frozen value that says what it means, what it is computed from, and how.

The engine alone reads tables. A metric names its measures (aggregates of one table over one window,
per account) and a row-wise expression over them; so all metrics can be computed together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from tenure.kit.registry import Registry
from tenure.metrics.inputs import Inputs

if TYPE_CHECKING:  # names and words of metrics are needed everywhere, Ibis only where they are computed
    import ibis.expr.types as ir


class Unit(StrEnum):
    """What a value counts, and so how it is written."""

    COUNT = "count"
    SHARE = "share"  # 0.5 is 50 %
    RATIO = "ratio"  # 1.2 is a fifth more than before
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SCORE = "score"  # a point of a survey's scale
    POINTS = "points"  # −100 to 100
    MONEY = "money"  # minor units of the workspace's currency


class Side(StrEnum):
    """Which half of success a metric tells of."""

    OUTCOME = "outcome"
    EXPERIENCE = "experience"


@dataclass(frozen=True)
class Where:
    """A condition on rows, and how it reads. `reads`: its columns, if a smaller table may have them all."""

    says: str
    holds: Callable[[ir.Table], ir.BooleanValue]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure(ABC):
    """An aggregate of one column ("table.column") per account.

    `days`: over the window that ends `offset` days before as_of; None: over all that was known as of it.
    Rows are first folded into `parts` per account and key of the table (one person, one contract), then
    the parts into one `total` per account: counting flagged people is faster than counting distinct ones.
    """

    column: str
    days: int | None = None
    offset: int = 0
    where: Where | None = None
    empty: ClassVar[int | None] = 0  # the total of no rows, for an account the table knows
    needs_days: ClassVar[bool] = False  # whether it cannot be put together from the parts of single days
    gathers: ClassVar[Literal["sum", "max", "min"]] = "sum"  # what its parts of days make of a longer time
    tells_apart: ClassVar[bool] = False  # whether it counts those of a field that are there on any day
    also_ended: ClassVar[bool] = False  # of a table of what holds: whether what has ended counts too

    @property
    def table(self) -> str:
        """The table it reads."""
        return self.column.split(".")[0]

    @property
    def field(self) -> str:
        """The column it reads, without its table."""
        return self.column.split(".")[1]

    @property
    def key(self) -> str | None:
        """The column to fold by first, where the table's own key won't do."""
        return None

    @abstractmethod
    def parts(self, rows: ir.Table, chosen: ir.BooleanValue) -> dict[str, ir.Value]:
        """Aggregates of one key's `chosen` rows."""

    @abstractmethod
    def total(self, parts: Mapping[str, ir.Column]) -> ir.Value:
        """The aggregate of an account's parts."""

    def figure(self, total: ir.Column, as_of: ir.DateColumn) -> ir.Value:
        """The total as a number."""
        return total.cast("float64")


class Measured:
    """A metric's measures by name, as float64 columns; what its `value` is written in."""

    def __init__(self, columns: Mapping[str, ir.FloatingColumn]) -> None:
        self.columns = columns

    def __getattr__(self, name: str) -> ir.FloatingColumn:
        try:
            return self.columns[name]
        except KeyError:
            raise AttributeError(f"no measure {name!r}; there are {', '.join(self.columns)}") from None


@dataclass(frozen=True)
class Example:
    """A few rows and what a metric gives for them; every registered metric's is run as a test.

    `use`: (account, person, day) or with an event's name. `responses`: (account, person, survey, score, day).
    `terms`: (account, start, end, amount in minor units, interval, seats). `seats`: shorthand for open terms.
    `tickets`: (account, person, opened, first reply, solved, replies, reopens, minutes). `goals`: (account,
    goal, day, value, and start, target, weight, aim, status by name). `inputs`: what the workspace named.
    `gives`: by account; None is "no data".
    """

    as_of: str
    gives: Mapping[str, float | None]
    use: tuple[tuple[str, ...], ...] = ()
    responses: tuple[tuple[str, str, str, float, str], ...] = ()
    terms: tuple[tuple[str, str, str | None, int, str, int | None], ...] = ()
    seats: Mapping[str, int] = field(default_factory=dict)
    tickets: tuple[tuple[Any, ...], ...] = ()
    goals: tuple[tuple[Any, ...], ...] = ()
    inputs: Inputs = field(default_factory=Inputs)


@dataclass(frozen=True)
class Waiting:
    """Who is still on the way to what a metric times: `metric` gives the days they have waited so far, and
    `since`, a measure of both, the days since the clock began. `begins` and `arrives` say it in words."""

    metric: str
    since: str
    begins: str
    arrives: str


@dataclass(frozen=True, eq=False)
class Metric:
    """One figure of an account, as of a date.

    `value` is an Ibis expression over the measures; dividing by nothing gives no data. `interval` likewise:
    the lowest and the highest value that the same customer might as well have shown. `missing` says what
    would supply the data where there is none. `better`: which direction is good, None if neither.
    """

    name: str
    title: str
    means: str
    unit: Unit
    better: Literal["up", "down"] | None
    leading: bool
    side: Side
    measures: Mapping[str, Measure]
    value: Callable[[Measured], Any]
    example: Example
    missing: str
    formula: str = ""
    interval: Callable[[Measured], tuple[Any, Any]] | None = None
    waiting: Waiting | None = None  # of a time until something: over many it is told with those still waiting

    def __str__(self) -> str:
        return self.title


METRICS: Registry[Metric] = Registry("tenure.metrics")
Metrics = Mapping[str, Metric]


def shipped() -> Metrics:
    """The metrics that every workspace has: those of the registry."""
    return {metric.name: metric for metric in METRICS}
