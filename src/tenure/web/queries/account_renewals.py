"""What an account's Money tab says of renewals: how its revenue moved and why, and what was called of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tenure.accounts.models import Account
from tenure.renewals import calls, rules
from tenure.renewals.models import Call
from tenure.revenue.columns import day_of, number
from tenure.revenue.ledger import Ledger
from tenure.revenue.losses import losses
from tenure.revenue.movements import CHURN, CONTRACTION
from tenure.revenue.queries import ledger_of
from tenure.workspaces.access import Access

LOSSES = (CHURN, CONTRACTION)


@dataclass(frozen=True)
class Step:
    """A day on which the account began to pay more or less; amounts in minor units a year.

    `code` and `note`: why, of a loss; None where nobody has said.
    """

    day: date
    kind: str
    before_minor: int
    after_minor: int
    code: str | None = None
    note: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether it is a loss of which nobody has said why."""
        return self.kind in LOSSES and self.code is None


@dataclass(frozen=True)
class Story:
    """How an account's revenue moved, the newest first, and all that was called of it, the newest first.

    `left_out`: why its amounts cannot be counted, if they cannot.
    """

    steps: Sequence[Step]
    calls: Sequence[Call]
    is_paying: bool
    left_out: str = ""


def story(access: Access, account_id: str) -> Story:
    """Of one account; Http404 for a stranger's."""
    account = access.get(Account, account_id)
    books = ledger_of(access, account.pk)
    today = books.known_on
    return Story(
        steps=_steps(access, books),
        calls=calls.history(access, account.pk),
        is_paying=bool((books.arr(today) > 0).any()),
        left_out=books.left_out[0].why if books.left_out else "",
    )


def _steps(access: Access, books: Ledger) -> list[Step]:
    today = number(books.known_on)
    turns = np.unique(np.concatenate([books.terms.start, books.until]))
    days = [day for at in turns[turns <= today].tolist() if (day := day_of(at))]
    said, codes = _said(books, days), calls.codes(access, books.known_on)
    found = []
    for day in reversed(days):
        for row in books.movements(day - timedelta(days=1), day).table().to_pylist():
            code, note = codes.get((row["account_id"], day), said.get(day, (None, "")))
            is_loss = row["kind"] in LOSSES
            told = (code, note) if is_loss else (None, "")
            found.append(Step(day, row["kind"], row["before_minor"], row["after_minor"], *told))
    return found


def _said(books: Ledger, days: Sequence[date]) -> dict[date, tuple[str | None, str]]:
    """The reasons that came with contracts, by the day they ended."""
    if not days:
        return {}
    return {
        one.lost_on: (rules.code_of(one.said), one.said) for one in losses(books, days[0], books.known_on)
    }
