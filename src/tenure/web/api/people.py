"""What people allow to be sent to them, and how what is known of them changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field, JsonValue

from tenure.accounts import consent, past
from tenure.accounts.consent import PURPOSES, Word
from tenure.accounts.models import Person
from tenure.accounts.past import Change
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, WRITING, answers
from tenure.web.api.shapes import Given

router = Router()
PurposeName = Literal["product", "surveys", "marketing"]
MOST_ASKED = 200


class WordOut(Schema):
    """Somebody's word on a purpose."""

    purpose: str
    is_given: bool
    source: str
    said_by: str
    said_at: datetime

    @classmethod
    def of(cls, one: Word) -> WordOut:
        """From a word."""
        named = {name: getattr(one, name) for name in ("is_given", "source", "said_by", "said_at")}
        return cls(purpose=one.purpose.name, **named)


class ConsentOut(Schema):
    """What somebody allows."""

    may: dict[str, bool] = Field(description="Whether something may be sent now, by purpose.")
    words: list[WordOut] = Field(description="Every word, the newest first.")


class WordIn(Given):
    """What somebody told you."""

    purpose: PurposeName
    is_given: bool


class ChangeOut(Schema):
    """What a field of an account or a person was from a day on."""

    field: str = Field(description="A column, or an attribute behind a dot.")
    value: JsonValue
    source: str
    said_by: str
    effective_on: date
    recorded_at: datetime

    @classmethod
    def of(cls, one: Change) -> ChangeOut:
        """From a change."""
        named = {name: getattr(one, name) for name in ("value", "source", "said_by")}
        return cls(field=one.key, effective_on=one.effective_on, recorded_at=one.recorded_at, **named)


@router.get("/people/{person}/consent", response=answers(ConsentOut, ABOUT_ONE), tags=["accounts"])
def person_consent(request: Asked, person: str) -> ConsentOut:
    """What somebody allows to be sent to them, and who said so when."""
    access = request.auth
    words = consent.history(access, person)
    may = {name: bool(consent.may_receive(access.workspace, name, [person])) for name in PURPOSES}
    return ConsentOut(may=may, words=[WordOut.of(one) for one in words])


@router.post("/people/{person}/consent", response=answers(ConsentOut, WRITING | ABOUT_ONE), tags=["accounts"])
def say_consent(request: Asked, person: str, body: WordIn) -> ConsentOut:
    """Keep that somebody agreed to something or withdrew; what they said before is kept too."""
    consent.say(request.auth, person, body.purpose, is_given=body.is_given)
    return person_consent(request, person)


@router.get("/consent/{purpose}", response=answers(list[str], ABOUT_ONE), tags=["accounts"])
def may_receive(
    request: Asked,
    purpose: PurposeName,
    person: Annotated[list[str], Query(description="Tenure's ids of people.", max_length=MOST_ASKED)],
) -> list[str]:
    """Those of these people to whom something may be sent for a purpose. Ask before sending."""
    ours = request.auth.of(Person).filter(pk__in=person).values_list("pk", flat=True)
    return sorted(consent.may_receive(request.auth.workspace, purpose, list(ours)))


@router.get("/accounts/{account}/changes", response=answers(list[ChangeOut], ABOUT_ONE), tags=["accounts"])
def account_changes(request: Asked, account: str) -> list[ChangeOut]:
    """How what is known of an account changed, its attributes too, the newest first."""
    return [ChangeOut.of(one) for one in past.account_changes(request.auth, account)]


@router.get("/people/{person}/changes", response=answers(list[ChangeOut], ABOUT_ONE), tags=["accounts"])
def person_changes(request: Asked, person: str) -> list[ChangeOut]:
    """How what is known of somebody changed, the newest first."""
    return [ChangeOut.of(one) for one in past.person_changes(request.auth, person)]
