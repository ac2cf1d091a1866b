"""Scores set by hand: what counts instead of what is computed, why, and until when."""

from __future__ import annotations

from datetime import date

from ninja import Router, Schema
from pydantic import Field

from tenure.health import overrides
from tenure.health.overrides import NotPossible
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given

router = Router()


class OverrideIn(Given):
    """A score, why it counts, and the last day it does."""

    score: float = Field(ge=0, le=100)
    reason: str = Field(min_length=1, max_length=overrides.MOST_REASON, description="Everybody sees it.")
    until: date = Field(description="The last day it counts, within a year.")


class OverrideOut(Schema):
    """A score set by hand."""

    score: float
    reason: str
    who: str
    since: date
    until: date = Field(description="The last day it counts.")


class EndedOut(Schema):
    """Whether there was one to end."""

    ended: bool


@router.post(
    "/accounts/{account}/override", response=answers(OverrideOut, WRITING | ABOUT_ONE), tags=["figures"]
)
def override(request: Asked, account: str, body: OverrideIn) -> OverrideOut:
    """Have a score count instead of the computed one, which stays beside it. One that holds already ends."""
    try:
        row = overrides.set_override(request.auth, account, body.score, body.reason, body.until)
    except NotPossible as wrong:
        raise Refused((f"body.{wrong.field}", str(wrong))) from wrong
    one = overrides.of_row(row)
    return OverrideOut(
        score=one.score, reason=one.reason, who=one.who, since=one.starts_on, until=one.last_day
    )


@router.post(
    "/accounts/{account}/override/end", response=answers(EndedOut, WRITING | ABOUT_ONE), tags=["figures"]
)
def end_override(request: Asked, account: str) -> EndedOut:
    """Have the computed score count again from today on."""
    return EndedOut(ended=overrides.end_override(request.auth, account))
