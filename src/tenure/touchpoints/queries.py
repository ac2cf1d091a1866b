"""Reads of what we did with a customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tenure.touchpoints import rules
from tenure.touchpoints.models import Attachment, Mention, Note
from tenure.touchpoints.rules import Part
from tenure.workspaces.access import Access, owners_of
from tenure.workspaces.models import Membership

MOST_COLLEAGUES = 8


@dataclass(frozen=True)
class File:
    """A file that goes with a note."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class Written:
    """A note as it stands on the account's page."""

    id: str
    author: str
    kind: str
    text: str
    happened_at: datetime
    edited_at: datetime | None = None
    parts: Sequence[Part] = ()
    files: Sequence[File] = ()
    is_own: bool = False


@dataclass(frozen=True)
class Asked:
    """A note that asks the caller to look."""

    id: str
    account_id: str
    account: str
    author: str
    made_at: datetime
    parts: Sequence[Part]


def names(access: Access) -> dict[str, str]:
    """What the members of the workspace are called after an @, in lower case, to their ids."""
    rows = access.of(Membership).filter(closed_at=None).values_list("user_id", "user__name", "user__email")
    return rules.names_of(rows)


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be mentioned; `called` is what names only them after an @."""

    name: str
    email: str
    called: str


def colleagues(access: Access, begins: str, most: int = MOST_COLLEAGUES) -> list[Colleague]:
    """Others of the workspace whose address or a word of whose name begins so, by name; the first few."""
    rows = access.of(Membership).filter(closed_at=None).exclude(user=access.user)
    if begins:
        named = Q(user__name__istartswith=begins) | Q(user__name__icontains=f" {begins}")
        rows = rows.filter(named | Q(user__email__istartswith=begins))
    known = names(access)
    found = rows.order_by("user__name", "user__email").values_list("user_id", "user__name", "user__email")
    return [
        Colleague(name, email, name if known.get(name.strip().lower()) == key else email)
        for key, name, email in found[:most]
    ]


def out_of_sight(access: Access, note: Note) -> list[str]:
    """Whom a note asks although its customer is in no book of theirs: they will not see it."""
    narrowed = access.of(Membership).filter(closed_at=None, sees_all=False)
    asked = narrowed.filter(user__in=note.mentions.values("user")).select_related("user")
    account = note.account
    owners = {account.owner, account.parent.owner if account.parent else ""}
    outside = (row.user for row in asked if owners.isdisjoint(owners_of(row, row.user) or ()))
    return [user.name or user.email for user in outside]


def notes(access: Access, account_id: str, most: int = 50) -> list[Written]:
    """An account's notes, newest first."""
    rows = access.of(Note).filter(account_id=account_id).order_by("-happened_at", "-pk")
    found = list(rows[:most])
    files, called = _files(access, [row.pk for row in found]), names(access)
    return [
        Written(
            id=row.pk,
            author=row.author,
            kind=row.kind,
            text=row.text,
            happened_at=row.happened_at,
            edited_at=row.edited_at,
            parts=list(rules.parts(row.text, called)),
            files=files.get(row.pk, ()),
            is_own=row.author == access.who,
        )
        for row in found
    ]


def waiting(access: Access, most: int = 20) -> list[Asked]:
    """What notes ask of the caller, newest first."""
    if access.user is None:
        return []
    rows = (
        access.of(Mention).filter(user=access.user, done_at=None, note__removed_at=None).order_by("-made_at")
    )
    found = list(rows.select_related("account", "note")[:most])
    called = names(access) if found else {}
    return [
        Asked(
            id=row.pk,
            account_id=row.account_id,
            account=row.account.name,
            author=row.note.author,
            made_at=row.made_at,
            parts=list(rules.parts(row.note.text, called)),
        )
        for row in found
    ]


def _files(access: Access, note_ids: Sequence[str]) -> Mapping[str, list[File]]:
    found: defaultdict[str, list[File]] = defaultdict(list)
    rows = access.of(Attachment).filter(note__in=note_ids).order_by("pk")
    for note_id, pk, name, size in rows.values_list("note_id", "pk", "name", "size"):
        found[note_id].append(File(pk, name, size))
    return found
