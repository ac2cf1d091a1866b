"""What the palette finds by the beginnings of words: customers, people, notes, events, pages, actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from tenure.desk import search
from tenure.desk.models import SearchEntry
from tenure.web.frame import PLACES
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

MOST = 20
MOST_OF_A_KIND = 8
MOST_NOTES = 3
MOST_EVENTS = 3


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
    """At most twenty hits: customers, people, notes, pages, actions. Nothing typed: pages and actions."""
    words = typed.strip()
    kinds = (_accounts, _people, _notes, _events)
    records = [hit for kind in kinds for hit in kind(access, words)] if words else []
    rest = [*_pages(access, words), *_actions(access, words)]
    return [*[*records, *rest][:MOST], *(_everything(words) if records else ())]


def _accounts(access: Access, words: str) -> Iterable[Hit]:
    for hit in search.find(access, words, SearchEntry.ACCOUNT, MOST_OF_A_KIND):
        yield Hit("Customers", hit.title, "customers", href=_account(hit.record), sub=hit.domain)


def _people(access: Access, words: str) -> Iterable[Hit]:
    for hit in search.find(access, words, SearchEntry.PERSON, MOST_OF_A_KIND):
        yield Hit("People", hit.title, "person", href=_account(hit.account_id), sub=hit.account)


def _notes(access: Access, words: str) -> Iterable[Hit]:
    for hit in search.find(access, words, SearchEntry.NOTE, MOST_NOTES):
        yield Hit("Notes", hit.says, "note", href=address_of(hit), sub=hit.account)


def _events(access: Access, words: str) -> Iterable[Hit]:
    for hit in search.find(access, words, SearchEntry.EVENT, MOST_EVENTS):
        yield Hit("Events", hit.title, "data", href=address_of(hit))


def address_of(hit: search.Hit) -> str:
    """Where what was found is read."""
    if hit.kind == SearchEntry.NOTE:
        return note_address(hit)
    if hit.kind == SearchEntry.EVENT:
        return reverse("data-event", args=[hit.record])
    return _account(hit.account_id)


def note_address(hit: search.Hit) -> str:
    """Where a note is read."""
    return f"{reverse('account-tab', args=[hit.account_id, 'notes'])}#note-{hit.record}"


def _everything(words: str) -> Iterable[Hit]:
    """The way to all that fits."""
    yield Hit(
        "Search",
        f"Everything that fits “{words}”",
        "find",
        href=f"{reverse('search')}?{urlencode({'q': words})}",
    )


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
