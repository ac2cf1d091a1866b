"""Invented contracts of invented customers, for `bench pages`: a yearly one each, renewed up to today."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tenure.bench._customers import Columns, insert
from tenure.health.models import Standing
from tenure.kit import changes, clock
from tenure.kit.ids import new_id
from tenure.revenue.models import Subscription, Term
from tenure.workspaces.models import Workspace

_YEAR = timedelta(days=365)
_LEFT = 0.08  # of all customers, in the last year


def contracts(workspace: Workspace, seed: int = 1) -> None:
    """Give every customer that pays a contract which ends as its standing says, and those before it."""
    chance = random.Random(seed)  # noqa: S311 (invented data)
    rows = Standing.objects.filter(workspace=workspace, arr_minor__isnull=False)
    payers = list(rows.values_list("account_id", "arr_minor", "renews_on"))
    ids = [new_id() for _ in payers]
    insert(
        Subscription, [_subscription(workspace, one[0], id_) for one, id_ in zip(payers, ids, strict=True)]
    )
    today = clock.today(workspace.zone)
    terms = [
        term
        for (account_id, arr, ends), id_ in zip(payers, ids, strict=True)
        if arr is not None and ends is not None
        for term in _terms(workspace, (account_id, id_), arr, ends, today, chance)
    ]
    insert(Term, terms)
    changes.touch(workspace.pk, "subscription", "term")


def _subscription(workspace: Workspace, account_id: str, id_: str) -> Columns:
    return {
        "id": id_,
        "workspace_id": workspace.pk,
        "account_id": account_id,
        "external_id": f"s-{id_}",
        "product": "Suite",
    }


def _terms(
    workspace: Workspace, whose: tuple[str, str], arr: int, ends: date, today: date, chance: random.Random
) -> Iterator[Columns]:
    """Two years, of which the last one may never have been agreed."""
    for end in _ends(ends, chance):
        starts = end - _YEAR
        yield {
            "id": new_id(),
            "workspace_id": workspace.pk,
            "account_id": whose[0],
            "subscription_id": whose[1],
            "amount_minor": int(arr * chance.uniform(0.8, 1.0)) if end < ends else arr,
            "currency": workspace.currency,
            "interval": "year",
            "seats": 10,
            "starts_on": starts,
            "ends_on": end,
            "recorded_at": datetime.combine(min(starts, today), time(12), UTC),
        }


def _ends(last: date, chance: random.Random) -> Sequence[date]:
    before = [last - 2 * _YEAR, last - _YEAR]
    return before if chance.random() < _LEFT else [*before, last]
