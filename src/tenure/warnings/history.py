"""What the score history tells: who changed band of late, and how many of each band were lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from django.db import transaction

from tenure.events import lake
from tenure.health import history as scores
from tenure.revenue.models import Term
from tenure.warnings import loss
from tenure.warnings.known import Ids, among
from tenure.warnings.models import BandChange, LossRate
from tenure.workspaces.access import Access

DAYS = 14  # how far back a change of band is news
LOOKS = 9  # months of history from which losses are counted
BANDS = ("poor", "fair", "good")


def refresh(access: Access, ids: Ids, today: date) -> None:
    """Bring band changes of these accounts in line with their history; count losses once a day."""
    rewrite_changes(access, ids, today)
    if ids is None or not access.of(LossRate).filter(computed_on=today).exists():
        count_losses(access, today)


def rewrite_changes(access: Access, ids: Ids, today: date) -> None:
    """The changes of band within 14 days, as the history has them now."""
    since = today - timedelta(days=DAYS)
    rows = _read(access, _CHANGES, ids, since - timedelta(days=DAYS), today, since=since)
    changes = [
        BandChange(
            workspace=access.workspace,
            account_id=account_id,
            changed_on=day,
            before=before,
            after=after,
            score_before=score_before,
            score_after=score_after,
        )
        for account_id, day, before, after, score_before, score_after in rows
    ]
    with transaction.atomic():
        among(access, BandChange, ids).filter(changed_on__gte=since).delete()
        BandChange.objects.bulk_create(changes, batch_size=500, ignore_conflicts=True)


def count_losses(access: Access, today: date) -> None:
    """For each band: paying accounts that had it on a day of each month, and those gone 90 days later."""
    horizon = timedelta(days=loss.HORIZON_DAYS)
    days = [today - horizon - timedelta(days=loss.STEP_DAYS * back) for back in range(LOOKS)]
    paying = list(access.of(Term).values_list("account_id", flat=True).distinct())
    rows = _read(access, _LOSSES, paying, days[-1], today, days=days, horizon=loss.HORIZON_DAYS)
    counted = dict.fromkeys(BANDS, (0, 0)) | {band: (seen, lost) for band, seen, lost in rows}
    rates = [
        LossRate(workspace=access.workspace, band=band, seen=seen, lost=lost, computed_on=today)
        for band, (seen, lost) in counted.items()
    ]
    LossRate.objects.bulk_create(
        rates,
        update_conflicts=True,
        unique_fields=["workspace", "band"],
        update_fields=["seen", "lost", "computed_on"],
    )


def _read(access: Access, sql: str, ids: Ids, first: date, last: date, **asked: Any) -> list[tuple[Any, ...]]:
    """Run `sql` over `scores(account_id, day, score, basis, band)`: the latest row per account and day."""
    names = lake.files(access.workspace.id, scores.TABLE, (f"{first:%Y-%m}", f"{last:%Y-%m}"))
    if not names:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if ids is not None:
            connection.register("asked", pa.table({"account_id": pa.array(sorted(ids), pa.string())}))
        view = _SCORES.format(chosen="" if ids is None else "SEMI JOIN asked USING (account_id)")
        about = {"names": names, "first": first, "last": last}
        return connection.execute(view + sql, about | asked).fetchall()


_SCORES = """
    WITH scores AS (
        SELECT account_id, day, score, basis, band
        FROM read_parquet($names, union_by_name = true, hive_partitioning = false) {chosen}
        WHERE day BETWEEN $first AND $last
        QUALIFY row_number() OVER (PARTITION BY account_id, day ORDER BY computed_at DESC) = 1
    )"""

_CHANGES = """
    , steps AS (
        SELECT account_id, day, band, score,
            lag(band) OVER before AS band_before, lag(score) OVER before AS last_score,
            max(score) OVER fortnight AS highest, min(score) OVER fortnight AS lowest
        FROM scores WHERE band IS NOT NULL
        WINDOW before AS (PARTITION BY account_id ORDER BY day),
            fortnight AS (
                PARTITION BY account_id ORDER BY day
                RANGE BETWEEN INTERVAL 14 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
            )
    )
    SELECT account_id, day, band_before, band,
        coalesce(if(score < last_score, highest, lowest), last_score) AS score_before, score
    FROM steps WHERE band <> band_before AND day >= $since"""

_LOSSES = """
    SELECT then_.band, count(*), count(*) FILTER (WHERE later.basis = 'former')
    FROM scores then_
    JOIN scores later ON later.account_id = then_.account_id AND later.day = then_.day + $horizon::INTEGER
    WHERE then_.band IS NOT NULL AND list_contains($days, then_.day)
    GROUP BY then_.band"""
