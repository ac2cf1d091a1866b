"""Writes by hand: one value into a column of many accounts, and back, each in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from tenure.accounts import rules, statements
from tenure.accounts.models import Account
from tenure.kit import changes, clock, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.models import Workspace

_MOST_LISTED = 500  # a fact that touches more accounts says "many"

CLEAN: Mapping[str, Callable[[object], str]] = {
    "owner": rules.clean_owner,
    "segment": lambda text: rules.clean_text(text, 80),
    "name": rules.clean_text,
    "domain": rules.clean_domain,
}


def cleaned(column: str, text: str) -> str:
    """The text as it will stand in a column. ValueError says what would be right."""
    value = CLEAN[column](text)
    if column == "name" and not value:
        raise ValueError("a customer has a name of 1 to 200 letters")
    if column == "domain" and text.strip() and not value:
        raise ValueError(f"“{text.strip()[:60]}” is no domain; it looks like acme.example")
    return value


def assign(workspace: Workspace, accounts: QuerySet[Account], column: str, value: Any, who: str) -> int:
    """Put a value, or a database expression of the row, into a column; gives how many rows that were.

    It is kept as said by hand by `who`, so that no file takes it back. Call it in a transaction, with
    accounts of this workspace.
    """
    ids = sorted(accounts.order_by().values_list("pk", flat=True))
    done = accounts.update(**{column: value})
    if done:
        statements.note_by_hand(workspace, ids, [column], who)
        _announce(workspace, ids if len(ids) <= _MOST_LISTED else ())
    return done


def _announce(workspace: Workspace, account_ids: Sequence[str]) -> None:
    """Count the write and record the fact, in the transaction of the write."""
    changes.touch(workspace.id, "account")
    outbox.record(
        RecordsChanged(
            workspace_id=workspace.id,
            table="account",
            account_ids=tuple(account_ids),
            first_day=clock.today(workspace.zone).isoformat(),
        )
    )
