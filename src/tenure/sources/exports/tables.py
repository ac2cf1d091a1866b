"""What each kind holds: its canonical columns with their types, and its rows as they are on record now.

The accounts come last: whatever is recorded while an export runs belongs to accounts that it has too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa

from tenure.accounts.consent import PURPOSES, newest
from tenure.accounts.models import Account, Person
from tenure.accounts.queries import in_chunks
from tenure.accounts.stakeholders import TRAITS
from tenure.conversations.models import TicketVersion
from tenure.feedback.models import Response
from tenure.kit.money import Money
from tenure.plans.models import GoalVersion
from tenure.revenue.models import Cost, Deal, Rate, Term
from tenure.sources.exports.further import Further, further_of, values_of
from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access

ROWS = 5_000  # of a batch: what is in memory at once

TEXT, DAY, AT = pa.string(), pa.date32(), pa.timestamp("us", "UTC")
WHOLE, REAL, YES_NO = pa.int64(), pa.float64(), pa.bool_()
MONEY, RATE = pa.decimal128(24, 4), pa.decimal128(24, 10)

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """A kind's columns, its rows, and where its further columns come from."""

    name: str
    columns: dict[str, pa.DataType]
    rows: Callable[[Access], Iterator[Row]]
    attributes: Callable[[Access], Iterator[dict[str, Any]]] | None = None

    def opened(self, access: Access) -> Opened:
        """The table as a workspace fills it: columns, and batches of rows."""
        further = further_of(self.attributes(access), self.columns) if self.attributes else Further()
        schema = pa.schema([*self.columns.items(), *further.columns.items()])
        return Opened(schema, self._batches(access, schema, further), further)

    def _batches(self, access: Access, schema: pa.Schema, further: Further) -> Iterator[pa.RecordBatch]:
        found, width = self.rows(access), len(self.columns)
        while some := list(islice(found, ROWS)):
            rows = [
                (*row[:width], *values_of(further, row[width])) if self.attributes else row for row in some
            ]
            columns = zip(*rows, strict=True)
            yield pa.RecordBatch.from_arrays(
                [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
                schema=schema,
            )


@dataclass(frozen=True)
class Opened:
    """A table of a workspace, ready to be written."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    further: Further


def _accounts(access: Access) -> Iterator[Row]:
    names = ("external_id", "name", "domain", "parent__external_id", "owner", "segment", "attributes__data")
    for *said, data in access.of(Account).order_by("pk").values_list(*names).iterator(ROWS):
        yield *map(_said, said), data or {}


def _people(access: Access) -> Iterator[Row]:
    names = ("external_id", "email", "name", "account__external_id", "role", *TRAITS, "left_on", "attributes")
    rows = access.of(Person).order_by("pk").values_list("pk", *names).iterator(ROWS)
    for some in in_chunks(rows, ROWS):
        words = {(key, purpose): given for key, purpose, given in newest([row[0] for row in some])}
        for key, *said, left_on, data in some:
            yield *map(_said, said), left_on, *(words.get((key, one)) for one in PURPOSES), data or {}


def _account_attributes(access: Access) -> Iterator[dict[str, Any]]:
    found = access.of(Account).values_list("attributes__data", flat=True).iterator(ROWS)
    return (data or {} for data in found)


def _person_attributes(access: Access) -> Iterator[dict[str, Any]]:
    found = access.of(Person).values_list("attributes", flat=True).iterator(ROWS)
    return (data or {} for data in found)


def _subscriptions(access: Access) -> Iterator[Row]:
    """Terms as they stand; an end that the next term brings is left to it, so that it is known only then."""
    rows = access.of(Term).filter(superseded_at=None).order_by("subscription", "starts_on", "pk")
    rows = rows.select_related("subscription", "account")
    open_at_first = _open_at_first(access)
    waiting: Term | None = None
    for term in rows.iterator(ROWS):
        if waiting:
            yield _term(waiting, term, open_at_first)
        waiting = term
    if waiting:
        yield _term(waiting, None, open_at_first)


def _open_at_first(access: Access) -> set[tuple[str, Any]]:
    """Subscription and start of the terms that once had no end, and have one by now."""
    versions = access.of(Term).filter(ends_on=None).exclude(superseded_at=None)
    return set(versions.values_list("subscription", "starts_on").iterator(ROWS))


def _term(term: Term, following: Term | None, open_at_first: set[tuple[str, Any]]) -> Row:
    is_cut = following is not None and (following.subscription_id, following.starts_on) == (
        term.subscription_id,
        term.ends_on,
    )
    was_open = (term.subscription_id, term.starts_on) in open_at_first
    return (
        term.subscription.external_id,
        term.account.external_id,
        _said(term.subscription.product),
        Money(term.amount_minor, term.currency).amount,
        term.currency,
        term.interval,
        term.seats,
        term.starts_on,
        None if is_cut and was_open else term.ends_on,
        term.auto_renew,
        _said(term.renews),
        _said(term.reason),
    )


def _responses(access: Access) -> Iterator[Row]:
    names = ("responded_at", "account__external_id", "person__external_id", "survey", "score", "comment")
    return _plain(access.of(Response).order_by("pk").values_list(*names).iterator(ROWS))


def _tickets(access: Access) -> Iterator[Row]:
    names = (
        "ticket__external_id account__external_id person__external_id opened_at first_reply_at solved_at "
        "replies reopens handle_minutes subject channel priority"
    ).split()
    current = access.of(TicketVersion).filter(superseded_at=None)
    return _plain(current.order_by("pk").values_list(*names).iterator(ROWS))


def _goals(access: Access) -> Iterator[Row]:
    names = (
        "goal__external_id account__external_id title start_value target_value value due effective_on weight "
        "aim status"
    ).split()
    current = access.of(GoalVersion).filter(superseded_at=None)
    return _plain(current.order_by("goal", "effective_on").values_list(*names).iterator(ROWS))


def _notes(access: Access) -> Iterator[Row]:
    names = ("happened_at", "account__external_id", "author", "text", "kind")
    return _plain(access.of(Note).order_by("pk").values_list(*names).iterator(ROWS))


def _deals(access: Access) -> Iterator[Row]:
    names = (
        "external_id account__external_id stage amount_minor currency opened_at closed_at won source "
        "referred_by"
    ).split()
    for ref, account, stage, minor, currency, *rest in (
        access.of(Deal).order_by("pk").values_list(*names).iterator(ROWS)
    ):
        amount = None if minor is None else Money(minor, currency).amount
        yield ref, account, _said(stage), amount, currency, *map(_said, rest)


def _costs(access: Access) -> Iterator[Row]:
    names = ("spent_on", "account__external_id", "category", "amount_minor", "currency", "hours")
    for day, account, category, minor, currency, hours in (
        access.of(Cost).order_by("pk").values_list(*names).iterator(ROWS)
    ):
        amount = Money(minor, currency).amount if minor is not None else Decimal(str(hours))
        yield day, account, category, amount, _said(currency)


def _rates(access: Access) -> Iterator[Row]:
    return _plain(access.of(Rate).order_by("pk").values_list("day", "currency", "rate").iterator(ROWS))


def _plain(rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    return (tuple(map(_said, row)) for row in rows)


def _said(value: Any) -> Any:
    """A value, or nothing where it says nothing."""
    return None if value == "" else value


TABLES = (
    Table("rates", {"date": DAY, "currency": TEXT, "rate": RATE}, _rates),
    Table(
        "costs",
        {"date": DAY, "account_id": TEXT, "category": TEXT, "amount": MONEY, "currency": TEXT},
        _costs,
    ),
    Table(
        "deals",
        {
            "deal_id": TEXT,
            "account_id": TEXT,
            "stage": TEXT,
            "amount": MONEY,
            "currency": TEXT,
            "created_at": AT,
            "closed_at": AT,
            "won": YES_NO,
            "source": TEXT,
            "referred_by": TEXT,
        },
        _deals,
    ),
    Table(
        "notes",
        {"timestamp": AT, "account_id": TEXT, "author": TEXT, "text": TEXT, "note_kind": TEXT},
        _notes,
    ),
    Table(
        "goals",
        {
            "goal_id": TEXT,
            "account_id": TEXT,
            "title": TEXT,
            "start_value": REAL,
            "target_value": REAL,
            "value": REAL,
            "due": DAY,
            "measured_on": DAY,
            "weight": REAL,
            "aim": TEXT,
            "status": TEXT,
        },
        _goals,
    ),
    Table(
        "tickets",
        {
            "ticket_id": TEXT,
            "account_id": TEXT,
            "person_id": TEXT,
            "created_at": AT,
            "first_reply_at": AT,
            "solved_at": AT,
            "replies": WHOLE,
            "reopens": WHOLE,
            "handle_minutes": REAL,
            "subject": TEXT,
            "channel": TEXT,
            "priority": TEXT,
        },
        _tickets,
    ),
    Table(
        "responses",
        {
            "timestamp": AT,
            "account_id": TEXT,
            "person_id": TEXT,
            "survey": TEXT,
            "score": REAL,
            "comment": TEXT,
        },
        _responses,
    ),
    Table(
        "subscriptions",
        {
            "subscription_id": TEXT,
            "account_id": TEXT,
            "product": TEXT,
            "amount": MONEY,
            "currency": TEXT,
            "interval": TEXT,
            "seats": WHOLE,
            "start": DAY,
            "end": DAY,
            "auto_renew": YES_NO,
            "renews": TEXT,
            "reason": TEXT,
        },
        _subscriptions,
    ),
    Table(
        "people",
        {
            "person_id": TEXT,
            "email": TEXT,
            "name": TEXT,
            "account_id": TEXT,
            "role": TEXT,
            **dict.fromkeys(TRAITS, TEXT),
            "left_on": DAY,
            **{f"consent_{one}": YES_NO for one in PURPOSES},
        },
        _people,
        _person_attributes,
    ),
    Table(
        "accounts",
        {
            "account_id": TEXT,
            "name": TEXT,
            "domain": TEXT,
            "parent_id": TEXT,
            "owner": TEXT,
            "segment": TEXT,
        },
        _accounts,
        _account_attributes,
    ),
)
