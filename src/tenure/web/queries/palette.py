"""What the palette finds: customers, people, pages and actions whose name holds what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import NoReverseMatch, reverse

from tenure.accounts.models import Account, Person
from tenure.web.frame import PLACES
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MOST = 20
MOST_OF_A_KIND = 8


@dataclass(frozen=True)
class Hit:
    """Something to go to (`href`), or to do in the browser (`does`)."""

    group: str
    title: str
    icon: str
    href: str = ""
    does: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Action:
    """Something the palette offers to do: at an address, or by a name that ui/src/keys.ts knows."""

    title: str
    icon: str
    words: str = ""  # other words by which it is found
    page: str = ""
    does: str = ""
    right: Right = Right.READ

    def hit(self) -> Hit | None:
        """As found; None if its page does not exist."""
        if not self.page:
            return Hit("Do", self.title, self.icon, does=self.does)
        try:
            return Hit("Do", self.title, self.icon, href=reverse(self.page))
        except NoReverseMatch:
            return None


ACTIONS = (
    Action("Import a file", "file", "add customers upload csv parquet", page="data", right=Right.LOAD),
    Action(
        "Create a write key",
        "key",
        "source sdk token",
        page="settings-keys",
        right=Right.ADMINISTER,
    ),
    Action(
        "Invite a colleague",
        "person",
        "people user member",
        page="settings-people",
        right=Right.ADMINISTER,
    ),
    Action("Change the theme", "auto", "dark light mode", does="theme"),
    Action("Show the keys", "more", "keyboard shortcuts help", does="keys"),
    Action("Sign out", "out", "log out leave", does="sign-out"),
)


def find(access: Access, typed: str) -> list[Hit]:
    """At most twenty hits: customers first, then people, pages, actions. Nothing typed: pages and actions."""
    words = typed.strip()
    records = [*_accounts(access, words), *_people(access, words)] if words else []
    return [*records, *_pages(access, words), *_actions(access, words)][:MOST]


def _accounts(access: Access, words: str) -> Iterable[Hit]:
    named = Q(name__icontains=words) | Q(external_id__istartswith=words) | Q(domain__istartswith=words)
    rows = _starting_first(access.of(Account).filter(named), "name", words)
    for pk, name, domain in rows.values_list("pk", "name", "domain")[:MOST_OF_A_KIND]:
        yield Hit("Customers", name, "customers", href=_account(pk), sub=domain)


def _people(access: Access, words: str) -> Iterable[Hit]:
    named = Q(name__icontains=words) | Q(email__istartswith=words)
    rows = access.of(Person).filter(named).exclude(account=None)
    fields = ("name", "email", "account_id", "account__name")
    for name, email, account_id, account in _starting_first(rows, "name", words).values_list(*fields)[
        :MOST_OF_A_KIND
    ]:
        yield Hit("People", name or email, "person", href=_account(account_id), sub=account)


def _starting_first(rows: QuerySet[Any], field: str, words: str) -> QuerySet[Any]:
    """Those whose name begins with the words stand before those that only hold them."""
    starts = Case(
        When(**{f"{field}__istartswith": words}, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.order_by(starts, field)


def _account(pk: str) -> str:
    return reverse("account", args=[pk])


def _pages(access: Access, words: str) -> Iterable[Hit]:
    for place in PLACES:
        if place.is_for(access) and words.lower() in place.title.lower():
            yield Hit("Pages", place.title, place.icon, href=place.href, sub=f"g {place.key}")


def _actions(access: Access, words: str) -> Iterable[Hit]:
    for action in ACTIONS:
        asked = words.lower() in f"{action.title} {action.words}".lower()
        hit = action.hit() if asked and access.may(action.right) else None
        if hit:
            yield hit
