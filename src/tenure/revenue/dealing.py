"""Writes about money beside contracts: deals, costs and exchange rates, as sources tell of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Model

from tenure.accounts.actions import Upserted, accounts_told_of
from tenure.kit import announcing, changes, upserts
from tenure.kit.columns import Columns, Said, chunks, latest
from tenure.revenue.models import Cost, Deal, Rate, Term
from tenure.workspaces.models import Workspace

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


_OF_A_COST = ("category", "spent_on", "amount_minor", "currency", "hours")


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


@dataclass(frozen=True)
class RateRow:
    """What one unit of a currency was worth in the workspace's own on a day."""

    day: date
    currency: str
    rate: Decimal


def upsert_deal_columns(workspace: Workspace, told: Columns[DealRow]) -> Upserted:
    """Add deals, or bring those known up to date. Accounts not known yet are added bare."""
    deals = told.latest(told["deal_id"])
    accounts = accounts_told_of(workspace, deals["account_id"])
    ours = {"external_id": deals["deal_id"], "account_id": accounts}
    return _write(Deal, workspace, {**deals.some(_OF_A_DEAL), **ours}, _OF_A_DEAL)


def upsert_cost_columns(workspace: Workspace, told: Columns[CostRow]) -> Upserted:
    """Add costs not known yet. Accounts not known yet are added bare."""
    keys = cost_keys(told)
    said = {**told.some(_OF_A_COST), "external_id": keys}
    said["account_id"] = accounts_told_of(workspace, told["account_id"])
    return _write(Cost, workspace, latest(said, keys), ())


def cost_keys(told: Columns[CostRow]) -> list[str]:
    """A cost has no id but all that is said of it."""
    days = (one.isoformat() for one in told["spent_on"])
    return upserts.digests(days, *(map(str, told[one.name]) for one in fields(CostRow)))


@transaction.atomic(savepoint=False)
def upsert_rate_columns(workspace: Workspace, told: Columns[RateRow]) -> Upserted:
    """Add exchange rates, or correct those known: one a currency and day."""
    keys = rate_keys(told)
    done = _write(Rate, workspace, latest({**told.said, "external_id": keys}, keys), ("rate",))
    if done.added or done.changed:
        _tell_of_rates(workspace, set(told["currency"]), min(told["day"]))
    return done


def rate_keys(told: Columns[RateRow]) -> list[str]:
    """A rate has no id but its currency and day."""
    days = zip(told["currency"], told["day"], strict=True)
    return [f"{currency} {day.isoformat()}" for currency, day in days]


def _tell_of_rates(workspace: Workspace, currencies: Collection[str], first: date) -> None:
    """Whoever has a contract in one of the currencies is worth something else from the first day on."""
    paid_in = Term.objects.filter(workspace=workspace, currency__in=currencies)
    accounts = set(paid_in.values_list("account_id", flat=True).distinct())
    if accounts:
        announcing.records_changed(workspace.id, "rate", accounts, first)


def _write(model: type[Model], workspace: Workspace, said: Said, corrected: Sequence[str]) -> Upserted:
    """Copies of the table go stale."""
    total = Upserted()
    for some in chunks(said):
        with transaction.atomic(savepoint=False):
            done = upserts.by_external_id(model, workspace.id, some, corrected)
            if done.any:
                changes.touch(workspace.id, model._meta.db_table)
        total += Upserted(*done.counts)
    return total
