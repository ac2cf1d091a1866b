"""Families of customers: one with all below it, and under whom it stands."""

from __future__ import annotations

from datetime import date

from ninja import Router, Schema
from pydantic import Field

from tenure.accounts import families
from tenure.accounts.models import Account
from tenure.desk import rolling
from tenure.desk.rolling import Family, Part
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import AccountOut, Amount, Given

router = Router()


class MemberOut(Schema):
    """An account of a family, with what is its own."""

    id: str
    name: str
    parent_id: str | None
    level: int = Field(description="0 is the account that was asked for.")
    arr: Amount | None
    score: float | None
    seats: int | None
    open_tickets: int | None

    @classmethod
    def of(cls, one: Part, currency: str) -> MemberOut:
        """From a part."""
        named = {name: getattr(one, name) for name in ("id", "name", "parent_id", "level", "score", "seats")}
        return cls(**named, arr=Amount.of(one.arr_minor, currency), open_tickets=one.tickets)


class FamilyOut(Schema):
    """An account with all that stand below it. Null is no data, never 0."""

    accounts: int = Field(description="How many the figures are of.")
    hidden: int = Field(description="How many more there are that the key does not see.")
    arr: Amount | None = Field(description="The sum.")
    score: float | None = Field(description="The mean, each weighted by its ARR.")
    outcomes: float | None
    experience: float | None
    band: str
    weighted_by: str = Field(description="`ARR`, or empty where each counts the same: no ARR is known.")
    active_people: int | None = Field(description="Distinct people of the last 28 days.")
    seats: int | None
    seat_use: float | None
    open_tickets: int | None
    renews_on: date | None = Field(description="The first of any.")
    last_active_on: date | None
    members: list[MemberOut]

    @classmethod
    def of(cls, found: Family, currency: str) -> FamilyOut:
        """From a family."""
        names = "accounts score outcomes experience band weighted_by seats seat_use renews_on last_active_on"
        figures = found.figures
        return cls(
            **{name: getattr(figures, name) for name in names.split()},
            hidden=found.hidden,
            arr=Amount.of(figures.arr_minor, currency),
            active_people=figures.people,
            open_tickets=figures.tickets,
            members=[MemberOut.of(one, currency) for one in found.parts[: rolling.MOST_PARTS]],
        )


class ParentIn(Given):
    """Under whom an account stands."""

    parent: str = Field(max_length=32, description="Tenure's id of the account above; empty: none.")


@router.get("/accounts/{account}/family", response=answers(FamilyOut, ABOUT_ONE), tags=["accounts"])
def family(request: Asked, account: str) -> FamilyOut:
    """A customer and all below it, together. One with none below is a family of itself.

    Of very large families the first 500 are listed; the figures are of all.
    """
    access = request.auth
    return FamilyOut.of(rolling.together(access, account), access.workspace.currency)


@router.post(
    "/accounts/{account}/parent", response=answers(AccountOut, WRITING | ABOUT_ONE), tags=["accounts"]
)
def put_under(request: Asked, account: str, body: ParentIn) -> AccountOut:
    """Put a customer under another, or under none. It counts more than what files say."""
    access = request.auth
    try:
        families.put_under(access, account, body.parent)
    except ValueError as wrong:
        raise Refused(("body.parent", str(wrong))) from wrong
    return AccountOut.of(access.get(Account, account), access.workspace.currency)
