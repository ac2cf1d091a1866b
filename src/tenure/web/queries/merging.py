"""What the pages about merging, splitting and duplicates read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, When

from tenure.accounts import duplicates, merging, previewing
from tenure.accounts.duplicates import Proposal
from tenure.accounts.merging import Apart
from tenure.accounts.models import Account, Identity, Person
from tenure.accounts.previewing import Preview
from tenure.events import queries as events
from tenure.events.queries import EventFilter
from tenure.health.models import Standing
from tenure.revenue.models import Subscription
from tenure.workspaces.access import Access

MOST_FOUND = 12
MOST_PEOPLE = 200
ROWS = {
    "subscriptions": "contracts",
    "terms": "terms of contracts",
    "responses": "answers",
    "accounts": "customers below it",
    "early warnings": "warnings",
    "statements": "what sources say of it",
    "what sources say of people": "what sources say of them",
    "ticket versions": "versions of tickets",
    "goal versions": "versions of goals",
    "identitys": "ids it is observed under",
    "attachments": "files of notes",
    "calls": "forecasts of renewals",
    "changed rows": "edits made here, with their undo",
    "health overrides": "scores set by hand",
    "loss reasons": "reasons for leaving",
    "mailings": "pages sent by mail",
    "mentions": "mentions of colleagues",
}
# Running terms are made from the terms, and changes consist of changed rows: both are counted already.
UNTOLD = {"running terms", "changes"}


@dataclass(frozen=True)
class Listed:
    """The proposals of one kind, and how many of each kind there are."""

    kind: str
    proposals: Sequence[Proposal]
    counts: dict[str, int]
    arr: dict[str, int | None]


@dataclass(frozen=True)
class Compared:
    """A merge before it is done: `moves` are (number, what they are called), ARR in minor units."""

    preview: Preview
    moves: list[tuple[int, str]]
    events: int
    kept_arr: int | None
    other_arr: int | None
    names: dict[str, str]  # of accounts that fields speak of

    def shown(self, value: Any) -> str:
        """A field's value as people read it."""
        return self.names.get(value, str(value)) if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Observed:
    """An id under which an account is observed, with the events it brings. Its own id stays."""

    ref: str
    events: int
    is_own: bool


@dataclass(frozen=True)
class Parts:
    """What an account consists of, to be split."""

    account: Account
    observed: list[Observed]
    people: list[tuple[Person, int]]  # with the events that follow them: those that name no account
    subscriptions: list[Subscription]


@dataclass(frozen=True)
class WouldSplit:
    """A split before it is done: what would go, as (number, what it is called), and the events with it."""

    moves: list[tuple[int, str]]
    events: int
    stays: int  # events that stay


def would_split(access: Access, found: Parts, apart: Apart) -> WouldSplit:
    """What splitting these parts off would do. NotPossible where it could not be done."""
    moves = merging.would_split(access, Identity.ACCOUNT, found.account.pk, apart)
    chosen = {one.ref: one.events for one in found.observed if one.ref in apart.observed}
    people = sum(events for one, events in found.people if one.pk in apart.people)
    going = sum(chosen.values()) + people
    everything = sum(one.events for one in found.observed) + sum(events for _, events in found.people)
    return WouldSplit(told(moves), going, everything - going)


def told(moves: Mapping[str, int]) -> list[tuple[int, str]]:
    """What moves, as (number, what it is called): in the words of the page."""
    return [(number, ROWS.get(title, title)) for title, number in moves.items() if title not in UNTOLD]


def listed(access: Access, kind: str) -> Listed:
    """Who may be one; of customers also what they pay."""
    found = duplicates.proposed(access, kind)
    ids = [one.pk for pair in found for one in (pair.one, pair.other)]
    return Listed(
        kind, found, duplicates.count(access), _arr(access, ids if kind == Identity.ACCOUNT else [])
    )


def _arr(access: Access, account_ids: Sequence[str]) -> dict[str, int | None]:
    rows = access.of(Standing).filter(account_id__in=account_ids)
    return dict(rows.values_list("account_id", "arr_minor"))


def compared(access: Access, kind: str, kept_id: str, other_id: str) -> Compared:
    """What merging would do. Http404 for strangers', NotPossible for one and the same."""
    found = previewing.preview(access, kind, kept_id, other_id)
    is_account = kind == Identity.ACCOUNT
    chosen = EventFilter(account_id=other_id) if is_account else EventFilter(person_id=other_id)
    arr = _arr(access, [kept_id, other_id] if is_account else [])
    return Compared(
        preview=found,
        moves=told(found.moves),
        events=events.count(access, chosen),
        kept_arr=arr.get(kept_id),
        other_arr=arr.get(other_id),
        names={} if is_account else _homes(access, found),
    )


def _homes(access: Access, preview: Preview) -> dict[str, str]:
    """The names of the accounts that two people are with."""
    ids = [getattr(one, "account_id", None) for one in (preview.kept, preview.other)]
    return dict(access.of(Account).filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))


def candidates(access: Access, kind: str, kept_id: str, text: str) -> list[Account] | list[Person]:
    """Who could be meant by a name, id or address, to be merged with somebody."""
    if not text:
        return []
    if kind == Identity.PERSON:
        at_home = Q(account__isnull=False, account=access.get(Person, kept_id).account)
        people = access.of(Person).exclude(pk=kept_id)
        meant = Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text)
        colleagues_first = Case(When(at_home, then=0), default=1)
        return list(people.filter(meant).order_by(colleagues_first, "name", "pk")[:MOST_FOUND])
    accounts = access.of(Account).exclude(pk=kept_id)
    meant = Q(name__icontains=text) | Q(domain__icontains=text) | Q(external_id__icontains=text)
    return list(accounts.filter(meant).order_by("name", "pk")[:MOST_FOUND])


def parts(access: Access, account_id: str) -> Parts:
    """What could go. Http404 for a stranger's."""
    account = access.get(Account, account_id)
    seen = events.seen_under(access, account.pk)
    refs = previewing.observed_of(access, Identity.ACCOUNT, account.pk)
    observed = [Observed(ref, seen.get(("account", ref), 0), ref == account.external_id) for ref in refs]
    people = access.of(Person).filter(account=account).order_by("name", "email", "pk")[:MOST_PEOPLE]
    return Parts(
        account=account,
        observed=sorted(observed, key=lambda one: (not one.is_own, one.ref)),
        people=[(one, seen.get(("person", one.external_id), 0)) for one in people],
        subscriptions=list(access.of(Subscription).filter(account=account).order_by("external_id")),
    )
