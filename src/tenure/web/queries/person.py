"""What a person's page reads: what they are to us, what they allow, who says what of them, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from tenure.accounts import consent, past, statements
from tenure.accounts.consent import PURPOSES, Purpose, Word
from tenure.accounts.models import Account, Person, PersonStatement
from tenure.accounts.past import Change
from tenure.accounts.stakeholders import LEFT, TRAITS
from tenure.accounts.statements import Order
from tenure.web.queries.said import OTHER, Fact, fact_of
from tenure.workspaces.access import Access

TITLES = {LEFT: "left on", **{name: one.title.lower() for name, one in TRAITS.items()}}


@dataclass(frozen=True)
class Allowed:
    """One purpose, and what is known of it. `holds` is what follows for whoever would send something."""

    purpose: Purpose
    word: Word | None

    @property
    def holds(self) -> bool:
        """Whether something may be sent for it."""
        return self.word.is_given if self.word else self.purpose.unless_said


@dataclass(frozen=True)
class PersonPage:
    """Everything about one person of an account."""

    account: Account
    person: Person
    facts: Sequence[Fact]
    changes: Sequence[Change]
    allowed: Sequence[Allowed]
    words: Sequence[Word]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What can be set besides the form of a stakeholder."""
        keys = [fact.key for fact in self.facts if fact.key.startswith(".")]
        named = [("name", "name"), ("role", "role")]
        return [*named, *((key, title_of(key)) for key in keys), (OTHER, "another attribute")]


def title_of(key: str) -> str:
    """A column or attribute in words."""
    return TITLES.get(key, key.removeprefix(".").replace("_", " "))


def person_of(access: Access, account_id: str, person_id: str) -> Person:
    """A person of this account; Http404 for any other."""
    found = access.of(Person).filter(pk=person_id, account=access.get(Account, account_id)).first()
    if found is None:
        raise Http404("no such person")
    return found


def person_page(access: Access, account_id: str, person_id: str) -> PersonPage:
    """All that the page shows. Http404 for a stranger's."""
    person = person_of(access, account_id, person_id)
    by_source = statements.current_of(PersonStatement, [person.pk]).get(person.pk, {})
    heard = statements.heard(by_source.values(), Order.of(access.workspace))
    words = consent.history(access, person.pk)
    newest = {one.purpose.name: one for one in reversed(words)}
    return PersonPage(
        account=access.get(Account, account_id),
        person=person,
        facts=[
            fact_of(key, title_of(key), values, statements.now_of_person(person, key))
            for key, values in sorted(heard.items())
        ],
        changes=past.person_changes(access, person.pk),
        allowed=[Allowed(one, newest.get(name)) for name, one in PURPOSES.items()],
        words=words,
    )


def choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The traits of a stakeholder: name, title, and what there is to choose."""
    return [(name, one.title, [("", "not said"), *one.values.items()]) for name, one in TRAITS.items()]
