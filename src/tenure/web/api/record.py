"""What customers pay, answer and ask, and what was done: the record, account by account or all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tenure.accounts.models import Account
from tenure.conversations.models import TicketVersion
from tenure.feedback.actions import ResponseRow, upsert_responses
from tenure.feedback.models import Response
from tenure.kit import clock
from tenure.revenue import products
from tenure.revenue.models import Term
from tenure.touchpoints.actions import LONGEST, write_note
from tenure.touchpoints.models import Note
from tenure.warnings import actions as warnings
from tenure.warnings.actions import Handled
from tenure.warnings.queries import visible
from tenure.web.api.accounts import MOST_AT_ONCE, saved
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import (
    Amount,
    Given,
    Id,
    NoteOut,
    ResponseOut,
    Saved,
    TermOut,
    TicketOut,
    WarningOut,
)
from tenure.workspaces.roles import Right

M = TypeVar("M", bound=Model)
router = Router()
OfAccount = Annotated[str, Query(description="Only those of this account (Tenure's id).")]
ON_ONE = WRITING | ABOUT_ONE


def of_account(request: Asked, model: type[M], account: str) -> QuerySet[M]:
    """A table's rows, or those of one account; Http404 for a stranger's."""
    rows = request.auth.of(model)
    return rows.filter(account=request.auth.get(Account, account)) if account else rows


@router.get("/subscriptions", response=answers(Page[TermOut], ABOUT_ONE), tags=["record"])
def list_terms(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[TermOut]:
    """Terms of contracts, as corrected since."""
    rows = of_account(request, Term, account).filter(superseded_at=None).select_related("subscription")
    return page_of(rows, limit, after, TermOut.of)


class ProductOut(Schema):
    """A product that an account has, or had."""

    name: str
    is_live: bool
    arr: Amount | None
    seats: int | None
    since: date
    until: date | None = Field(description="Null: it is open-ended.")


class ProductsOut(Schema):
    """What an account has bought, and what others have that it has not."""

    bought: list[ProductOut]
    whitespace: list[str] = Field(description="The most usual first.")


@router.get("/accounts/{account}/products", response=answers(ProductsOut, ABOUT_ONE), tags=["record"])
def account_products(request: Asked, account: str) -> ProductsOut:
    """What an account has bought, by product, and what others have that it has not."""
    access = request.auth
    found = products.bought(access, account)
    others = products.whitespace(access, [one.name for one in found if one.is_live])
    currency = access.workspace.currency
    return ProductsOut(
        bought=[_product(one, currency) for one in found], whitespace=[one.name for one in others]
    )


def _product(one: products.Bought, currency: str) -> ProductOut:
    named = {name: getattr(one, name) for name in ("name", "is_live", "seats", "since", "until")}
    return ProductOut(**named, arr=Amount.of(one.arr_minor, currency))


@router.get("/tickets", response=answers(Page[TicketOut], ABOUT_ONE), tags=["record"])
def list_tickets(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[TicketOut]:
    """Requests for help."""
    rows = of_account(request, TicketVersion, account).filter(superseded_at=None).select_related("ticket")
    return page_of(rows, limit, after, TicketOut.of)


@router.get("/responses", response=answers(Page[ResponseOut], ABOUT_ONE), tags=["record"])
def list_responses(
    request: Asked,
    account: OfAccount = "",
    survey: Annotated[str, Query(description="`nps`, `csat`, `ces` or a name of yours.")] = "",
    limit: Limit = 50,
    after: After = "",
) -> Page[ResponseOut]:
    """Answers to surveys."""
    rows = of_account(request, Response, account)
    return page_of(rows.filter(survey=survey) if survey else rows, limit, after, ResponseOut.of)


class ResponseIn(Given):
    """An answer to a survey."""

    account_id: Id = Field(description="Your id of the account.")
    person_id: str = Field("", max_length=200, description="Your id of the person; empty: nobody signed it.")
    survey: Annotated[str, Field(min_length=1, max_length=80)]
    score: float | None = Field(None, allow_inf_nan=False)
    comment: str = Field("", max_length=20_000)
    timestamp: datetime = Field(description="When they answered, with its zone.")


class ResponsesIn(Given):
    """Answers to add or correct."""

    responses: list[ResponseIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


@router.post("/responses", response=answers(Saved, WRITING), tags=["record"])
def save_responses(request: Asked, body: ResponsesIn) -> Saved:
    """Add answers; the same person, survey and time again corrects score and comment."""
    request.auth.require(Right.LOAD)
    rows = [_response_row(at, one) for at, one in enumerate(body.responses)]
    try:
        return saved(upsert_responses(request.auth.workspace, rows))
    except ValueError as wrong:
        raise Refused(("body.responses", str(wrong))) from wrong


def _response_row(at: int, one: ResponseIn) -> ResponseRow:
    place = f"body.responses.{at}.timestamp"
    if one.timestamp.tzinfo is None:
        raise Refused((place, "has no zone; write it as 2026-04-03T10:30:00Z"))
    if one.timestamp.year < 1970 or one.timestamp > clock.now() + timedelta(days=1):
        raise Refused((place, "lies in the future or before 1970; an answer has been given"))
    return ResponseRow(
        survey=one.survey.lower(),
        account_id=one.account_id,
        responded_at=one.timestamp,
        person_id=one.person_id,
        score=one.score,
        comment=one.comment,
    )


@router.get("/notes", response=answers(Page[NoteOut], ABOUT_ONE), tags=["record"])
def list_notes(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[NoteOut]:
    """Notes, in the order in which they were written."""
    return page_of(of_account(request, Note, account), limit, after, NoteOut.of)


class NoteIn(Given):
    """Something to keep about an account."""

    account: Annotated[str, Field(min_length=1, max_length=32, description="Tenure's id.")]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


@router.post("/notes", response=answers(NoteOut, ON_ONE, status=201), tags=["record"])
def add_note(request: Asked, body: NoteIn) -> Status[NoteOut]:
    """Write a note, in the name of the key."""
    try:
        return Status(201, NoteOut.of(write_note(request.auth, body.account, body.text)))
    except ValueError as wrong:
        raise Refused(("body.text", str(wrong))) from wrong


@router.get("/warnings", response=answers(Page[WarningOut], ABOUT_ONE), tags=["work"])
def list_warnings(
    request: Asked, account: OfAccount = "", limit: Limit = 50, after: After = ""
) -> Page[WarningOut]:
    """Open early warnings that nobody has put off or dealt with."""
    access = request.auth
    rows = visible(access, clock.today(access.workspace.zone))
    if account:
        rows = rows.filter(account=access.get(Account, account))
    return page_of(rows, limit, after, WarningOut.of)


class DoneIn(Given):
    """What was done about an account's warnings."""

    note: str = Field("", max_length=LONGEST)


class LaterIn(Given):
    """Until when an account's warnings can wait."""

    until: date


class HandledOut(Schema):
    """Which warnings are quiet now, and until when."""

    warnings: list[str]
    until: date | None


@router.post("/accounts/{account}/done", response=answers(HandledOut, ON_ONE), tags=["work"])
def mark_done(request: Asked, account: str, body: DoneIn) -> HandledOut:
    """The next step was taken: the account's warnings are quiet for a while."""
    return _handled(lambda: warnings.done(request.auth, account, body.note), "body.note")


@router.post("/accounts/{account}/later", response=answers(HandledOut, ON_ONE), tags=["work"])
def put_off(request: Asked, account: str, body: LaterIn) -> HandledOut:
    """Put the account's warnings off until a day."""
    return _handled(lambda: warnings.snooze(request.auth, account, body.until), "body.until")


def _handled(act: Callable[[], Handled], field: str) -> HandledOut:
    """What came of it. Refused where the action says that something is not right."""
    try:
        handled = act()
    except ValueError as wrong:
        raise Refused((field, str(wrong))) from wrong
    return HandledOut(
        warnings=list(handled.warning_ids), until=handled.until if handled.warning_ids else None
    )
