"""Warnings, with what people did about them, as they move from one workspace to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from tenure.accounts.queries import accounts_by_ref, in_chunks
from tenure.warnings.models import EarlyWarning
from tenure.warnings.rules import CAUSES
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right


class MovedWarning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A warning about an account, by its outside id."""

    account_id: str
    cause: str
    says: str
    opened_on: date
    pill: str = ""
    is_opportunity: bool = False
    rank: int = 0
    facts: dict[str, Any] = {}
    closed_on: date | None = None
    snoozed_until: date | None = None
    done_at: datetime | None = None
    done_by: str = ""


def moved(access: Access) -> Iterator[MovedWarning]:
    """Every warning, open and closed, oldest first."""
    names = MovedWarning.__struct_fields__[1:]
    rows = access.of(EarlyWarning).order_by("opened_on", "pk")
    return (MovedWarning(*row) for row in rows.values_list("account__external_id", *names).iterator(2000))


@transaction.atomic
def take(access: Access, warnings: Iterable[MovedWarning]) -> int:
    """Add warnings to accounts that are here and have none yet; gives how many.

    The next refresh words the open ones anew and closes those whose cause is gone; what somebody put off or
    dealt with stays so.
    """
    access.require(Right.WORK)
    has_some = set(access.of(EarlyWarning).values_list("account_id", flat=True))
    added = 0
    for chunk in in_chunks(one for one in warnings if one.cause in CAUSES):
        accounts = accounts_by_ref(access.workspace.id, {one.account_id for one in chunk})
        rows = [
            EarlyWarning(workspace=access.workspace, account_id=accounts[one.account_id], **_said(one))
            for one in chunk
            if accounts.get(one.account_id, "") not in {"", *has_some}
        ]
        EarlyWarning.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return added


def _said(one: MovedWarning) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name != "account_id"}
