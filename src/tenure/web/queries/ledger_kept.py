"""The ledger of whoever asks, kept in memory until anything that it rests on moves."""

from __future__ import annotations

from tenure.accounts import families
from tenure.kit import clock
from tenure.revenue import queries
from tenure.revenue.ledger import Ledger
from tenure.web.queries.kept import Kept, state, whose
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

_KEPT: Kept[Ledger] = Kept(most=8, largest=600_000)  # terms of a tenth of a kilobyte


def has(access: Access, *, rolled_up: bool = False) -> bool:
    """Whether it is there already."""
    return _KEPT.has((whose(access), rolled_up), state(access, clock.today(access.workspace.zone)))


def ledger(access: Access) -> Ledger:
    """What the caller's customers pay, as known today: `revenue.queries.ledger` as it is now."""
    access.require(Right.READ)
    today = clock.today(access.workspace.zone)
    return _KEPT.get(
        (whose(access), False),
        state(access, today),
        lambda: queries.ledger(access, today),
        lambda found: len(found.terms),
    )


def rolled_up(access: Access) -> Ledger:
    """The same with each family as one customer: what its children pay is paid by who stands at its top."""
    access.require(Right.READ)
    return _KEPT.get(
        (whose(access), True),
        state(access, clock.today(access.workspace.zone)),
        lambda: ledger(access).rolled_up(families.tops(access)),
        lambda found: len(found.terms),
    )
