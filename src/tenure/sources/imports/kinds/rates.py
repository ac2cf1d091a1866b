"""Exchange rates: one row per currency and day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.revenue.dealing import RateRow, upsert_rates
from tenure.revenue.models import Rate
from tenure.sources.imports.batches import rows
from tenure.sources.imports.forms import CURRENCY, DATE, NUMBER
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written


def write(load: Load, batch: pa.Table) -> Written:
    """Add rates, or correct those known."""
    done = upsert_rates(load.workspace, _rows(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    keys = [row.key for row in _rows(batch)]
    return (Rate.objects.filter(workspace=load.workspace, external_id__in=keys),)


def _rows(batch: pa.Table) -> list[RateRow]:
    return [RateRow(row["date"], row["currency"], row["rate"]) for row in rows(batch)]


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
