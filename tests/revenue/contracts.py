"""Contracts told in few words, for tests of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tenure.revenue import due
from tenure.revenue.columns import EPOCH, TERMS
from tenure.revenue.ledger import Ledger

LATER = date(2030, 1, 1)
_UNSAID = {
    "term_id": "",
    "product": "",
    "ends_on": None,
    "auto_renew": False,
    "renews": "",
    "reason": "",
    "is_ended": False,
    "agreed_end": None,
}


def term(account: str, monthly: int, start: str, end: str | None = None, **said: Any) -> dict[str, Any]:
    """A term; its subscription is the account's only one unless said otherwise (`sub=`)."""
    return _UNSAID | {
        "account_id": account,
        "subscription_id": said.pop("sub", f"S-{account}"),
        "arr_minor": 12 * monthly,
        "starts_on": date.fromisoformat(start),
        "ends_on": date.fromisoformat(end) if end else None,
        **said,
    }


def ledger(terms: Iterable[dict[str, Any]], known_on: date = LATER) -> Ledger:
    """Of terms as told, known on a day."""
    return Ledger.of(pa.Table.from_pylist(list(terms), schema=TERMS), known_on)


def pays(of: Ledger, day: str | date) -> dict[str, int]:
    """What each account pays a month on a day, in minor units."""
    table = of.mrr(date.fromisoformat(day) if isinstance(day, str) else day)
    return dict(zip(table["account_id"].to_pylist(), map(round, table["mrr_minor"].to_pylist()), strict=True))


def spells(of: Ledger) -> list[tuple[str, str, str | None]]:
    """The stretches in which accounts pay."""
    return [
        (row["account_id"], str(row["starts_on"]), str(row["ends_on"]) if row["ends_on"] else None)
        for row in of.spells().to_pylist()
    ]


def next_due(books: Ledger, row: int, day: date) -> date | None:
    """When a term's renewal is decided: looked for step by step."""
    terms = books.terms
    after = books.pairs.after[books.pairs.before == row]
    if len(after):
        return next_due(books, int(after[np.argmin(terms.start[after])]), day)
    if due.is_rolling(books)[row]:
        return None
    start, end = (EPOCH + timedelta(days=int(one[row])) for one in (terms.start, terms.end))
    is_going_on = terms.is_auto[row] and end <= day and books.until[row] > terms.end[row]
    return due.turn(start, end, day + timedelta(days=1))[1] if is_going_on else end
