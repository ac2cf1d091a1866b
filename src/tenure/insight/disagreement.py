"""Customers whose health and whose money say different things: one of the two is wrong, or will change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.health.models import Standing
from tenure.kit import clock
from tenure.revenue.movements import CONTRACTION, EXPANSION, KINDS
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

DAYS = 90
GOOD, POOR = "good", "poor"


@dataclass(frozen=True)
class Disagreement:
    """A customer, its score, and what its contracts say against it. `arr_minor` is what it pays a year."""

    account_id: str
    name: str
    score: float
    band: str
    profile: str
    says: str
    arr_minor: int


@dataclass(frozen=True)
class _Signal:
    """What contracts say of a customer: of which band one would expect it to be."""

    account_id: str
    expects: str
    says: str
    arr_minor: int


def disagreements(access: Access, profile: str = "", as_of: date | None = None) -> list[Disagreement]:
    """Good scores that pay less or are late to renew, and poor ones that pay more; most money first.

    `profile`: only of customers who have it. Compared are the last 90 days; one query and the ledger.
    """
    signals = _signals(access, as_of or clock.today(access.workspace.zone))
    rows = access.of(Standing).filter(band__in=(GOOD, POOR), score__isnull=False)
    rows = rows.filter(profile=profile) if profile else rows
    columns = rows.values_list("account_id", "account__name", "score", "band", "profile")
    standing = {account_id: (name, score, band, whose) for account_id, name, score, band, whose in columns}
    found = []
    for one in signals:
        name, score, band, whose = standing.get(one.account_id, ("", 0.0, one.expects, ""))
        if band != one.expects:
            who = (one.account_id, name, score or 0.0, band, whose)
            found.append(Disagreement(*who, one.says, one.arr_minor))
    return sorted(found, key=lambda one: (-one.arr_minor, one.name))


def _signals(access: Access, today: date) -> list[_Signal]:
    """Past due, less than before, more than before: the first of them that holds."""
    known = ledger(access)
    moved = known.movements(today - timedelta(days=DAYS), today)
    ids, arr = moved.accounts.to_pylist(), moved.after.tolist()
    late = sorted(set(known.terms.account[known.is_past_due & known.is_live(today)].tolist()))
    past_due = [
        _Signal(ids[one], POOR, "a contract is past its end and not renewed", arr[one]) for one in late
    ]
    return [*past_due, *_moves(moved.kind.tolist(), ids, arr, set(late))]


def _moves(kinds: list[int], ids: list[str], arr: list[int], but: set[int]) -> Iterator[_Signal]:
    for place, kind in enumerate(kinds):
        if place not in but and kind >= 0 and KINDS[kind] in _SAYS:
            expects, says = _SAYS[KINDS[kind]]
            yield _Signal(ids[place], expects, says, arr[place])


_SAYS = {
    CONTRACTION: (POOR, f"pays less than {DAYS} days ago"),
    EXPANSION: (GOOD, f"pays more than {DAYS} days ago"),
}
