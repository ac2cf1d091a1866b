"""Reads about accounts and people: whom observed ids mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

import msgspec
from django.db import connection
from django.db.models import QuerySet, Value

from tenure.accounts.models import Account, Identity, Person
from tenure.kit.upserts import among
from tenure.workspaces.access import Access

T = TypeVar("T")
# Not IN: thousands of parameters are read and sorted before any is looked up. CROSS has the ids come first.
_MEANT = (
    "SELECT observed, target_id FROM json_each(%s) CROSS JOIN identity "
    "WHERE workspace_id = %s AND kind = %s AND observed = value"
)
CHUNK = 2000  # ids in one statement, rows in one transaction


def in_chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def meant(workspace_id: str, kind: str, observed: Collection[str]) -> dict[str, str]:
    """Which internal id each observed one means now; unknown ones are left out."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for chunk in in_chunks(observed):
            cursor.execute(_MEANT, [msgspec.json.encode(chunk).decode(), workspace_id, kind])
            found.update(cursor.fetchall())
    return found


def accounts_by_ref(workspace_id: str, refs: Collection[str]) -> dict[str, str]:
    """Account ids by the customers' own ids for them."""
    return meant(workspace_id, Identity.ACCOUNT, refs)


def people_by_ref(workspace_id: str, refs: Collection[str]) -> dict[str, str]:
    """Person ids by the customers' own ids for them."""
    return meant(workspace_id, Identity.PERSON, refs)


def accounts_by_id(workspace_id: str, ids: Collection[str]) -> Mapping[str, Account]:
    """Accounts of a workspace, with their attributes."""
    rows = (
        Account.objects.filter(workspace_id=workspace_id, pk__in=chunk).select_related("attributes")
        for chunk in in_chunks(ids)
    )
    return {row.pk: row for chunk in rows for row in chunk}


def beyond(workspace_id: str, count: int) -> QuerySet[Account, tuple[int]]:
    """One row if a workspace has more than so many accounts."""
    rows = Account.objects.filter(workspace_id=workspace_id).order_by()
    found: QuerySet[Account, tuple[int]] = rows.values_list(Value(1))[count : count + 1]
    return found


def people_by_id(workspace_id: str, ids: Collection[str]) -> Mapping[str, Person]:
    """People of a workspace."""
    rows = (Person.objects.filter(workspace_id=workspace_id, pk__in=chunk) for chunk in in_chunks(ids))
    return {row.pk: row for chunk in rows for row in chunk}


def people_without_account(workspace_id: str, ids: Collection[str]) -> set[str]:
    """Those of these people who belong to no account yet."""
    if not ids:
        return set()
    rows = Person.objects.filter(workspace_id=workspace_id, pk__in=among(ids), account=None)
    return set(rows.values_list("pk", flat=True))


def accounts_of(workspace_id: str, account_refs: Collection[str], person_refs: Collection[str]) -> set[str]:
    """The ids of the accounts that observed ids stand for, by themselves or through their people."""
    found = set(accounts_by_ref(workspace_id, account_refs).values())
    people = people_by_ref(workspace_id, person_refs).values()
    for chunk in in_chunks(set(people)):
        rows = Person.objects.filter(workspace_id=workspace_id, pk__in=chunk, account__isnull=False)
        found.update(rows.values_list("account_id", flat=True).distinct())
    return found


def within(access: Access, account_ids: Collection[str] | None = None) -> Collection[str] | None:
    """Which of some accounts (None: all) the caller sees, for reads that go around tables; None: no matter.

    The lake and the metrics know workspaces but no books, so whoever reads there for people asks here first.
    """
    if not access.is_narrowed:
        return account_ids
    mine = access.of(Account)
    if account_ids is None:
        return list(mine.values_list("pk", flat=True))
    return [
        pk
        for chunk in in_chunks(account_ids)
        for pk in mine.filter(pk__in=chunk).values_list("pk", flat=True)
    ]


def find_account(access: Access, text: str) -> Account | None:
    """The account somebody means: by the customer's id for it, ours, or its name if only one has it."""
    ids = accounts_by_ref(access.workspace.id, [text]).values()
    found = access.of(Account).filter(pk__in=[*ids, text]).first()
    named = list(access.of(Account).filter(name__iexact=text)[:2]) if found is None else []
    return named[0] if len(named) == 1 else found


def find_person(access: Access, text: str) -> Person | None:
    """The person somebody means: by the customer's id, ours, or an e-mail address only one has."""
    ids = people_by_ref(access.workspace.id, [text]).values()
    found = access.of(Person).filter(pk__in=[*ids, text]).first()
    reached = list(access.of(Person).filter(email__iexact=text)[:2]) if found is None and "@" in text else []
    return reached[0] if len(reached) == 1 else found


def names_of(workspace_id: str, account_ids: Collection[str], person_ids: Collection[str]) -> dict[str, str]:
    """What accounts and people are called, by their ids."""
    names = {pk: str(account) for pk, account in accounts_by_id(workspace_id, account_ids).items()}
    return names | {pk: str(person) for pk, person in people_by_id(workspace_id, person_ids).items()}
