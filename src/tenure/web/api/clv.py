"""What customers are worth, as of a day."""

from __future__ import annotations

from datetime import date
from math import isfinite, nan

from ninja import Router, Schema
from pydantic import Field

from tenure.insight import actions, clv_queries
from tenure.insight.clv_costs import terms_of
from tenure.insight.clv_rows import Worth
from tenure.kit.money import digits
from tenure.web.api.auth import Asked
from tenure.web.api.figures import AsOf, asked_day
from tenure.web.api.paging import After, Limit, Page, cut, read
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.workspaces.access import Access

router = Router()


class WorthOut(Schema):
    """A customer's lifetime value, in major units."""

    id: str
    account_id: str
    name: str
    segment: str
    clv: float
    low: float | None = Field(
        description="80 % interval of the expected value; null where a rate is assumed."
    )
    high: float | None
    arr: float
    margin: float = Field(description="A year's: ARR × gross margin − cost to serve.")
    cost_to_serve: float
    cost_to_retain: float
    survived: int = Field(description="Whole periods of their clock so far.")
    clock: str = Field(description="year, or month where the contract rolls on.")
    years: float = Field(description="Still to come, discounted.")
    expansion: float = Field(
        description="Of the value: since they are expected to pay more while they stay; below 0: less."
    )
    ends_on: date | None = Field(description="The first day on which it is known that they pay no more.")
    model: str
    says: str


class EquityOut(Page[WorthOut]):
    """Customer equity: the sum over who pays, in major units, and some of them, the most valuable first."""

    as_of: date
    currency: str
    value: float
    low: float | None
    high: float | None
    expansion: float = Field(description="Of the value: since who stays is expected to pay more.")
    customers: int = Field(description="Who pays; `items` are some of them.")
    gross_margin: float
    discount: float
    assumed: list[str] = Field(description="What nobody has said yet.")


class EquityPartOut(Schema):
    """A part of a change of equity."""

    name: str
    says: str
    accounts: int
    amount: float


class EquityChangeOut(Schema):
    """Equity on two days, each as known then; the parts add up to the difference."""

    since: date
    as_of: date
    currency: str
    before: float
    after: float
    parts: list[EquityPartOut]


@router.get("/clv", response=answers(EquityOut), tags=["figures"])
def customer_equity(request: Asked, as_of: AsOf = None, limit: Limit = 50, after: After = "") -> EquityOut:
    """Lifetime value of customers who pay, the most valuable first, and the sum over all of them."""
    found = clv_queries.equity(request.auth, asked_day(request.auth, as_of))
    unit = 10 ** digits(found.currency)
    items = found.after(*_mark(after), limit + 1) if after else found.first(limit + 1)
    page = cut(items, limit, lambda at: f"{items[at].value_minor!r} {items[at].id}")
    return EquityOut(
        items=[_worth(one, unit) for one in page.items],
        next=page.next,
        as_of=found.as_of,
        currency=found.currency,
        value=found.value_minor / unit,
        low=_major(found.low_minor, unit),
        high=_major(found.high_minor, unit),
        expansion=found.expansion_minor / unit,
        customers=len(found),
        gross_margin=found.terms.gross_margin,
        discount=found.terms.discount,
        assumed=sorted(found.terms.assumed),
    )


@router.get("/clv/change", response=answers(EquityChangeOut), tags=["figures"])
def equity_change(request: Asked, since: date, as_of: AsOf = None) -> EquityChangeOut:
    """What changed customer equity between two days."""
    asked_day(request.auth, since, "query.since")
    try:
        found = clv_queries.change(request.auth, since, asked_day(request.auth, as_of))
    except ValueError as error:
        raise Refused(("query.since", str(error))) from error
    unit = 10 ** digits(found.currency)
    return EquityChangeOut(
        since=found.since,
        as_of=found.as_of,
        currency=found.currency,
        before=found.before_minor / unit,
        after=found.after_minor / unit,
        parts=[
            EquityPartOut(name=one.name, says=one.says, accounts=one.accounts, amount=one.minor / unit)
            for one in found.parts
        ],
    )


@router.get("/accounts/{account}/clv", response=answers(WorthOut | None, ABOUT_ONE), tags=["figures"])
def account_clv(request: Asked, account: str, as_of: AsOf = None) -> WorthOut | None:
    """A customer's lifetime value; null if it does not pay on that day."""
    found = clv_queries.worth_of(request.auth, account, asked_day(request.auth, as_of))
    return _worth(found, 10 ** digits(request.auth.workspace.currency)) if found else None


class EconomicsOut(Schema):
    """What lifetime values rest on."""

    gross_margin: float = Field(description="A share of revenue.")
    discount: float = Field(description="By which a year later counts less.")
    hourly: float = Field(description="What an hour of work costs, in major units.")
    currency: str
    assumed: list[str] = Field(description="What nobody has said yet.")


class EconomicsIn(Given):
    """What is so from now on: null takes one back, what is not given stays."""

    gross_margin: float | None = Field(None, ge=0.01, le=1)
    discount: float | None = Field(None, ge=0.001, le=1)
    hourly: float | None = Field(None, ge=0, le=1_000_000, description="In major units.")


@router.get("/economics", response=answers(EconomicsOut), tags=["figures"])
def economics(request: Asked) -> EconomicsOut:
    """Margin, discount and the cost of an hour, as said or assumed."""
    return _economics(request.auth)


@router.post("/economics", response=answers(EconomicsOut, WRITING), tags=["figures"])
def change_economics(request: Asked, body: EconomicsIn) -> EconomicsOut:
    """Say them, or take them back; the audit log keeps who did."""
    told = body.model_dump(exclude_unset=True)
    if "hourly" in told:
        hourly, unit = told.pop("hourly"), 10 ** digits(request.auth.workspace.currency)
        told["hourly_minor"] = None if hourly is None else round(hourly * unit)
    try:
        actions.change_economics(request.auth, told)
    except ValueError as wrong:
        raise Refused(("body", str(wrong))) from wrong
    return _economics(request.auth)


def _economics(access: Access) -> EconomicsOut:
    terms = terms_of(access)
    return EconomicsOut(
        gross_margin=terms.gross_margin,
        discount=terms.discount,
        hourly=terms.hourly_minor / 10 ** digits(access.workspace.currency),
        currency=access.workspace.currency,
        assumed=sorted(name.removesuffix("_minor") for name in terms.assumed),
    )


def _mark(after: str) -> tuple[float, str]:
    """The value and the id of the last customer of the page before."""
    text, _, account_id = read(after).partition(" ")
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not isfinite(value):
        raise Refused(("query.after", "is not the `next` of a page; leave it out to begin anew"))
    return value, account_id


def _worth(one: Worth, unit: int) -> WorthOut:
    return WorthOut(
        id=one.id,
        account_id=one.account_id,
        name=one.name,
        segment=one.segment,
        clv=one.value_minor / unit,
        low=_major(one.low_minor, unit),
        high=_major(one.high_minor, unit),
        arr=one.arr_minor / unit,
        margin=one.margin_minor / unit,
        cost_to_serve=one.serve_minor / unit,
        cost_to_retain=one.retain_minor / unit,
        survived=one.survived,
        clock=one.clock,
        years=one.years,
        expansion=one.expansion_minor / unit,
        ends_on=one.ends_on,
        model=one.model,
        says=one.says,
    )


def _major(minor: float | None, unit: int) -> float | None:
    return None if minor is None else minor / unit
