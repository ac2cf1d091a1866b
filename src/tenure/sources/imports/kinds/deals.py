"""Deals: one row per offer to a customer, or to somebody who may become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.revenue.dealing import DealRow, upsert_deal_columns
from tenure.revenue.models import Deal
from tenure.sources.imports.batches import column, instants, minor, texts
from tenure.sources.imports.forms import CURRENCY, INSTANT, NUMBER, YES_NO, text
from tenure.sources.imports.kind import KINDS, LARGEST_AMOUNT, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID


def write(load: Load, batch: pa.Table) -> Written:
    """Add deals, or bring those known up to date."""
    done = upsert_deal_columns(load.workspace, _columns(batch, load))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    return (under(Deal, load.workspace.id, texts(batch, "deal_id")),)


def _columns(batch: pa.Table, load: Load) -> Columns[DealRow]:
    currencies = [one or load.workspace.currency for one in column(batch, "currency")]
    said: dict[str, Sequence[Any]] = {
        **{name: texts(batch, name) for name in ("deal_id", "account_id", "stage", "source", "referred_by")},
        "opened_at": instants(batch, "created_at"),
        "closed_at": instants(batch, "closed_at"),
        "amount_minor": minor(batch, currencies),
        "currency": currencies,
        "won": column(batch, "won"),
    }
    return Columns(DealRow, said)


KINDS.add(
    Kind(
        name="deals",
        title="Deals",
        columns=(
            Column(
                "deal_id",
                text(200),
                "your own id of the deal",
                True,
                "dealid opportunityid oppid recordid deal opportunity dealname opportunityname id",
            ),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column("stage", text(120), "how far it is", also="dealstage stagename opportunitystage phase"),
            Column(
                "amount",
                NUMBER,
                "what it is worth",
                also="dealamount value dealvalue amountusd opportunityamount",
            ),
            Column(
                "currency",
                CURRENCY,
                "three letters; the workspace's own if left out",
                also="currencycode ccy dealcurrency amountcurrency",
                within="amount",
            ),
            Column(
                "created_at",
                INSTANT,
                "when it was opened",
                True,
                "createdate createddate createdon created openedat opened dateopened opendate",
            ),
            Column(
                "closed_at",
                INSTANT,
                "when it was won or lost; empty: open",
                also="closedate closeddate closedon closed wonat dateclosed",
            ),
            Column("won", YES_NO, "whether it was won; empty: open", also="iswon closedwon haswon"),
            Column(
                "source",
                text(200),
                "where it came from",
                also="leadsource dealsource originalsource originalsourcetype channel origin",
            ),
            Column(
                "referred_by",
                text(200),
                "who referred it, by your id of the customer or person",
                also="referrer referral referredbyid",
            ),
        ),
        checks=(
            Check(
                "amount",
                f"amount < 0 or amount > {LARGEST_AMOUNT}",
                "'is out of range; an amount is at least 0'",
            ),
            Check(
                "closed_at",
                "closed_at < created_at",
                "'is before it was opened, ' || created_at",
            ),
            Check(
                "won",
                "won is not null and closed_at is null",
                "'says that it is decided, but when is missing; give the day it closed'",
            ),
        ),
        key=("deal_id",),
        write=write,
        about=about,
    )
)
