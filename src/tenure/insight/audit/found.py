"""What an audit found: plain values, kept as JSON, that say of each figure whether it earns its place."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

SHORTEST, LONGEST = 7, 365  # days within which it may happen


class AuditProblem(ValueError):
    """An audit that cannot be made; says what would be right."""


def require_horizon(days: int) -> None:
    """Refuse a horizon that is none."""
    if not SHORTEST <= days <= LONGEST:
        raise AuditProblem(f"{days} days: say from {SHORTEST} to {LONGEST}")


class Outcomes(StrEnum):
    """What figures are judged by."""

    CHURN = "churn"
    RENEWAL = "renewal"
    EXPANSION = "expansion"

    @property
    def is_good(self) -> bool:
        """Whether one hopes for it."""
        return self is Outcomes.EXPANSION

    @property
    def did(self) -> str:
        """`left`: what accounts did to which it happened."""
        return {"churn": "left", "renewal": "did not renew", "expansion": "expanded"}[self]

    @property
    def called(self) -> str:
        """As a sentence calls it."""
        return {"churn": "churn", "renewal": "a renewal that was lost", "expansion": "expansion"}[self]


class Verdict(StrEnum):
    """Whether a figure earns its place."""

    KEEP = "keep"
    BEYOND = "beyond"  # it tells, but nothing that a better one does not
    TURNED = "turned"  # it tells, the other way round than it is meant
    CHANCE = "chance"
    THIN = "thin"
    CONTRACT = "contract"

    @property
    def says(self) -> str:
        """As a pill writes it."""
        return _SAYS[self]


_SAYS = {
    Verdict.KEEP: "earns its place",
    Verdict.BEYOND: "says nothing new",
    Verdict.TURNED: "the wrong way round",
    Verdict.CHANCE: "not told from chance",
    Verdict.THIN: "too little data",
    Verdict.CONTRACT: "a fact of the contract",
}


class Interval(msgspec.Struct, frozen=True):
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float


class Lead(msgspec.Struct, frozen=True):
    """How well a figure separated those to whom it happened in the 30 days that began `days` later."""

    days: int
    rows: int  # to which it happened
    auc: Interval | None  # None: too few


class Missing(msgspec.Struct, frozen=True):
    """What it tells that a figure is missing: how often it happened without and with it."""

    rows: int
    rate: float
    rate_known: float
    auc: Interval  # of being missing
    p: float


class Judged(msgspec.Struct, frozen=True):
    """One figure judged. Rows are looks at paying accounts, one a month; shares are of one."""

    metric: str
    title: str
    side: str
    leading: bool
    better: str  # up, down; empty: neither
    verdict: Verdict
    rows: int  # with data, of those whose outcome is known
    accounts: int  # with data at least once
    happened: int  # rows with data to which it happened
    coverage: float
    auc: Interval | None = None
    p: float | None = None
    q: float | None = None
    more_is_risk: bool = False  # the direction in which it tells
    worst_rate: float | None = None
    lift: float | None = None
    lead_days: int | None = None
    leads: tuple[Lead, ...] = ()
    added: Interval | None = None  # change of AUC over the model of all others
    beyond: str = ""  # the figure that says the same already
    missing: Missing | None = None
    attribute: str = ""  # its name, where it is one and no metric
    is_ours: bool = False  # something that we do for customers, and neither
    counts_in: dict[str, float] = {}  # profiles that score by it, and its share there


class Group(msgspec.Struct, frozen=True):
    """Accounts by how they answered, and how often it happened to them."""

    title: str
    rows: int
    accounts: int
    rate: Interval | None


class Silence(msgspec.Struct, frozen=True):
    """A survey's answers in groups, and those who did not answer beside them."""

    metric: str
    title: str
    groups: tuple[Group, ...]


class Audit(msgspec.Struct, frozen=True):
    """Every figure of a workspace judged by one outcome, as of a day."""

    outcome: Outcomes
    horizon: int
    as_of: date
    first_day: date | None
    last_day: date | None  # the last look whose outcome is known
    looks: int
    rows: int
    accounts: int
    happened: int
    accounts_happened: int
    open: int
    apart: int
    tried: int
    left_out: dict[str, str]
    together: Interval | None  # AUC of a model of all
    judged: tuple[Judged, ...]
    silence: tuple[Silence, ...]
    says: tuple[str, ...] = ()
