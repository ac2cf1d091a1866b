"""How revenue moved between two days: every figure, and the accounts behind it with their reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tenure.accounts import families
from tenure.renewals import calls, rules
from tenure.renewals.queries import who
from tenure.renewals.rows import Who
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.movements import CHURN, CONTRACTION, KINDS, Movements
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class Moved:
    """An account that pays more or less than before; amounts in minor units a year.

    `code`: why, of churn and contraction; None where nobody has said.
    """

    who: Who
    kind: str
    before_minor: int
    after_minor: int
    code: str | None = None
    note: str = ""

    @property
    def change_minor(self) -> int:
        """After less before."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True)
class Revenue:
    """From the state at the end of day `a` to that of day `b`; amounts in minor units a year (ARR)."""

    a: date
    b: date
    known_on: date
    currency: str
    movements: Movements
    rows: tuple[Moved, ...]  # the largest changes first
    left_out: Mapping[str, str]  # account by our id: why its amounts cannot be counted
    is_rolled_up: bool = False  # families as one customer each

    def of_kind(self, kind: str) -> tuple[Moved, ...]:
        """The accounts of one kind of movement."""
        return tuple(one for one in self.rows if one.kind == kind)

    def by_reason(self) -> dict[tuple[str, str | None], list[Moved]]:
        """The accounts by kind of movement and reason code; only losses have one."""
        found: defaultdict[tuple[str, str | None], list[Moved]] = defaultdict(list)
        for one in sorted(self.rows, key=lambda one: (KINDS.index(one.kind), one.code or "~")):
            found[one.kind, one.code].append(one)
        return dict(found)


def revenue(
    access: Access, a: date, b: date, known_on: date | None = None, *, rolled_up: bool = False
) -> Revenue:
    """What moved between two days, as known at the end of a day or (None) as corrected since.

    `rolled_up`: families count as one customer each, whatever moves within them is none. ValueError if b is
    before a.
    """
    books = ledger(access, known_on)
    if rolled_up:
        books = books.rolled_up(families.tops(access))
    moved = books.movements(a, b)
    table = moved.table().to_pylist()
    named = who(access, [*(row["account_id"] for row in table), *(one.account_id for one in books.left_out)])
    why = _reasons(access, books, a, b)
    found = [_moved(row, named, why) for row in table]
    return Revenue(
        a=a,
        b=b,
        known_on=books.known_on,
        currency=access.workspace.currency,
        movements=moved,
        rows=tuple(sorted(found, key=lambda one: (-abs(one.change_minor), one.who.external_id))),
        left_out={named[one.account_id].external_id: one.why for one in books.left_out},
        is_rolled_up=rolled_up,
    )


Why = Mapping[str, tuple[str | None, str]]


def _moved(row: Mapping[str, Any], named: Mapping[str, Who], why: Why) -> Moved:
    is_loss = row["kind"] in (CHURN, CONTRACTION)
    code, note = why.get(row["account_id"], (None, "")) if is_loss else (None, "")
    who_it_is = named[row["account_id"]]
    return Moved(who_it_is, row["kind"], row["before_minor"], row["after_minor"], code, note)


def _reasons(access: Access, books: Ledger, a: date, b: date) -> dict[str, tuple[str | None, str]]:
    """Code and note of the last loss of each account in between."""
    said = calls.codes(access, books.known_on)
    return {
        one.account_id: said.get((one.account_id, one.lost_on), (rules.code_of(one.said), ""))
        for one in losses(books, a + timedelta(days=1), b)
    }
