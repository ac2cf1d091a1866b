"""What customers want to reach, were offered and cost: goals, deals, costs."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Router, Schema
from pydantic import Field

from tenure.plans.models import GoalVersion
from tenure.revenue.models import Cost, Deal
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of
from tenure.web.api.problems import ABOUT_ONE, answers
from tenure.web.api.record import OfAccount, of_account
from tenure.web.api.shapes import Amount

router = Router()


class GoalOut(Schema):
    """What an account wants to reach, as known now."""

    id: str
    goal_id: str
    account: str
    title: str
    aim: str
    start_value: float | None
    target_value: float
    value: float | None = Field(description="Null: nobody has measured it yet.")
    weight: float
    due: date | None
    status: str
    measured_on: date

    @classmethod
    def of(cls, one: GoalVersion) -> GoalOut:
        """From the version in force, with its goal."""
        names = "title aim start_value target_value value weight due status".split()
        said = {name: getattr(one, name) for name in names}
        return cls(
            id=one.pk,
            goal_id=one.goal.external_id,
            account=one.account_id,
            measured_on=one.effective_on,
            **said,
        )


class DealOut(Schema):
    """What was offered; `won` null: it is open."""

    id: str
    deal_id: str
    account: str
    stage: str
    amount: Amount | None
    opened_at: datetime
    closed_at: datetime | None
    won: bool | None
    source: str
    referred_by: str

    @classmethod
    def of(cls, one: Deal) -> DealOut:
        """From a row."""
        names = "id stage opened_at closed_at won source referred_by".split()
        said = {name: getattr(one, name) for name in names}
        amount = Amount.of(one.amount_minor, one.currency)
        return cls(deal_id=one.external_id, account=one.account_id, amount=amount, **said)


class CostOut(Schema):
    """What winning or keeping customers cost on a day: money, or hours."""

    id: str
    account: str | None = Field(description="Null: it is everybody's.")
    category: str
    spent_on: date
    amount: Amount | None
    hours: float | None

    @classmethod
    def of(cls, one: Cost) -> CostOut:
        """From a row."""
        said = {name: getattr(one, name) for name in ("id", "category", "spent_on", "hours")}
        return cls(account=one.account_id, amount=Amount.of(one.amount_minor, one.currency), **said)


@router.get("/goals", response=answers(Page[GoalOut], ABOUT_ONE), tags=["record"])
def list_goals(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[GoalOut]:
    """What accounts want to reach: each goal with every day its value was measured, as corrected since."""
    rows = of_account(request, GoalVersion, account).filter(superseded_at=None).select_related("goal")
    return page_of(rows, limit, after, GoalOut.of)


@router.get("/deals", response=answers(Page[DealOut], ABOUT_ONE), tags=["record"])
def list_deals(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[DealOut]:
    """What was offered, open or decided."""
    return page_of(of_account(request, Deal, account), limit, after, DealOut.of)


@router.get("/costs", response=answers(Page[CostOut], ABOUT_ONE), tags=["record"])
def list_costs(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[CostOut]:
    """What winning and keeping customers cost."""
    return page_of(of_account(request, Cost, account), limit, after, CostOut.of)
