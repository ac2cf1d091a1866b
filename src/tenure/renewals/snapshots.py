"""Forecasts as they were made, day by day: written once, and read to see how good they were.

The totals are rows of `forecast`, the accounts behind them a table of the lake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from tenure.accounts.models import Account
from tenure.events import lake
from tenure.insight.hazard import actions as hazards
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Forecast
from tenure.renewals.queries import renewals
from tenure.revenue.quarters import Quarter
from tenure.revenue.queries import has_terms, ledger
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

TABLE = "forecasts"
HORIZONS = (90, 60, 30)  # days before a quarter's end at which forecasts are scored
_AHEAD = timedelta(days=max(HORIZONS) + 2)
QUARTERS_BACK = 4
SCHEMA = pa.schema(
    [
        ("forecast_id", pa.string()),
        ("quarter", pa.string()),
        ("as_of", pa.date32()),
        ("account_id", pa.string()),
        ("p_lost", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("arr_minor", pa.int64()),
        ("call", pa.string()),
        ("month", pa.string()),
    ]
)


def take(access: Access, quarter: Quarter, as_of: date, is_later: bool = False) -> Forecast:
    """Write down what is forecast of a quarter at the end of a day, from what was known then.

    Once: what is written already stays. For access to the whole workspace only.
    """
    access.require(Right.READ)
    written = access.of(Forecast).filter(quarter=str(quarter), as_of=as_of).first()
    if written:
        return written
    found = renewals(access, quarter, as_of)
    made_id = new_id()
    _write_accounts(access.workspace.id, made_id, found)
    made, _ = Forecast.objects.get_or_create(
        workspace=access.workspace,
        quarter=str(quarter),
        as_of=as_of,
        defaults={"id": made_id, "is_later": is_later, **_totals(found)},
    )
    return made


def _totals(found: Renewals) -> dict[str, object]:
    return {
        "lost_minor": found.churn_cost,
        "expected_minor": found.expected,
        "low_minor": found.low,
        "high_minor": found.high,
        "called_minor": found.called,
        "worst_minor": found.worst,
        "model": found.model[:200],
        "assumed": found.assumed,
    }


def _write_accounts(workspace_id: str, forecast_id: str, found: Renewals) -> None:
    """Rows of a forecast that then is not written, since another worker was faster, belong to nobody."""
    rows = [
        {
            "forecast_id": forecast_id,
            "quarter": str(found.quarter),
            "as_of": found.as_of,
            "account_id": one.who.account_id,
            "p_lost": one.chance.p,
            "low": one.chance.low,
            "high": one.chance.high,
            "arr_minor": one.arr_minor,
            "call": one.called.call if one.called else None,
            "month": found.as_of.strftime("%Y-%m"),
        }
        for one in found.at_stake
    ]
    is_done = not rows
    while not is_done:  # another process that appends takes the position: the next is as good
        position = lake.position(workspace_id, TABLE, TABLE) + 1
        table = pa.Table.from_pylist(rows, schema=SCHEMA)
        is_done = lake.append(workspace_id, TABLE, table, TABLE, position, sort_by=("account_id",))


def take_due(access: Access, as_of: date) -> list[Forecast]:
    """The forecasts of a day: of its quarter, and of the next where that is near enough to be scored."""
    if not has_terms(access):
        return []
    quarter = Quarter.of(as_of, access.workspace.fiscal_year_starts)
    near = [quarter, *([quarter.next] if quarter.next.last - as_of <= _AHEAD else [])]
    return [take(access, one, as_of) for one in near]


def take_missing(access: Access, quarters: int = QUARTERS_BACK) -> list[Forecast]:
    """Work out afterwards, from what was known then, the forecasts by which past quarters are scored."""
    today = clock.today(access.workspace.zone)
    now = Quarter.of(today, access.workspace.fiscal_year_starts)
    wanted = [(one, day) for one in back(now, quarters) for day in scored_days(one)]
    wanted += [(now, day) for day in scored_days(now) if day < today]
    books = ledger(access)
    known = [(one, day) for one, day in wanted if books.arr(day).any()]
    # Every hazard is in force until the next one: one a quarter, before its first forecast, keeps this cheap.
    hazards.learn_of_past(access, sorted({scored_days(one)[0] for one, _ in known} - {today}))
    return [take(access, one, day, is_later=True) for one, day in known]


def back(quarter: Quarter, number: int) -> list[Quarter]:
    """The quarters before one, oldest first."""
    found: list[Quarter] = []
    for _ in range(number):
        quarter = quarter.before
        found.insert(0, quarter)
    return found


def scored_days(quarter: Quarter) -> list[date]:
    """The days whose forecasts are scored, the earliest first."""
    return [quarter.last - timedelta(days=days) for days in HORIZONS]


@dataclass(frozen=True)
class Said:
    """What a forecast said of an account; amounts in minor units a year."""

    forecast_id: str
    account_id: str
    p_lost: float
    arr_minor: int
    call: str | None


def forecasts(access: Access, quarter: Quarter | None = None) -> list[Forecast]:
    """The forecasts ever made, of a quarter or of all, by day; of the whole workspace."""
    rows = access.of(Forecast)
    return list((rows.filter(quarter=str(quarter)) if quarter else rows).order_by("as_of", "quarter"))


def accounts_of(access: Access, made: Sequence[Forecast]) -> Iterator[Said]:
    """What forecasts said of the caller's accounts."""
    names = lake.files(access.workspace.id, TABLE)
    if not names or not made:
        return
    mine = _mine(access)
    with duckdb.connect() as connection:
        found = connection.execute(_ACCOUNTS, {"names": names, "ids": [one.pk for one in made]}).fetchall()
    for row in found:
        if mine is None or row[1] in mine:
            yield Said(*row)


def _mine(access: Access) -> Collection[str] | None:
    return set(access.of(Account).values_list("pk", flat=True)) if access.is_narrowed else None


_ACCOUNTS = """
    SELECT forecast_id, account_id, p_lost, arr_minor, call
    FROM read_parquet($names, union_by_name = true, hive_partitioning = false)
    WHERE list_contains($ids, forecast_id) ORDER BY forecast_id, account_id"""
