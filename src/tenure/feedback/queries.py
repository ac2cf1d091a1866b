"""Reads about what customers answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenure.accounts.models import Account
from tenure.feedback import rules
from tenure.feedback.models import Response
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class Answer:
    """One answer on an account's page. `tone` is good, fair, poor, or empty off the shipped scales."""

    survey: str
    score: float | None
    tone: str
    comment: str
    person: str
    person_id: str | None
    responded_at: datetime


def latest_answers(access: Access, account_id: str, most: int = 50) -> list[Answer]:
    """An account's newest answers, newest first. Http404 for strangers' accounts."""
    account = access.get(Account, account_id)
    rows = (
        access.of(Response).filter(account=account).select_related("person").order_by("-responded_at", "-id")
    )
    return [_answer(row) for row in rows[:most]]


def _answer(row: Response) -> Answer:
    return Answer(
        survey=row.survey,
        score=row.score,
        tone=rules.tone(row.survey, row.score),
        comment=row.comment,
        person=str(row.person) if row.person else "",
        person_id=row.person_id,
        responded_at=row.responded_at,
    )
