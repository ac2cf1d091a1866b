"""Events as they were collected, and those set aside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from ninja import Query, Router, Schema
from pydantic import Field, JsonValue

from tenure.accounts.models import Account, Person
from tenure.events import names, queries
from tenure.events.dictionary import MOST_NAMES
from tenure.events.models import RejectedEvent
from tenure.events.queries import EventFilter, EventRow
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, cut, page_of, read
from tenure.web.api.problems import ABOUT_ONE, Refused, answers
from tenure.workspaces.roles import Right

router = Router()


class EventOut(Schema):
    """Something somebody did."""

    message_id: str
    kind: str
    event: str
    account: str | None = Field(description="Tenure's id of the account it counts for now.")
    person: str | None
    account_ref: str | None = Field(description="As it was observed.")
    person_ref: str | None
    occurred_at: datetime
    received_at: datetime
    source: str
    properties: dict[str, JsonValue]

    @classmethod
    def of(cls, row: EventRow) -> EventOut:
        """From a row of the lake."""
        return cls(
            message_id=row.message_id,
            kind=row.kind,
            event=row.event,
            account=row.account_id,
            person=row.person_id,
            account_ref=row.account_ref,
            person_ref=row.person_ref,
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            source=row.source,
            properties=_read(row.properties),
        )


class RejectedOut(Schema):
    """An event that could not go through, and why."""

    id: int
    reason: str
    says: str
    body: str
    received_at: datetime

    @classmethod
    def of(cls, row: RejectedEvent) -> RejectedOut:
        """From a row."""
        return cls(id=row.pk, reason=row.reason, says=row.says, body=row.body, received_at=row.received_at)


@router.get("/events", response=answers(Page[EventOut], ABOUT_ONE), tags=["events"])
def list_events(
    request: Asked,
    account: Annotated[str, Query(description="Tenure's id.")] = "",
    person: Annotated[str, Query(description="Tenure's id.")] = "",
    name: Annotated[str, Query(description="Of the event.", max_length=200)] = "",
    since: Annotated[date | None, Query(description="The first day, in the workspace's zone.")] = None,
    until: Annotated[date | None, Query(description="The last day.")] = None,
    limit: Limit = 50,
    after: After = "",
) -> Page[EventOut]:
    """Events, those that happened last first."""
    access = request.auth
    chosen = EventFilter(
        account_id=access.get(Account, account).pk if account else "",
        person_id=access.get(Person, person).pk if person else "",
        name=name,
        since=since,
        until=until,
        behind=_behind(after) if after else None,
    )
    rows = queries.find(access, chosen, limit + 1)
    return cut(
        [EventOut.of(row) for row in rows],
        limit,
        lambda at: f"{rows[at].occurred_at.astimezone(UTC).isoformat()} {rows[at].message_id}",
    )


class PropertyOut(Schema):
    """A property that events of a name carry."""

    name: str
    types: list[str]
    share: float = Field(description="Of the newest events of the name, those that have it.")


class EventNameOut(Schema):
    """A line of the dictionary; counts are of the last 28 days."""

    kind: str
    event: str
    description: str
    first_seen: datetime
    last_seen: datetime
    events: int
    people: int
    accounts: int
    has_stopped: bool = Field(description="It came regularly, and no longer does.")
    properties: list[PropertyOut]


@router.get("/events/names", response=answers(list[EventNameOut]), tags=["events"])
def event_names(
    request: Asked, search: Annotated[str, Query(max_length=200, description="Part of the name.")] = ""
) -> list[EventNameOut]:
    """The dictionary of events, the most frequent first, 2,000 at most."""
    request.auth.require(Right.READ)
    found = names.names(request.auth, search.replace("\0", ""), most=MOST_NAMES)
    return [EventNameOut.model_validate(one, from_attributes=True) for one in found]


@router.get("/events/rejected", response=answers(Page[RejectedOut]), tags=["events"])
def list_rejected(request: Asked, limit: Limit = 50, after: After = "") -> Page[RejectedOut]:
    """Events set aside that wait to be mended."""
    if after and not read(after).isdecimal():
        raise Refused(("query.after", "is not the `next` of this list"))
    return page_of(request.auth.of(RejectedEvent).filter(replayed_at=None), limit, after, RejectedOut.of)


def _behind(after: str) -> tuple[datetime, str]:
    """Where the page before ended."""
    at, _, message_id = read(after).partition(" ")
    try:
        return datetime.fromisoformat(at), message_id
    except ValueError:
        raise Refused(("query.after", "is not the `next` of this list")) from None


def _read(json: str) -> dict[str, JsonValue]:
    try:
        return msgspec.json.decode(json, type=dict)
    except (msgspec.DecodeError, RecursionError):
        return {}
