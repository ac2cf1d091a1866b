"""Owners' calls beside scores: customers in good health who are called lost, and poor ones called safe.

Calls stand above insight, so they are handed down to it as signals beside those of the contracts.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from tenure.insight.disagreement import CALLED, GOOD, POOR, Disagreement, Signal
from tenure.insight.disagreement import disagreements as compared
from tenure.kit import clock, words
from tenure.renewals import calls
from tenure.renewals.rules import AT_RISK, CALL_WORDS, CHURN, DOWN, RENEW, UP
from tenure.revenue.columns import number
from tenure.revenue.ledger import Ledger
from tenure.revenue.queries import ledger
from tenure.workspaces.access import Access

EXPECTS = {RENEW: GOOD, UP: GOOD, DOWN: POOR, AT_RISK: POOR, CHURN: POOR}


def disagreements(access: Access, profile: str = "", as_of: date | None = None) -> list[Disagreement]:
    """Scores against what contracts and owners say, most money first; one query more than without calls."""
    today = as_of or clock.today(access.workspace.zone)
    return compared(access, profile, today, called(access, ledger(access), today))


def called(access: Access, known: Ledger, today: date) -> list[Signal]:
    """What is called of customers who pay; a call from before their latest term began was about another."""
    arr, begun = known.arr(today), _begun(known, today)
    place = {account_id: at for at, account_id in enumerate(known.terms.accounts.to_pylist())}
    found = []
    for one in calls.in_force(access, today).values():
        at = place.get(one.account_id)
        if at is None or not one.call or arr[at] <= 0 or number(one.effective_on) < begun[at]:
            continue
        who, day = one.who, words.day(one.effective_on, today)
        says = f"called {CALL_WORDS[one.call]} by {who} on {day}: {one.reason}"
        found.append(Signal(one.account_id, EXPECTS[one.call], says, int(arr[at]), CALLED))
    return found


def _begun(known: Ledger, today: date) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """When the latest term of each account began that counts today; before everything where none does."""
    live = known.is_live(today)
    found = np.full(len(known.terms.accounts), number(date.min), dtype=np.int64)
    np.maximum.at(found, known.terms.account[live], known.terms.start[live])
    return found
