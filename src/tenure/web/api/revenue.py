"""Revenue and renewals: what `tenure revenue`, `renewals` and `forecast` tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from tenure.kit import clock
from tenure.renewals import moving, queries, snapshots, telling, telling_forecasts, track
from tenure.renewals import since as sinces
from tenure.renewals.beyond import Beyond
from tenure.renewals.figures import Renewals
from tenure.web.api.auth import Asked
from tenure.web.api.figures import EARLIEST, AsOf
from tenure.web.api.problems import ABOUT_ONE, Refused, answers

T = TypeVar("T")
router = Router()
LATEST = date(2199, 12, 31)
Rows = list[dict[str, Any]]
Written = Annotated[str, Query(description="Like `2026Q4`; the day's own if left out.", max_length=10)]


class KindsOut(Schema):
    """What moved, by kind: what was lost is told without a sign."""

    new: float | None
    expansion: float | None
    contraction: float | None
    churn: float | None
    reactivation: float | None


class RevenueOut(Schema):
    """How what customers pay moved between two days. Null is no data, and `missing` says why."""

    from_: date = Field(alias="from")
    to: date
    known_on: date
    rolled_up: bool = Field(description="Whether a parent and its children count as one customer.")
    currency: str
    start_mrr: float | None
    end_mrr: float | None
    movements: KindsOut
    grr: float | None
    nrr: float | None
    logo_churn: float | None
    quick_ratio: float | None
    accounts: dict[str, int]
    denominators: dict[str, str]
    missing: dict[str, str]
    left_out: dict[str, str] = Field(description="Your id of each account that cannot be counted, and why.")
    by_account: Rows | None = None
    by_reason: Rows | None = None


class TallyOut(Schema):
    """How many, and what they are worth a year."""

    count: int | None
    arr: float | None


class RenewedOut(TallyOut):
    """The renewed terms, by what they are worth now."""

    up: TallyOut
    flat: TallyOut
    down: TallyOut


class StatusesOut(Schema):
    """The due cohort by status: each term has one."""

    renewed: RenewedOut
    churned: TallyOut
    past_due: TallyOut
    at_risk: TallyOut
    no_risk: TallyOut


class SharesOut(Schema):
    """Of all that is due, and of what is decided."""

    all_: float | None = Field(alias="all")
    closed_only: float | None


class RatesOut(Schema):
    """Renewal rates."""

    count: SharesOut
    gross: SharesOut
    net: SharesOut


class UnitsOut(Schema):
    """How many were lost."""

    customers: int | None
    subscriptions: int | None


class ForecastOut(Schema):
    """Churn cost to the end of the quarter, with the middle 80 % of the draws."""

    expected: float | None
    low: float | None
    high: float | None
    called: float | None
    worst: float | None


class BeforeOut(Schema):
    """The same quarter a year before: whole, and to the same day of it."""

    full: float | None
    to_date: float | None


class AheadOut(TallyOut):
    """The open terms that end in the next 90 days."""

    good_health_share: float | None


class RenewalsOut(Schema):
    """Every figure of a quarter's renewals. Money is a year's; null is no data, and `missing` says why."""

    quarter: str
    first_day: date
    last_day: date
    as_of: date
    currency: str
    due: TallyOut
    by_status: StatusesOut
    rate: RatesOut
    added_later: TallyOut
    rolling: TallyOut
    churn_cost_qtd: float | None
    partial_churn_qtd: float | None
    contraction_qtd: float | None
    unit_churn_qtd: UnitsOut
    recovered_qtd: TallyOut
    churn_by_reason: dict[str, TallyOut]
    same_quarter_last_year: BeforeOut
    last_year_quarters: list[float | None]
    forecast_churn_cost: ForecastOut
    forecast_rests_on: str
    forecast_assumed: float
    at_risk_arr: float | None
    at_risk_share: float | None
    on_time_rate: float | None
    median_days_late: float | None
    good_health_share: float | None
    good_health_target: float | None
    next_90_days: AheadOut
    bridge: dict[str, float | None]
    denominators: dict[str, str]
    missing: dict[str, str]
    left_out: dict[str, str]


@router.get("/revenue", response=answers(RevenueOut), by_alias=True, tags=["revenue"])
def revenue_figures(
    request: Asked,
    from_: Annotated[date, Query(alias="from", description="From the state at the end of this day.")],
    to: Annotated[date, Query(description="To the state at the end of this day.")],
    as_known: Annotated[date | None, Query(description="As known on this day; else as corrected.")] = None,
    by: Annotated[Literal["account", "reason"] | None, Query(description="Also split by this.")] = None,
    rolled_up: Annotated[bool, Query(description="Count a parent and its children as one customer.")] = False,
) -> dict[str, Any]:
    """How what customers pay moved between two days."""
    for field, day in (("query.from", from_), ("query.to", to), ("query.as_known", as_known)):
        _checked(day, field)
    found = tried("query.to", lambda: moving.revenue(request.auth, from_, to, as_known, rolled_up=rolled_up))
    told = telling.revenue(found)
    if by:
        told[f"by_{by}"] = telling.by_account(found) if by == "account" else telling.by_reason(found)
    return told


@router.get("/renewals", response=answers(RenewalsOut), by_alias=True, tags=["revenue"])
def renewal_figures(request: Asked, quarter: Written = "", as_of: AsOf = None) -> dict[str, Any]:
    """Every figure of a quarter's renewals, as known at the end of a day."""
    return telling.renewals(_renewals(request, quarter, as_of))


@router.get("/renewals/rows/{which}", response=answers(Rows), tags=["revenue"])
def renewal_rows(
    request: Asked,
    which: Literal["due", "added", "losses", "at_stake"],
    quarter: Written = "",
    as_of: AsOf = None,
) -> Rows:
    """What is behind the figures, row by row."""
    return telling.rows_of(_renewals(request, quarter, as_of), which)


class ExplainedFigureOut(Schema):
    """A figure, what it means and is divided by, and its rows."""

    key: str
    value: float | None
    unit: str = Field(description="money (a year's), count, share or days")
    means: str
    denominator: str
    how: str = Field(description="What the rows make it: sum, share, median; draws and target are none.")
    adds_up: float | None = Field(description="What the rows make: the value, or null where `but` says why.")
    but: str
    missing: str = Field(description="Why there is no value.")
    rows: Rows = Field(
        description="An account's `amount` in it; of shares also `of`, its part of what it is divided by."
    )


@router.get("/renewals/explain/{key}", response=answers(ExplainedFigureOut, ABOUT_ONE), tags=["revenue"])
def explain_renewals(request: Asked, key: str, quarter: Written = "", as_of: AsOf = None) -> dict[str, Any]:
    """What stands behind a figure of a quarter, by its key: `due.arr`, `last_year_quarters.0`."""
    found = _renewals(request, quarter, as_of)
    try:
        return telling.explanation(found, key, Beyond(request.auth, found))
    except KeyError:
        raise Http404(f"there is no figure {key!r}") from None


@router.get("/renewals/moved", response=answers(Rows), tags=["revenue"])
def renewals_moved(
    request: Asked,
    quarter: Written = "",
    as_of: AsOf = None,
    since: Annotated[date | None, Query(description="Since the end of this day; a week before.")] = None,
) -> Rows:
    """What is otherwise than on an earlier day, by account and why."""
    _checked(since, "query.since")
    found = _renewals(request, quarter, as_of)
    changes = tried("query.since", lambda: sinces.moved(request.auth, found, since))
    return telling.moved_rows(changes, found.currency)


@router.get("/forecasts", response=answers(Rows), tags=["revenue"])
def list_forecasts(request: Asked, quarter: Written = "") -> Rows:
    """The forecasts that were made each night, of a quarter or all."""
    of = tried("query.quarter", lambda: queries.quarter_of(request.auth, quarter)) if quarter else None
    made = snapshots.forecasts(request.auth, of)
    return telling_forecasts.forecasts(made, request.auth.workspace.currency)


@router.get("/forecasts/record", response=answers(Rows), tags=["revenue"])
def forecast_record(request: Asked) -> Rows:
    """How good the forecasts were 90, 60 and 30 days before each quarter's end."""
    return telling_forecasts.tracks(track.record(request.auth), request.auth.workspace.currency)


def _renewals(request: Asked, written: str, as_of: date | None) -> Renewals:
    access = request.auth
    _checked(as_of, "query.as_of", clock.today(access.workspace.zone))
    quarter = tried("query.quarter", lambda: queries.quarter_of(access, written, as_of))
    return queries.renewals(access, quarter, as_of)


def _checked(day: date | None, field: str, latest: date = LATEST) -> None:
    if day and not EARLIEST <= day <= latest:
        raise Refused((field, f"is not a day between {EARLIEST} and {latest}"))


def tried(field: str, ask: Callable[[], T]) -> T:
    """What is asked for; Refused where that makes no sense, with the field that the words begin with."""
    try:
        return ask()
    except ValueError as wrong:
        says = str(wrong)
        name, colon, rest = says.partition(": ")
        is_named = colon and field == "body" and name.isidentifier()
        raise Refused((f"body.{name}", rest) if is_named else (field, says)) from wrong
