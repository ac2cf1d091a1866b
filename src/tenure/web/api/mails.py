"""Pages sent by e-mail on a schedule: list them, make them, change them, see what became of each mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Router, Schema, Status
from pydantic import Field

from tenure.mailing import actions, queries
from tenure.mailing.actions import LONGEST_QUERY, MOST_ADDRESSEES, Wish, WrongWish
from tenure.mailing.models import Addressee, Mailing, Outsider, Posting
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.workspaces.access import Access
from tenure.workspaces.models import Membership, User
from tenure.workspaces.roles import Right

router = Router()
ON_ONE = WRITING | ABOUT_ONE
Address = Annotated[str, Field(min_length=3, max_length=254)]


class AddresseeOut(Schema):
    """Somebody it goes to."""

    email: str
    is_outside: bool
    stopped_at: datetime | None = Field(description="When they wanted no more of it.")


class MailingOut(Schema):
    """A page that is sent."""

    id: str
    title: str
    page: str
    query: str = Field(description="Of the page's address.")
    account: str | None = Field(description="Tenure's id, of a customer's page.")
    owner: str | None = Field(description="Who is told if somebody gets none.")
    when: str = Field(description="In words.")
    every: str
    weekday: int
    day: int
    hour: int
    zone: str
    on_working_days: bool
    files: str
    has_charts: bool
    next_at: datetime | None = Field(description="Null: it is paused.")
    to: list[AddresseeOut]


class MailingIn(Given):
    """A page to be sent."""

    title: Annotated[str, Field(min_length=1, max_length=120, description="The mail's subject.")]
    page: Literal["today", "customers", "account", "renewals", "portfolio", "insights"]
    query: str = Field("", max_length=LONGEST_QUERY, description="Of the page's address, without the `?`.")
    account: str = Field("", max_length=32, description="Tenure's id; of page `account` only.")
    owner: Address = Field(description="A member's address; of a new one only.")
    every: Literal["daily", "weekly", "monthly"] = "weekly"
    weekday: int = Field(0, ge=0, le=6, description="0 is Monday; of a weekly one.")
    day: int = Field(1, ge=1, le=31, description="Of a monthly one; 31 is the last day of every month.")
    hour: int = Field(8, ge=0, le=23)
    zone: str = Field("", max_length=64, description="Such as Europe/Oslo; empty: the workspace's.")
    on_working_days: bool = False
    files: Literal["", "csv", "xlsx"] = ""
    has_charts: bool = True
    to: list[Address] = Field(
        min_length=1, max_length=MOST_ADDRESSEES, description="Members, and addresses that mail may go to."
    )


class PostingOut(Schema):
    """What became of a mail."""

    id: str
    to: str
    kind: str = Field(description="clock, now, or notice: to the owner, about who gets none.")
    due_at: datetime
    times: int = Field(description="How many times that it was due it stands for.")
    status: str = Field(description="waiting, sending, sent, failed or refused.")
    says: str
    attempts: int
    done_at: datetime | None

    @classmethod
    def of(cls, row: Posting) -> PostingOut:
        """As the log has it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


@router.get("/mails", response=answers(list[MailingOut]), tags=["out"])
def list_mailings(request: Asked) -> list[MailingOut]:
    """All pages that are sent by e-mail, the next first."""
    access = _asked(request)
    return [_out(row, row.going_to) for row in queries.mailings(access)]  # type: ignore[attr-defined]


@router.post("/mails", response=answers(MailingOut, ON_ONE, status=201), tags=["out"])
def create_mailing(request: Asked, body: MailingIn) -> Status[MailingOut]:
    """Have a page sent, each time as its addressees may see it then."""
    access = _asked(request)
    member = access.of(Membership).filter(user__email=body.owner.lower(), closed_at=None)
    owner = User.objects.filter(pk__in=member.values("user")).first()
    try:
        return Status(201, _one(actions.create_mailing(access, _wish(access, body), owner)))
    except WrongWish as wrong:
        raise _refused(wrong) from None


@router.put("/mails/{mail}", response=answers(MailingOut, ON_ONE), tags=["out"])
def change_mailing(request: Asked, mail: str, body: MailingIn) -> MailingOut:
    """Change all of it but its owner."""
    access = _asked(request)
    try:
        return _one(actions.change_mailing(access, mail, _wish(access, body)))
    except WrongWish as wrong:
        raise _refused(wrong) from None


@router.post("/mails/{mail}/pause", response=answers(MailingOut, ON_ONE), tags=["out"])
def pause_mailing(request: Asked, mail: str) -> MailingOut:
    """Send nothing until it is resumed."""
    return _one(actions.pause(_asked(request), mail))


@router.post("/mails/{mail}/resume", response=answers(MailingOut, ON_ONE), tags=["out"])
def resume_mailing(request: Asked, mail: str) -> MailingOut:
    """Send again, from the next time on."""
    try:
        return _one(actions.resume(_asked(request), mail))
    except WrongWish as wrong:
        raise _refused(wrong) from None


@router.post("/mails/{mail}/remove", response=answers(MailingOut, ON_ONE), tags=["out"])
def remove_mailing(request: Asked, mail: str) -> MailingOut:
    """Take it away; it can be resumed for a month."""
    return _one(actions.remove(_asked(request), mail))


@router.get("/mails/{mail}/log", response=answers(Page[PostingOut], ABOUT_ONE), tags=["out"])
def mailing_log(request: Asked, mail: str, limit: Limit = 50, after: After = "") -> Page[PostingOut]:
    """What became of each mail, the newest first."""
    access = _asked(request)
    rows = access.of(Posting).filter(mailing=queries.mailing_of(access, mail))
    return page_of(rows, limit, after, PostingOut.of, newest_first=True)


def _asked(request: Asked) -> Access:
    """A key sees everybody's mailings, so it has to be one that administers."""
    request.auth.require(Right.ADMINISTER)
    return request.auth


def _wish(access: Access, body: MailingIn) -> Wish:
    emails = {one.strip().lower() for one in body.to}
    members = access.of(Membership).filter(user__email__in=emails, closed_at=None).select_related("user")
    outside = access.of(Outsider).filter(email__in=emails, closed_at=None)
    there = {one.user.email for one in members} | {one.email for one in outside}
    if unknown := sorted(emails - there):
        raise Refused(("body.to", f"{unknown[0]} is no member, and no address that mail may go to"))
    given = body.model_dump(exclude={"to", "owner", "account"})
    ids = [one.user_id for one in members], [one.pk for one in outside]
    return Wish(**given, about=body.account, members=ids[0], outsiders=ids[1])


def _refused(wrong: WrongWish) -> Refused:
    names = {"about": "account", "members": "to"}
    return Refused(*((f"body.{names.get(field, field)}", says) for field, says in wrong.problems.items()))


def _one(row: Mailing) -> MailingOut:
    return _out(row, queries.addressees(row))


def _out(row: Mailing, to: list[Addressee]) -> MailingOut:
    kept = ("id", "title", "page", "query", "every", "weekday", "day", "hour", "on_working_days")
    return MailingOut(
        **{name: getattr(row, name) for name in (*kept, "files", "has_charts", "next_at")},
        zone=row.zone_name,
        account=row.about_id,
        owner=row.owner.email if row.owner else None,
        when=row.rhythm.says(),
        to=[
            AddresseeOut(email=one.email, is_outside=one.outsider_id is not None, stopped_at=one.stopped_at)
            for one in to
        ],
    )
