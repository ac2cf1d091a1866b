"""What somebody says of renewals: what they expect, why a customer left, what a figure should be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Router, Schema, Status
from pydantic import Field

from tenure.renewals import actions, calls, queries
from tenure.renewals.models import LONGEST_REASON, Call, LossReason
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, WRITING, answers
from tenure.web.api.revenue import Written, tried
from tenure.web.api.shapes import Given

router = Router()
Why = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class CallIn(Given):
    """What is expected of a renewal. An empty `call` takes back what was called before."""

    call: Literal["renew", "up", "down", "at_risk", "churn", ""]
    reason: Why
    subscription_id: str = Field("", max_length=200, description="Your id; empty: of the whole account.")
    effective_on: date | None = None


class CallOut(Schema):
    """Something that was called."""

    id: str
    call: str
    reason: str
    subscription_id: str
    who: str
    effective_on: date
    recorded_at: datetime

    @classmethod
    def of(cls, one: Call) -> CallOut:
        """From a row with its subscription."""
        said = {name: getattr(one, name) for name in ("id", "call", "reason", "who", "effective_on")}
        of = one.subscription.external_id if one.subscription else ""
        return cls(**said, subscription_id=of, recorded_at=one.recorded_at)


class ReasonIn(Given):
    """Why an account left, or pays less, on a day."""

    lost_on: date
    code: Literal[
        "value", "fit", "champion", "price", "competitor", "product", "service", "closed down", "other"
    ]
    note: str = Field("", max_length=LONGEST_REASON)


class ReasonOut(Schema):
    """A reason that was given."""

    id: str
    lost_on: date
    code: str
    note: str
    who: str
    recorded_at: datetime


class TargetIn(Given):
    """What a figure should be in a quarter; null takes the target away."""

    figure: str = Field(max_length=60)
    quarter: str = Field(max_length=10)
    value: float | None = Field(allow_inf_nan=False)
    team: str = Field("", max_length=120)
    owner: str = Field("", max_length=254)


class TargetOut(Schema):
    """A target in force. Money is in minor units a year."""

    figure: str
    quarter: str
    value: float
    team: str
    owner: str
    is_usual: bool = Field(description="Nobody set one: what is usual.")


@router.get("/accounts/{account}/calls", response=answers(list[CallOut], ABOUT_ONE), tags=["revenue"])
def list_calls(request: Asked, account: str) -> list[CallOut]:
    """Everything that was called of an account's renewals, newest first."""
    return [CallOut.of(one) for one in calls.history(request.auth, account)]


@router.post(
    "/accounts/{account}/calls", response=answers(CallOut, WRITING | ABOUT_ONE, status=201), tags=["revenue"]
)
def call_renewal(request: Asked, account: str, body: CallIn) -> Status[CallOut]:
    """Say what is expected of an account's renewal, with the reason. What was called before is kept."""
    row = tried(
        "body",
        lambda: actions.call(
            request.auth, account, body.call, body.reason, body.subscription_id, body.effective_on
        ),
    )
    return Status(201, CallOut.of(row))


@router.post(
    "/accounts/{account}/losses",
    response=answers(ReasonOut, WRITING | ABOUT_ONE, status=201),
    tags=["revenue"],
)
def give_reason(request: Asked, account: str, body: ReasonIn) -> Status[ReasonOut]:
    """Say why an account left, or pays less. What was said before is kept."""
    row: LossReason = tried(
        "body",
        lambda: actions.give_reason(request.auth, account, body.lost_on, body.code, body.note),
    )
    return Status(201, ReasonOut.model_validate(row, from_attributes=True))


@router.get("/targets", response=answers(list[TargetOut]), tags=["revenue"])
def list_targets(request: Asked, quarter: Written = "") -> list[TargetOut]:
    """The targets of a quarter: of everybody, of teams, of owners."""
    of = tried("query.quarter", lambda: queries.quarter_of(request.auth, quarter))
    aims = calls.targets(request.auth, str(of))
    return [TargetOut.model_validate(one, from_attributes=True) for one in aims]


@router.post("/targets", response=answers(list[TargetOut], WRITING), tags=["revenue"])
def set_target(request: Asked, body: TargetIn) -> list[TargetOut]:
    """Say what a figure should be in a quarter; answers with the quarter's targets."""
    tried(
        "body",
        lambda: actions.set_target(
            request.auth, body.figure, body.quarter, body.value, team=body.team, owner=body.owner
        ),
    )
    return list_targets(request, body.quarter)
