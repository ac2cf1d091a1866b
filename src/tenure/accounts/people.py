"""Writes people row by row: who is new is added, the others are shown as whose word counts most has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenure.accounts import consent, matching, queries, rules, statements
from tenure.accounts.announcing import EVER, announce
from tenure.accounts.identities import save_identities
from tenure.accounts.models import Identity, Person, PersonStatement
from tenure.accounts.placing import SAID, attach_people, save_people
from tenure.accounts.rows import PersonRow, Upserted
from tenure.accounts.statements import Order, Telling
from tenure.kit import bulk
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


@transaction.atomic
def upsert(telling: Telling[PersonStatement], rows: Sequence[PersonRow]) -> Upserted:
    """Add people or bring them up to date; one row each, cleaned, of accounts that are known."""
    workspace = telling.workspace
    ids = queries.people_by_ref(workspace.id, [row.person_id for row in rows])
    known = queries.people_by_id(workspace.id, set(ids.values()))
    accounts = queries.accounts_by_ref(workspace.id, {row.account_id for row in rows if row.account_id})
    new = [row for row in rows if row.person_id not in ids]
    ids.update(_add(workspace, new, accounts))
    said_before, order = statements.current_of(PersonStatement, known), Order.of(workspace)
    statements.save_first(telling, [(ids[row.person_id], _said(row), row.attributes) for row in new])
    heard: list[PersonStatement] = []
    changed, touched = [], {accounts[row.account_id] for row in new if row.account_id}
    regrouped = False
    for row in rows:
        if person := known.get(ids[row.person_id]):
            by_source = said_before.setdefault(person.pk, {})
            heard += _hear(telling, person, row, by_source)
            before = (person.account_id, person.is_own)
            if _change(workspace, person, row, accounts, statements.shown(by_source.values(), order)):
                changed.append(person)
                touched |= {one for one in (before[0], person.account_id) if one}
                regrouped = regrouped or before != (person.account_id, person.is_own)
    statements.save(heard)
    save_people(changed)
    consent.hear(workspace, {ids[row.person_id]: row.consent for row in rows if row.consent}, telling.source)
    if new or changed:
        announce(workspace, "person", touched, first_day=EVER if regrouped else None)
        if any("@" in (row.email or row.person_id) for row in rows) and matching.attaches(workspace):
            attach_people(workspace, [ids[row.person_id] for row in new] + [one.pk for one in changed])
    return Upserted(len(new), len(changed), len(rows) - len(new) - len(changed), ids)


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


def _add(workspace: Workspace, rows: Sequence[PersonRow], accounts: Mapping[str, str]) -> dict[str, str]:
    """New people with identity; gives their ids by the customer's."""
    if not rows:
        return {}
    ids = {row.person_id: new_id() for row in rows}
    said = {name: [stored(name, getattr(row, name)) for row in rows] for name in SAID}
    said["email"] = [_email(row) for row in rows]
    columns: dict[str, Sequence[Any]] = {
        "id": list(ids.values()),
        "workspace_id": [workspace.id] * len(rows),
        "external_id": list(ids),
        "account_id": [accounts.get(row.account_id) for row in rows],
        "is_own": [rules.is_own(email, workspace.own_domains) for email in said["email"]],
        "attributes": [row.attributes for row in rows],
    }
    bulk.add_columns(Person, columns | said)
    save_identities(workspace.id, Identity.PERSON, ids)
    return ids


def stored(column: str, value: str) -> Any:
    """A value as its column has it."""
    if column != "left_on":
        return value
    return date.fromisoformat(value) if value else None


def _email(row: PersonRow) -> str:
    """Many products use the address as the id."""
    return row.email or rules.clean_email(row.person_id)


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
