"""Customers whose health and whose money say different things: one of the two is wrong, or will change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.health.models import Standing
from tenure.kit import clock
from tenure.revenue.ledger import Ledger
from tenure.revenue.movements import CONTRACTION, EXPANSION, KINDS
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

DAYS = 90
GOOD, POOR = "good", "poor"
MOVED, CALLED = "moved", "called"  # what a signal is about: contracts, or what somebody expects of them


@dataclass(frozen=True)
class Signal:
    """What contracts, or people about them, say of a customer: of which band one would expect it to be."""

    account_id: str
    expects: str
    says: str
    arr_minor: int
    about: str = MOVED


@dataclass(frozen=True)
class Disagreement:
    """A customer, its score, and what is said against it. `arr_minor` is what it pays a year."""

    account_id: str
    name: str
    owner: str
    score: float
    band: str
    profile: str
    against: tuple[Signal, ...]

    @property
    def says(self) -> str:
        """All that is said against its score."""
        return "; ".join(one.says for one in self.against)

    @property
    def arr_minor(self) -> int:
        """What it pays a year."""
        return self.against[0].arr_minor


def disagreements(
    access: Access, profile: str = "", as_of: date | None = None, further: Iterable[Signal] = ()
) -> list[Disagreement]:
    """Good scores that pay less or are late to renew, and poor ones that pay more; most money first.

    `profile`: only of customers who have it. Contracts are compared over the last 90 days; `further` is what
    packages above know besides. One query and the ledger.
    """
    found = signals(ledger(access), as_of or clock.today(access.workspace.zone))
    rows = access.of(Standing).filter(band__in=(GOOD, POOR), score__isnull=False)
    rows = rows.filter(profile=profile) if profile else rows
    columns = ("account_id", "account__name", "account__owner", "score", "band", "profile")
    against = _by_account([*found, *further])
    differ = []
    for account_id, name, owner, score, band, whose in rows.values_list(*columns):
        if some := tuple(one for one in against.get(account_id, ()) if one.expects != band):
            differ.append(Disagreement(account_id, name, owner, score or 0.0, band, whose, some))
    return sorted(differ, key=lambda one: (-one.arr_minor, one.name))


def _by_account(some: Iterable[Signal]) -> dict[str, list[Signal]]:
    found: defaultdict[str, list[Signal]] = defaultdict(list)
    for one in some:
        found[one.account_id].append(one)
    return found


def signals(known: Ledger, today: date) -> list[Signal]:
    """Past due, less than before, more than before: the first of them that holds."""
    moved = known.movements(today - timedelta(days=DAYS), today)
    ids, arr = moved.accounts.to_pylist(), moved.after.tolist()
    late = sorted(set(known.terms.account[known.is_past_due & known.is_live(today)].tolist()))
    past_due = [
        Signal(ids[one], POOR, "a contract is past its end and not renewed", arr[one]) for one in late
    ]
    return [*past_due, *_moves(moved.kind.tolist(), ids, arr, set(late))]


def _moves(kinds: list[int], ids: list[str], arr: list[int], but: set[int]) -> Iterator[Signal]:
    for place, kind in enumerate(kinds):
        if place not in but and kind >= 0 and KINDS[kind] in _SAYS:
            expects, says = _SAYS[KINDS[kind]]
            yield Signal(ids[place], expects, says, arr[place])


_SAYS = {
    CONTRACTION: (POOR, f"pays less than {DAYS} days ago"),
    EXPANSION: (GOOD, f"pays more than {DAYS} days ago"),
}
