"""What goes in and out, and how our rows become it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, JsonValue

from tenure.accounts.models import Account, Person
from tenure.accounts.rows import PersonRow
from tenure.conversations.models import TicketVersion
from tenure.feedback.models import Response
from tenure.kit.money import Money
from tenure.revenue.models import Term
from tenure.touchpoints.models import Note
from tenure.warnings.models import EarlyWarning

Id = Annotated[str, Field(min_length=1, max_length=200)]
Attributes = Annotated[dict[str, JsonValue], Field(max_length=200)]


class Given(Schema):
    """Something a client sends. A field that is not known is a mistake, and said to be one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Amount(Schema):
    """Money: a decimal number as text, so that nobody rounds it, and its ISO 4217 currency."""

    amount: str
    currency: str

    @classmethod
    def of(cls, minor: int | float | None, currency: str) -> Amount | None:
        """From minor units; None is no data."""
        return (
            None
            if minor is None
            else cls(amount=str(Money(round(minor), currency).amount), currency=currency)
        )


class Health(Schema):
    """How an account stands. Null is no data, never 0."""

    as_of: date
    score: float | None = Field(description="0 to 100.")
    outcomes: float | None
    experience: float | None
    band: str = Field(description="good, fair, poor; empty without a score.")
    basis: str = Field(
        description="both, outcomes, experience, none, or former for who pays nothing any more."
    )
    coverage: float = Field(description="Share of the profile's weight that had data.")


class AccountOut(Schema):
    """A customer."""

    id: str = Field(description="Tenure's id.")
    account_id: str = Field(description="Your id.")
    name: str
    domain: str
    owner: str
    segment: str
    parent_id: str | None = Field(description="Tenure's id of the account it belongs to.")
    created_at: datetime
    attributes: dict[str, JsonValue]
    health: Health | None = Field(description="Null until first scored.")
    arr: Amount | None
    renews_on: date | None
    last_active_on: date | None

    @classmethod
    def of(cls, one: Account, currency: str) -> AccountOut:
        """From a row with its attributes and standing."""
        standing = getattr(one, "standing", None)
        attributes = getattr(one, "attributes", None)
        return cls(
            id=one.pk,
            account_id=one.external_id,
            name=one.name,
            domain=one.domain,
            owner=one.owner,
            segment=one.segment,
            parent_id=one.parent_id,
            created_at=one.created_at,
            attributes=attributes.data if attributes else {},
            health=Health.model_validate(standing, from_attributes=True) if standing else None,
            arr=Amount.of(standing.arr_minor, currency) if standing else None,
            renews_on=standing.renews_on if standing else None,
            last_active_on=standing.last_active_on if standing else None,
        )


class AccountIn(Given):
    """What you know of a customer. A field left out or empty says nothing, and erases nothing."""

    account_id: Id = Field(description="Your id.")
    name: str = Field("", max_length=200)
    domain: str = Field("", max_length=253)
    owner: str = Field("", max_length=254)
    segment: str = Field("", max_length=80)
    parent_id: str = Field("", max_length=200, description="Your id of the account it belongs to.")
    attributes: Attributes = Field(default={})


class PersonOut(Schema):
    """Somebody at a customer."""

    id: str
    person_id: str
    email: str
    name: str
    role: str
    part: str = Field(description="What they are to us, such as champion; empty: not said.")
    influence: str
    stance: str
    relation: str
    left_on: date | None = Field(description="The first day they are no longer there.")
    account: str | None = Field(description="Tenure's id of their account.")
    is_own: bool = Field(description="One of your own people: never counted as product use.")
    attributes: dict[str, JsonValue]
    created_at: datetime

    @classmethod
    def of(cls, one: Person) -> PersonOut:
        """From a row."""
        return cls(
            id=one.pk,
            person_id=one.external_id,
            email=one.email,
            name=one.name,
            role=one.role,
            part=one.part,
            influence=one.influence,
            stance=one.stance,
            relation=one.relation,
            left_on=one.left_on,
            account=one.account_id,
            is_own=one.is_own,
            attributes=one.attributes,
            created_at=one.created_at,
        )


class PersonIn(Given):
    """What you know of a person. A field left out or empty says nothing, and erases nothing."""

    person_id: Id = Field(description="Your id.")
    email: str = Field("", max_length=254)
    name: str = Field("", max_length=200)
    account_id: str = Field("", max_length=200, description="Your id of their account.")
    role: str = Field("", max_length=120)
    part: Literal[
        "", "champion", "sponsor", "decision_maker", "influencer", "administrator", "user", "blocker"
    ] = ""
    influence: Literal["", "high", "medium", "low"] = ""
    stance: Literal["", "supporter", "neutral", "critic"] = ""
    relation: Literal["", "strong", "good", "weak", "none"] = ""
    left_on: date | None = Field(None, description="The first day they are no longer there.")
    consent: dict[Literal["product", "surveys", "marketing"], bool] = Field(
        default={}, description="What they agreed to, or no longer."
    )
    attributes: Attributes = Field(default={})

    def row(self) -> PersonRow:
        """As the record takes it."""
        said = self.model_dump() | {"left_on": self.left_on.isoformat() if self.left_on else ""}
        return PersonRow(**said)


class Saved(Schema):
    """What became of what you sent, counted by distinct id."""

    added: int
    changed: int
    same: int
    ids: dict[str, str] = Field(default={}, description="From your ids to Tenure's.")
    circles: list[str] = Field(
        default=[], description="Accounts left where they are: the parent they name stands below them."
    )


class TermOut(Schema):
    """A term of a contract: what is paid from `starts_on` until the day before `ends_on`."""

    subscription_id: str
    account: str
    product: str
    amount: Amount
    interval: str
    seats: int | None
    starts_on: date
    ends_on: date | None = Field(description="The first day it no longer runs; null: open.")
    auto_renew: bool
    reason: str

    @classmethod
    def of(cls, one: Term) -> TermOut:
        """From a row with its subscription."""
        return cls(
            subscription_id=one.subscription.external_id,
            account=one.account_id,
            product=one.subscription.product,
            amount=Amount(amount=str(Money(one.amount_minor, one.currency).amount), currency=one.currency),
            interval=one.interval,
            seats=one.seats,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            auto_renew=one.auto_renew,
            reason=one.reason,
        )


class ResponseOut(Schema):
    """An answer to a survey."""

    id: str
    account: str
    person: str | None
    survey: str
    score: float | None
    comment: str
    responded_at: datetime

    @classmethod
    def of(cls, one: Response) -> ResponseOut:
        """From a row."""
        return cls(
            id=one.pk,
            account=one.account_id,
            person=one.person_id,
            survey=one.survey,
            score=one.score,
            comment=one.comment,
            responded_at=one.responded_at,
        )


class TicketOut(Schema):
    """A request for help, as known now; `solved_at` null: it is open."""

    id: str
    ticket_id: str
    account: str
    person: str | None
    subject: str
    channel: str
    priority: str
    opened_at: datetime
    first_reply_at: datetime | None
    solved_at: datetime | None
    replies: int | None
    reopens: int | None
    handle_minutes: float | None

    @classmethod
    def of(cls, one: TicketVersion) -> TicketOut:
        """From the version in force, with its ticket."""
        said: dict[str, Any] = {
            name: getattr(one, name)
            for name in (
                "subject channel priority opened_at first_reply_at solved_at replies reopens handle_minutes"
            ).split()
        }
        return cls(
            id=one.ticket_id,
            ticket_id=one.ticket.external_id,
            account=one.account_id,
            person=one.person_id,
            **said,
        )


class NoteOut(Schema):
    """What somebody wrote down or did."""

    id: str
    account: str
    author: str
    text: str
    happened_at: datetime

    @classmethod
    def of(cls, one: Note) -> NoteOut:
        """From a row."""
        return cls(
            id=one.pk, account=one.account_id, author=one.author, text=one.text, happened_at=one.happened_at
        )


class WarningOut(Schema):
    """An open early warning."""

    id: str
    account: str
    cause: str
    says: str
    is_opportunity: bool
    opened_on: date
    snoozed_until: date | None
    facts: dict[str, JsonValue] = Field(description="The figures the sentence rests on.")

    @classmethod
    def of(cls, one: EarlyWarning) -> WarningOut:
        """From a row."""
        return cls(
            id=one.pk,
            account=one.account_id,
            cause=one.cause,
            says=one.says,
            is_opportunity=one.is_opportunity,
            opened_on=one.opened_on,
            snoozed_until=one.snoozed_until,
            facts=one.facts,
        )
