"""What people allow to be sent to them, by purpose, with who said so and when.

Whatever sends anything to people asks `may_receive` first, and sends to nobody it leaves out. Every word is
kept; the newest counts. What a purpose means for whom nothing is known is part of the purpose: marketing
and surveys take a word, messages about the product do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from tenure.accounts.announcing import announce
from tenure.accounts.models import Consent, Person
from tenure.accounts.queries import in_chunks
from tenure.accounts.statements import HAND
from tenure.kit import clock
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right


@dataclass(frozen=True)
class Purpose:
    """What something is sent for. `unless_said`: whether it may be sent to whom nothing is known of."""

    name: str
    title: str
    means: str
    unless_said: bool


PURPOSES: Mapping[str, Purpose] = {
    one.name: one
    for one in (
        Purpose("product", "Product messages", "what they need to know to use what they bought", True),
        Purpose("surveys", "Surveys", "questions about how it is for them", False),
        Purpose("marketing", "Marketing", "offers, news, invitations", False),
    )
}


@dataclass(frozen=True)
class Word:
    """Somebody's word on a purpose: whether they agree, who says so, since when."""

    purpose: Purpose
    is_given: bool
    source: str
    said_by: str
    said_at: datetime


def may_receive(workspace: Workspace, purpose: str, person_ids: Collection[str]) -> set[str]:
    """Those of these people to whom something may be sent for a purpose. KeyError for an unknown one.

    Never to strangers, to one's own people, or to whoever has left the customer.
    """
    unless_said = PURPOSES[purpose].unless_said
    today = clock.today(workspace.zone)
    found: set[str] = set()
    for chunk in in_chunks(person_ids):
        people = Person.objects.filter(workspace=workspace, pk__in=chunk, is_own=False)
        there = set(people.exclude(left_on__lte=today).values_list("pk", flat=True))
        said = {key: is_given for key, name, is_given in newest(chunk) if name == purpose}
        found |= {key for key in there if said.get(key, unless_said)}
    return found


def newest(person_ids: Collection[str]) -> list[tuple[str, str, bool]]:
    """The newest word of each of these people on each purpose."""
    marks = ", ".join(["%s"] * len(person_ids))
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(marks=marks), list(person_ids))
        return [(key, purpose, bool(is_given)) for key, purpose, is_given in cursor.fetchall()]


_NEWEST = """
    SELECT person_id, purpose, is_given FROM (
        SELECT person_id, purpose, is_given,
            row_number() OVER (PARTITION BY person_id, purpose ORDER BY said_at DESC, id DESC) AS place
        FROM consent WHERE person_id IN ({marks})
    ) AS words WHERE place = 1"""


@transaction.atomic
def say(access: Access, person_id: str, purpose: str, *, is_given: bool) -> None:
    """Write down what somebody told us. ValueError names the purposes there are."""
    access.require(Right.WORK)
    person = access.get(Person, person_id)
    if purpose not in PURPOSES:
        raise ValueError(f"choose {', '.join(PURPOSES)}, not {purpose[:40]!r}")
    hear(access.workspace, {person.pk: {purpose: is_given}}, HAND, access.who)
    announce(access.workspace, "consent", [person.account_id])


def hear(
    workspace: Workspace, words: Mapping[str, Mapping[str, bool]], source: str, said_by: str = ""
) -> int:
    """Keep what a source says, by person and purpose, where it is news of that source; gives how many were.

    A file that says the same again is no newer word: it does not undo what somebody said since.
    """
    known = {
        (key, purpose): is_given
        for chunk in in_chunks(words)
        for key, purpose, is_given in _by_source(chunk, source)
    }
    now = clock.now()
    rows = [
        Consent(
            workspace=workspace,
            person_id=key,
            purpose=purpose,
            is_given=is_given,
            source=source,
            said_by=said_by,
            said_at=now,
        )
        for key, purposes in words.items()
        for purpose, is_given in purposes.items()
        if source == HAND or known.get((key, purpose)) != is_given
    ]
    Consent.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _by_source(person_ids: Iterable[str], source: str) -> list[tuple[str, str, bool]]:
    """What a source said last, of each purpose."""
    rows = Consent.objects.filter(person__in=list(person_ids), source=source).order_by("said_at", "pk")
    return list(rows.values_list("person_id", "purpose", "is_given"))


def words_of(access: Access, person_id: str) -> dict[str, Word]:
    """What is known of one person, by purpose; a purpose nobody spoke of is left out."""
    return {one.purpose.name: one for one in reversed(history(access, person_id))}


def history(access: Access, person_id: str) -> list[Word]:
    """Every word of a person, the newest first. Http404 for a stranger's."""
    rows = access.of(Consent).filter(person=access.get(Person, person_id)).order_by("-said_at", "-pk")
    return [
        Word(PURPOSES[one.purpose], one.is_given, one.source, one.said_by, one.said_at)
        for one in rows
        if one.purpose in PURPOSES
    ]
