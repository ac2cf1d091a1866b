"""What was shown of accounts and people over time, and who owned whom on a day: from what sources said.

Statements may be recorded in another order than they took effect: the past is as known now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from tenure.accounts.models import Account, Person, PersonStatement, Stated, Statement
from tenure.accounts.queries import in_chunks
from tenure.accounts.statements import Order, heard
from tenure.workspaces.access import Access

OWNER = "owner"


@dataclass(frozen=True)
class Change:
    """What a column or attribute was from a day on; known since `recorded_at`."""

    value: Any
    source: str
    said_by: str
    effective_on: date
    recorded_at: datetime
    key: str = ""


def account_changes(access: Access, account_id: str) -> list[Change]:
    """Everything that was shown of an account over time, the newest first. Http404 for a stranger's."""
    rows = access.of(Statement).filter(account=access.get(Account, account_id))
    return _changes(rows.order_by(*_IN_TIME), Order.of(access.workspace))[::-1]


def person_changes(access: Access, person_id: str) -> list[Change]:
    """Everything that was shown of a person over time, the newest first. Http404 for a stranger's."""
    rows = access.of(PersonStatement).filter(person=access.get(Person, person_id))
    return _changes(rows.order_by(*_IN_TIME), Order.of(access.workspace))[::-1]


def owner_on(access: Access, account_id: str, day: date) -> str | None:
    """Who owned an account at the end of a day; None: nobody had said yet."""
    return owners_on(access, day, [account_id]).get(account_id)


def owners_on(access: Access, day: date, account_ids: Collection[str] | None = None) -> dict[str, str]:
    """Whose book each account (None: all) was in at the end of a day; empty: nobody's.

    Left out are accounts of which nobody had said yet. Figures of the past that are told by owner ask here,
    so that whoever took a customer over does not take over its past.
    """
    order, found = Order.of(access.workspace), dict[str, str]()
    if account_ids is None:
        account_ids = access.of(Statement).order_by().values_list("account_id", flat=True).distinct()
    for chunk in in_chunks(account_ids):
        rows = access.of(Statement).filter(Q(effective_on__lte=day), account_id__in=chunk)
        latest: defaultdict[str, dict[str, Statement]] = defaultdict(dict)
        for one in rows.order_by(*_IN_TIME).iterator():
            latest[one.account_id][one.source] = one
        for key, by_source in latest.items():
            if values := heard(by_source.values(), order).get(OWNER):
                found[key] = values[0].value
    return found


_IN_TIME = ("effective_on", "recorded_at", "pk")


def _changes(versions: Iterable[Stated], order: Order) -> list[Change]:
    """The changes of what is shown, the oldest first."""
    by_source, shown, found = dict[str, Stated](), dict[str, Any](), list[Change]()
    for one in versions:
        by_source[one.source] = one
        values = heard(by_source.values(), order)
        for key in sorted(values):
            first = values[key][0]
            if key not in shown or shown[key] != first.value:
                shown[key] = first.value
                at = one.effective_on, one.recorded_at
                found.append(Change(first.value, first.source, first.said_by, *at, key))
    return found
