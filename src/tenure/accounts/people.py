"""Writes people row by row: who is new is added, the others are shown as whose word counts most has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenure.accounts import consent, matching, queries, rules, statements
from tenure.accounts.announcing import EVER, announce
from tenure.accounts.identities import add_identities
from tenure.accounts.models import Identity, Person, PersonStatement
from tenure.accounts.placing import SAID, attach_people, save_people
from tenure.accounts.rows import PersonColumns, PersonRow, Upserted
from tenure.accounts.statements import Order, Telling
from tenure.kit import bulk
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


@transaction.atomic(savepoint=False)
def upsert(telling: Telling[PersonStatement], rows: Sequence[PersonRow]) -> Upserted:
    """Add people or bring them up to date; one row each, cleaned, of accounts that are known."""
    workspace = telling.workspace
    ids = queries.people_by_ref(workspace.id, [row.person_id for row in rows])
    known = queries.people_by_id(workspace.id, set(ids.values()))
    accounts = queries.accounts_by_ref(workspace.id, {row.account_id for row in rows if row.account_id})
    new = add(telling, PersonColumns.of([row for row in rows if row.person_id not in ids]))
    said_before, order = statements.current_of(PersonStatement, known), Order.of(workspace)
    heard: list[PersonStatement] = []
    changed, touched, regrouped = [], set[str](), False
    for row in rows:
        if person := known.get(ids.get(row.person_id, "")):
            by_source = said_before.setdefault(person.pk, {})
            heard += _hear(telling, person, row, by_source)
            before = (person.account_id, person.is_own)
            if _change(workspace, person, row, accounts, statements.shown(by_source.values(), order)):
                changed.append(person)
                touched |= {one for one in (before[0], person.account_id) if one}
                regrouped = regrouped or before != (person.account_id, person.is_own)
    statements.save(heard)
    save_people(changed)
    said = {ids[row.person_id]: row.consent for row in rows if row.consent and row.person_id in ids}
    consent.hear(workspace, said, telling.source)
    if changed:
        announce(workspace, "person", touched, first_day=EVER if regrouped else None)
        if any("@" in (row.email or row.person_id) for row in rows) and matching.attaches(workspace):
            attach_people(workspace, [one.pk for one in changed])
    return Upserted(len(new), len(changed), len(rows) - len(new) - len(changed), {**ids, **new})


@transaction.atomic(savepoint=False)
def add(telling: Telling[PersonStatement], new: PersonColumns) -> dict[str, str]:
    """Add people that are not known yet, of accounts that are; gives their ids by the customer's."""
    if not new.person_id:
        return {}
    workspace = telling.workspace
    accounts = queries.accounts_by_ref(workspace.id, set(new.account_id) - {""})
    ids = {ref: new_id() for ref in new.person_id}
    _write(workspace, new, ids, accounts)
    add_identities(workspace.id, Identity.PERSON, ids)
    fields = bulk.objects({name: getattr(new, name) for name in SAID})
    statements.save_first(telling, list(ids.values()), fields, new.attributes)
    said = {pk: said for pk, said in zip(ids.values(), new.consent, strict=True) if said}
    consent.hear(workspace, said, telling.source)
    announce(workspace, "person", accounts.values())
    homeless = [ids[ref] for ref, account in zip(new.person_id, new.account_id, strict=True) if not account]
    if homeless and matching.attaches(workspace):
        attach_people(workspace, homeless)
    return ids


def _write(
    workspace: Workspace, new: PersonColumns, ids: Mapping[str, str], accounts: Mapping[str, str]
) -> None:
    """Insert people; many products use the address as the id."""
    emails = new.email
    if not all(emails):
        emails = [
            one or (rules.clean_email(ref) if "@" in ref else "")
            for one, ref in zip(emails, new.person_id, strict=True)
        ]
    columns: dict[str, Sequence[Any]] = {
        "id": list(ids.values()),
        "workspace_id": [workspace.id] * len(ids),
        "external_id": new.person_id,
        "account_id": [accounts.get(ref) for ref in new.account_id],
        "is_own": rules.are_own(emails, workspace.own_domains),
        "attributes": new.attributes,
    }
    said = {name: getattr(new, name) for name in SAID} | {"email": emails}
    left = [stored("left_on", one) for one in new.left_on]
    bulk.add_columns(Person, columns | said | {"left_on": left})


def _said(row: PersonRow) -> dict[str, str]:
    """The columns that a row says something about."""
    said = {name: getattr(row, name) for name in SAID}
    return {name: value for name, value in said.items() if value}


def _hear(
    telling: Telling[PersonStatement], person: Person, row: PersonRow, by_source: dict[str, PersonStatement]
) -> list[PersonStatement]:
    """Take a row as its source's word; gives the statements to save, none if it says nothing new."""
    said, old = _said(row), by_source.get(telling.source)
    if old is not None:
        versions = telling.next(old, old.fields | said, old.data | row.attributes)
    else:
        versions = [telling.first(person.pk, said, row.attributes)] if said or row.attributes else []
    if versions:
        by_source[telling.source] = versions[-1]
    return versions


def stored(column: str, value: str) -> Any:
    """A value as its column has it."""
    if column != "left_on":
        return value
    return date.fromisoformat(value) if value else None


def _change(
    workspace: Workspace,
    person: Person,
    row: PersonRow,
    accounts: Mapping[str, str],
    shown: Mapping[str, Any],
) -> bool:
    """Show, of what a row says, the value that counts most now; whether anything differed."""
    said = {name: stored(name, shown[name]) for name in _said(row)}
    if row.account_id in accounts:
        said["account_id"] = accounts[row.account_id]
    new = {name: value for name, value in said.items() if getattr(person, name) != value}
    for name, value in new.items():
        setattr(person, name, value)
    attributes = person.attributes | {name: shown[f".{name}"] for name in row.attributes}
    is_own = person.is_own or rules.is_own(person.email, workspace.own_domains)
    differs = bool(new) or attributes != person.attributes or is_own != person.is_own
    person.attributes, person.is_own = attributes, is_own
    return differs
