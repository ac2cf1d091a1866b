"""Puts the open warnings of many accounts off at once, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.pieces import pieces
from tenure.warnings import priorities
from tenure.warnings.actions import LATEST_DAYS
from tenure.warnings.models import EarlyWarning
from tenure.warnings.queries import visible
from tenure.workspaces.access import Access, access_for_machine

_MANY = 5_000  # from here on it is cheaper to rewrite all places


class PutOff(NamedTuple):
    """A warning that was put off, and until when it had been quiet before."""

    account_id: str
    warning_id: str
    before: date | None


def snooze(access: Access, accounts: QuerySet[Account], until: date) -> list[PutOff]:
    """Put off all that is open and not quiet, in a transaction. ValueError unless that is within a year."""
    today = clock.today(access.workspace.zone)
    if not today < until <= today + timedelta(days=LATEST_DAYS):
        raise ValueError(f"choose a day after today and within a year, not {until.isoformat()}")
    rows = visible(access, today).filter(account__in=accounts.values("pk"))
    found = [PutOff(*row) for row in rows.values_list("account_id", "pk", "snoozed_until")]
    for piece in pieces(found):
        access.of(EarlyWarning).filter(pk__in=[one.warning_id for one in piece]).update(snoozed_until=until)
    _rewrite(access, (one.account_id for one in found), today)
    return found


def bring_back(access: Access, found: Iterable[PutOff], until: date) -> None:
    """Make them as loud as they were, except those that somebody has put off otherwise since."""
    kept = list(found)
    by_before: dict[date | None, list[str]] = {}
    for one in kept:
        by_before.setdefault(one.before, []).append(one.warning_id)
    for before, ids in by_before.items():
        for piece in pieces(ids):
            rows = access.of(EarlyWarning).filter(pk__in=piece, closed_on=None, snoozed_until=until)
            rows.update(snoozed_until=before)
    _rewrite(access, (one.account_id for one in kept), clock.today(access.workspace.zone))


def _rewrite(access: Access, account_ids: Iterable[str], today: date) -> None:
    """Put them in their places among all of the workspace, whoever asked."""
    ids = sorted(set(account_ids))
    if ids:
        everybody = access_for_machine(access.workspace)
        priorities.rewrite(everybody, ids if len(ids) <= _MANY else None, today)
