"""Exchange rates: one row per currency and day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.revenue.dealing import RateRow, rate_keys, upsert_rate_columns
from tenure.revenue.models import Rate
from tenure.sources.imports.batches import column
from tenure.sources.imports.forms import CURRENCY, DATE, NUMBER
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written


def write(load: Load, batch: pa.Table) -> Written:
    """Add rates, or correct those known."""
    done = upsert_rate_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    return (under(Rate, load.workspace.id, rate_keys(_columns(batch))),)


def _columns(batch: pa.Table) -> Columns[RateRow]:
    said = {"day": column(batch, "date")}
    return Columns(RateRow, {**said, **{name: column(batch, name) for name in ("currency", "rate")}})


KINDS.add(
    Kind(
        name="rates",
        title="Exchange rates",
        columns=(
            Column("date", DATE, "the day from which it holds", True, "day ratedate validfrom asof"),
            Column("currency", CURRENCY, "three letters", True, "currencycode ccy basecurrency fromcurrency"),
            Column(
                "rate",
                NUMBER,
                "what one unit is worth in the workspace's currency",
                True,
                "exchangerate fxrate fx value",
            ),
        ),
        checks=(
            Check("rate", "rate <= 0 or rate > 1e12", "'is out of range; a rate is above 0'"),
            Check(
                "currency",
                "currency = getvariable('currency') and rate <> 1",
                "'is the workspace''s own currency, which is worth 1; leave it out'",
            ),
        ),
        key=("currency", "date"),
        write=write,
        about=about,
    )
)
