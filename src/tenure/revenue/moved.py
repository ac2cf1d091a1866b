"""Which accounts moved between two days, from what to what, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tenure.revenue.ledger import Ledger
from tenure.revenue.movements import CHURN, CONTRACTION, KINDS


@dataclass(frozen=True)
class Moved:
    """An account and what it paid a year at the end of two days, in minor units.

    `kind` is one of `movements.KINDS`; `reason` of a loss, empty where nobody has said.
    """

    account_id: str
    kind: str
    before_minor: int
    after_minor: int
    reason: str = ""

    @property
    def change_minor(self) -> int:
        """By how much; negative for a loss."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True)
class Because:
    """All movements of a kind with one reason."""

    kind: str
    reason: str
    accounts: int
    change_minor: int


def moved(ledger: Ledger, a: date, b: date, reasons: Mapping[str, str]) -> list[Moved]:
    """Who moved from the end of day a to that of day b, the largest change first; `reasons` of losses."""
    columns = ledger.movements(a, b).table().to_pydict()
    found = [
        Moved(account, kind, before, after, reasons.get(account, "") if kind in (CHURN, CONTRACTION) else "")
        for account, kind, before, after in zip(*columns.values(), strict=True)
    ]
    return sorted(found, key=lambda one: (-abs(one.change_minor), one.account_id))


def because(moved: Iterable[Moved]) -> list[Because]:
    """The movements added up by kind and reason, the kinds in their order and the largest reason first."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for one in moved:
        count, change = sums.get((one.kind, one.reason), (0, 0))
        sums[one.kind, one.reason] = (count + 1, change + one.change_minor)
    found = [Because(kind, reason, *told) for (kind, reason), told in sums.items()]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -abs(one.change_minor), one.reason))
