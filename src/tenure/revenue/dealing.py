"""Writes about money beside contracts: deals, costs and exchange rates, as sources tell of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from tenure.accounts.actions import Upserted, resolve
from tenure.accounts.queries import accounts_by_ref, in_chunks
from tenure.kit import announcing, bulk, changes, upserts
from tenure.revenue.models import Cost, Deal, Rate, Term
from tenure.workspaces.models import Workspace

M = TypeVar("M", bound=Model)
_OF_A_DEAL = (
    "account_id",
    "stage",
    "amount_minor",
    "currency",
    "opened_at",
    "closed_at",
    "won",
    "source",
    "referred_by",
)


@dataclass(frozen=True)
class DealRow:
    """What a source says about a deal; ids are the source's own."""

    deal_id: str
    account_id: str
    opened_at: datetime
    currency: str
    stage: str = ""
    amount_minor: int | None = None
    closed_at: datetime | None = None
    won: bool | None = None
    source: str = ""
    referred_by: str = ""


@dataclass(frozen=True)
class CostRow:
    """What a source says was spent; `occurrence` tells rows apart that are alike in everything else."""

    spent_on: date
    category: str
    account_id: str = ""
    amount_minor: int | None = None
    currency: str = ""
    hours: float | None = None
    occurrence: int = 1

    @property
    def key(self) -> str:
        """A cost has no id but all that is said of it."""
        parts = "\x1f".join(map(str, vars(self).values()))
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class RateRow:
    """What one unit of a currency was worth in the workspace's own on a day."""

    day: date
    currency: str
    rate: Decimal

    @property
    def key(self) -> str:
        """One rate a currency and day."""
        return f"{self.currency} {self.day.isoformat()}"


def upsert_deals(workspace: Workspace, rows: Sequence[DealRow]) -> Upserted:
    """Add deals, or bring those known up to date. Accounts not known yet are added bare."""
    resolve(workspace, {row.account_id for row in rows}, {})
    accounts = accounts_by_ref(workspace.id, {row.account_id for row in rows})
    said = {row.deal_id: _deal(workspace, accounts[row.account_id], row) for row in rows}
    return _write(Deal, workspace, said, _OF_A_DEAL)


def upsert_costs(workspace: Workspace, rows: Sequence[CostRow]) -> Upserted:
    """Add costs not known yet. Accounts not known yet are added bare."""
    refs = {row.account_id for row in rows if row.account_id}
    resolve(workspace, refs, {})
    accounts = accounts_by_ref(workspace.id, refs)
    said = {row.key: _cost(workspace, accounts, row) for row in rows}
    return _write(Cost, workspace, said, ())


def upsert_rates(workspace: Workspace, rows: Sequence[RateRow]) -> Upserted:
    """Add exchange rates, or correct those known."""
    said = {
        row.key: Rate(
            workspace=workspace, external_id=row.key, currency=row.currency, day=row.day, rate=row.rate
        )
        for row in rows
    }
    with transaction.atomic():
        done = _write(Rate, workspace, said, ("rate",))
        if done.added or done.changed:
            _tell_of_rates(workspace, rows)
    return done


def _tell_of_rates(workspace: Workspace, rows: Sequence[RateRow]) -> None:
    """Whoever has a contract in one of the currencies is worth something else from the first day on."""
    paid_in = Term.objects.filter(workspace=workspace, currency__in={row.currency for row in rows})
    accounts = set(paid_in.values_list("account_id", flat=True).distinct())
    if accounts:
        announcing.records_changed(workspace.id, "rate", accounts, min(row.day for row in rows))


def _deal(workspace: Workspace, account_id: str, row: DealRow) -> Deal:
    said = vars(row) | {"account_id": account_id}
    return bulk.new(Deal, workspace_id=workspace.pk, external_id=said.pop("deal_id"), **said)


def _cost(workspace: Workspace, accounts: Mapping[str, str], row: CostRow) -> Cost:
    return bulk.new(
        Cost,
        workspace_id=workspace.pk,
        external_id=row.key,
        account_id=accounts.get(row.account_id),
        category=row.category,
        spent_on=row.spent_on,
        amount_minor=row.amount_minor,
        currency=row.currency,
        hours=row.hours,
    )


def _write(model: type[M], workspace: Workspace, said: Mapping[str, M], corrected: Sequence[str]) -> Upserted:
    """Copies of the table go stale."""
    added = changed = 0
    for chunk in in_chunks(said):
        with transaction.atomic():
            done = upserts.by_external_id(model, workspace.id, {key: said[key] for key in chunk}, corrected)
            if done.added or done.changed:
                changes.touch(workspace.id, model._meta.db_table)
        added, changed = added + len(done.added), changed + len(done.changed)
    return Upserted(added, changed, len(said) - added - changed)
