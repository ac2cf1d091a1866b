"""Costs: one row per sum or time spent to win or keep customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.kit.words import listing
from tenure.revenue.dealing import CostRow, cost_keys, upsert_cost_columns
from tenure.revenue.models import Cost
from tenure.sources.imports.batches import column, floats, minor, texts
from tenure.sources.imports.forms import CURRENCY, DATE, NUMBER, text
from tenure.sources.imports.kind import KINDS, LARGEST_AMOUNT, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID

_CATEGORIES = ", ".join(f"'{name}'" for name in Cost.CATEGORIES)


def write(load: Load, batch: pa.Table) -> Written:
    """Add costs not known yet."""
    done = upsert_cost_columns(load.workspace, _columns(batch, load))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    return (under(Cost, load.workspace.id, cost_keys(_columns(batch, load))),)


def _columns(batch: pa.Table, load: Load) -> Columns[CostRow]:
    """An amount is money or hours."""
    categories = texts(batch, "category")
    currencies = [one or load.workspace.currency for one in column(batch, "currency")]
    are_hours = [one == "hours" for one in categories]
    amounts = minor(batch, currencies)
    hours = floats(batch, "amount") if any(are_hours) else [None] * len(amounts)
    said: dict[str, Sequence[Any]] = {
        "spent_on": column(batch, "date"),
        "category": categories,
        "account_id": texts(batch, "account_id"),
        "amount_minor": [None if other else one for one, other in zip(amounts, are_hours, strict=True)],
        "currency": ["" if other else one for one, other in zip(currencies, are_hours, strict=True)],
        "hours": [one if other else None for one, other in zip(hours, are_hours, strict=True)],
        "occurrence": column(batch, "occurrence"),
    }
    return Columns(CostRow, said)


KINDS.add(
    Kind(
        name="costs",
        title="Costs",
        columns=(
            Column("date", DATE, "the day it was spent", True, "day spenton costdate month period"),
            Column("account_id", text(200), "your id of the customer; empty: everybody's", also=ACCOUNT_ID),
            Column(
                "category",
                text(20),
                listing(Cost.CATEGORIES, "or"),
                True,
                "costcategory costtype type kind",
            ),
            Column("amount", NUMBER, "what was spent: money, or hours", True, "cost costs spend spent value"),
            Column(
                "currency",
                CURRENCY,
                "three letters; the workspace's own if left out",
                also="currencycode ccy",
                within="amount",
            ),
        ),
        computed={"category": "regexp_replace(lower(category), '^program$', 'programme')"},
        checks=(
            Check(
                "category",
                f"category not in ({_CATEGORIES})",
                f"'is no category; write {listing(Cost.CATEGORIES, 'or')}'",
            ),
            Check(
                "amount",
                f"amount < 0 or amount > {LARGEST_AMOUNT}",
                "'is out of range; a cost is at least 0'",
            ),
        ),
        key=("digest", "occurrence"),
        numbers=("occurrence",),
        write=write,
        about=about,
    )
)
