"""Customers and their people."""

from __future__ import annotations

from typing import Annotated

from django.db.models import QuerySet
from ninja import Query, Router
from pydantic import Field

from tenure.accounts.actions import AccountRow, Upserted, upsert_accounts, upsert_people
from tenure.accounts.models import Account, Person
from tenure.accounts.queries import accounts_by_ref
from tenure.metrics.catalogue import metrics_of
from tenure.segments.fields import fields_of
from tenure.segments.rules import Rule
from tenure.segments.standpoint import Standpoint
from tenure.web.api.auth import Asked
from tenure.web.api.paging import After, Limit, Page, page_of
from tenure.web.api.problems import ABOUT_ONE, WRITING, Refused, answers
from tenure.web.api.shapes import AccountIn, AccountOut, Given, PersonIn, PersonOut, Saved
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MOST_AT_ONCE = 1000
router = Router()

Where = Annotated[
    list[str],
    Query(
        description="Conditions that must all hold, as in the address of the Customers page: "
        "`band.is.poor`, `renewal.within.90`, `arr.at_least.20000`.",
        max_length=20,
    ),
]
OutsideIds = Annotated[
    list[str], Query(description="Only the accounts with these ids of yours.", max_length=200)
]


class AccountsIn(Given):
    """Customers to add or complete."""

    accounts: list[AccountIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class PeopleIn(Given):
    """People to add or complete."""

    people: list[PersonIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


@router.get("/accounts", response=answers(Page[AccountOut]), tags=["accounts"])
def list_accounts(
    request: Asked,
    where: Where = [],
    account_id: OutsideIds = [],
    limit: Limit = 50,
    after: After = "",
) -> Page[AccountOut]:
    """Customers, with how they stand."""
    access = request.auth
    currency = access.workspace.currency
    rows = meant(access, where).select_related("attributes", "standing")
    if account_id:
        rows = rows.filter(pk__in=accounts_by_ref(access.workspace.id, account_id).values())
    return page_of(rows, limit, after, lambda one: AccountOut.of(one, currency))


@router.post("/accounts", response=answers(Saved, WRITING), tags=["accounts"])
def save_accounts(request: Asked, body: AccountsIn) -> Saved:
    """Add customers, or complete them, by your ids for them. Scores follow within seconds."""
    request.auth.require(Right.LOAD)
    rows = [AccountRow(**one.model_dump()) for one in body.accounts]
    return saved(upsert_accounts(request.auth.workspace, rows))


@router.get("/accounts/{account}", response=answers(AccountOut, ABOUT_ONE), tags=["accounts"])
def one_account(request: Asked, account: str) -> AccountOut:
    """One customer, by Tenure's id."""
    access = request.auth
    return AccountOut.of(access.get(Account, account), access.workspace.currency)


@router.get("/people", response=answers(Page[PersonOut], ABOUT_ONE), tags=["accounts"])
def list_people(
    request: Asked,
    account: Annotated[str, Query(description="Only the people of this account (Tenure's id).")] = "",
    email: Annotated[str, Query(description="Only people with this address.")] = "",
    limit: Limit = 50,
    after: After = "",
) -> Page[PersonOut]:
    """People."""
    rows = request.auth.of(Person)
    if account:
        rows = rows.filter(account=request.auth.get(Account, account))
    if email:
        rows = rows.filter(email=email.strip().lower())
    return page_of(rows, limit, after, PersonOut.of)


@router.post("/people", response=answers(Saved, WRITING), tags=["accounts"])
def save_people(request: Asked, body: PeopleIn) -> Saved:
    """Add people, or complete them, by your ids for them. Accounts not known yet are added bare."""
    request.auth.require(Right.LOAD)
    rows = [one.row() for one in body.people]
    return saved(upsert_people(request.auth.workspace, rows))


@router.get("/people/{person}", response=answers(PersonOut, ABOUT_ONE), tags=["accounts"])
def one_person(request: Asked, person: str) -> PersonOut:
    """One person, by Tenure's id."""
    return PersonOut.of(request.auth.get(Person, person))


def meant(access: Access, where: list[str]) -> QuerySet[Account]:
    """The accounts that conditions mean. Refused, naming each condition that cannot be read."""
    rule = Rule.of(where, fields_of(metrics_of(access.workspace)))
    if rule.problems:
        raise Refused(*(("query.where", f"{one.given}: {one.says}") for one in rule.problems))
    return access.of(Account).filter(rule.q(Standpoint.of(access)))


def saved(done: Upserted) -> Saved:
    """What became of rows."""
    return Saved(
        added=done.added, changed=done.changed, same=done.same, ids=dict(done.ids), circles=list(done.circles)
    )
