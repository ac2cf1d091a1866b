"""Where scores are heading: the slope of 90 days, and which band accounts like these were in later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
from django.db import transaction

from tenure.accounts.models import Account
from tenure.events import lake
from tenure.health import history
from tenure.health.models import BandFlow, Outlook
from tenure.kit.pieces import pieces
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

DAYS = 90  # that a trend looks back
MONTH = 30
FEWEST_DAYS = 14  # with a score, before a slope says anything
HORIZONS = (30, 90)
LOOKS = 12  # months of history from which bands are followed
ENOUGH = 30  # looks at accounts in a band before their later bands tell anything
FORMER = "former"
OUTCOMES = ("good", "fair", "poor", FORMER)


@dataclass(frozen=True)
class Forecast:
    """Which band an account in `band` may be in after `horizon` days, from what became of others like it.

    `counts` are looks at accounts that were in the band on a day of each of the last months, by the band
    they were in so much later (`former`: no longer a customer). With fewer than 30 there is no forecast.
    """

    band: str
    horizon: int
    counts: Mapping[str, int]

    @property
    def seen(self) -> int:
        """On how many looks it rests."""
        return sum(self.counts.values())

    @property
    def is_known(self) -> bool:
        """Whether there was enough to say."""
        return self.seen >= ENOUGH

    def share(self, outcome: str) -> float | None:
        """The probability of an outcome; None where too little was seen."""
        return self.counts.get(outcome, 0) / self.seen if self.is_known else None


def refresh(workspace: Workspace, today: date) -> None:
    """Count trends and flows between bands anew, as of a day: one query each over the score history."""
    _write_trends(workspace, today)
    _write_flows(workspace, today)


def forecasts(access: Access, band: str) -> list[Forecast]:
    """What became of accounts in a band after 30 and after 90 days."""
    rows = access.of(BandFlow).filter(before=band).values_list("horizon", "after", "count")
    found: dict[int, dict[str, int]] = {horizon: {} for horizon in HORIZONS}
    for horizon, after, count in rows:
        found.setdefault(horizon, {})[after] = count
    return [Forecast(band, horizon, counts) for horizon, counts in found.items()]


def flows(workspace_id: str, today: date) -> dict[tuple[int, str, str], int]:
    """How often accounts in one band were in another so many days later, by (days, before, after).

    Looked at once a month, over a year, up to `today`: what comes after it has no part. An account without
    a score on the later day is left out; one that left counts as former.
    """
    days = {
        horizon: [today - timedelta(days=horizon + MONTH * back) for back in range(LOOKS)]
        for horizon in HORIZONS
    }
    first = min(day for some in days.values() for day in some)
    about = {"days": [day for some in days.values() for day in some], "first": first, "last": today}
    pairs = {"froms": about.pop("days"), "spans": [horizon for horizon in HORIZONS for _ in range(LOOKS)]}
    rows = _read(workspace_id, _FLOWS, about | pairs)
    return {(horizon, before, after): count for horizon, before, after, count in rows}


def trends(workspace_id: str, today: date) -> list[tuple[str, float | None, int]]:
    """Per account the slope of its computed score over 90 days, in points per 30 days, and on how many days.

    Ordinary least squares over the days with a score; None with fewer than 14. What people set by hand is
    no trend: the slope is that of the computed score.
    """
    first = today - timedelta(days=DAYS - 1)
    return [
        (account_id, slope * MONTH if days >= FEWEST_DAYS and slope is not None else None, days)
        for account_id, slope, days in _read(workspace_id, _TRENDS, {"first": first, "last": today})
    ]


def _read(workspace_id: str, sql: str, about: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = lake.files(workspace_id, history.TABLE, (f"{about['first']:%Y-%m}", f"{about['last']:%Y-%m}"))
    if not names:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql, {"names": names, **about}).fetchall()


_LATEST = """
    SELECT account_id, day, arg_max({what}, computed_at) AS {as_}
    FROM read_parquet($names, union_by_name = true, hive_partitioning = false)
    WHERE day BETWEEN $first AND $last {more}
    GROUP BY account_id, day"""

# arg_max leaves rows out whose value is null: so what has no score is told by a struct.
_TRENDS = f"""
    WITH latest AS ({_LATEST.format(what="{'score': computed}", as_="found", more="")})
    SELECT account_id, regr_slope(found.score, day - DATE '2000-01-01'), count(found.score)
    FROM latest WHERE found.score IS NOT NULL GROUP BY account_id"""  # noqa: S608

_FLOWS = f"""
    WITH looks AS (SELECT unnest($froms::DATE[]) AS day, unnest($spans::INTEGER[]) AS horizon),
    asked AS (SELECT day FROM looks UNION SELECT day + horizon FROM looks),
    latest AS ({
    _LATEST.format(
        what="{'band': CASE WHEN basis = 'former' THEN 'former' ELSE band END}",
        as_="found",
        more="AND day IN (FROM asked)",
    )
})
    SELECT horizon, then_.found.band, later.found.band, count(*)
    FROM looks
    JOIN latest then_ ON then_.day = looks.day
    JOIN latest later ON later.account_id = then_.account_id AND later.day = looks.day + looks.horizon
    WHERE then_.found.band IN ('good', 'fair', 'poor') AND later.found.band IS NOT NULL
    GROUP BY ALL"""  # noqa: S608


def _write_trends(workspace: Workspace, today: date) -> None:
    """Every account's outlook; those without a score in the last 90 days have none."""
    known = set(Account.objects.filter(workspace=workspace).values_list("pk", flat=True))
    rows = [
        Outlook(account_id=account_id, workspace=workspace, as_of=today, trend=trend, days=days)
        for account_id, trend, days in trends(workspace.id, today)
        if account_id in known
    ]
    for piece in pieces(rows, 1000):
        Outlook.objects.bulk_create(
            piece, update_conflicts=True, unique_fields=["account"], update_fields=["as_of", "trend", "days"]
        )
    Outlook.objects.filter(workspace=workspace).exclude(as_of=today).delete()


@transaction.atomic
def _write_flows(workspace: Workspace, today: date) -> None:
    BandFlow.objects.filter(workspace=workspace).delete()
    BandFlow.objects.bulk_create(
        BandFlow(
            workspace=workspace, horizon=horizon, before=before, after=after, count=count, computed_on=today
        )
        for (horizon, before, after), count in flows(workspace.id, today).items()
    )
