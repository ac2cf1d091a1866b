"""Writes about accounts and people: by the thousand, each row once however often it comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import msgspec
from django.db import transaction

from tenure.accounts import (
    again,
    attribute_rules,
    consent,
    families,
    matching,
    people,
    queries,
    rules,
    statements,
)
from tenure.accounts.announcing import EVER, announce
from tenure.accounts.attributes import Types
from tenure.accounts.identities import add_identities, save_identities
from tenure.accounts.models import Account, AccountAttributes, Identity, Statement
from tenure.accounts.placing import attach_people
from tenure.accounts.rows import AccountColumns as AccountColumns  # part of what others call here
from tenure.accounts.rows import AccountRow as AccountRow
from tenure.accounts.rows import PersonColumns as PersonColumns
from tenure.accounts.rows import PersonRow as PersonRow
from tenure.accounts.rows import Upserted as Upserted
from tenure.accounts.rows import clean_account, clean_person, once_each
from tenure.accounts.statements import Order, Telling
from tenure.kit import bulk
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace

C = TypeVar("C", AccountColumns, PersonColumns)


def upsert_accounts(
    workspace: Workspace,
    rows: Sequence[AccountRow],
    source: str = statements.IMPORT,
    effective_on: date | None = None,
) -> Upserted:
    """Add or complete accounts by the customer's own id. Parents not known yet are added bare.

    What the source says is kept as its word; shown is what the source that counts most says.
    """
    telling = Telling.by(workspace, source, effective_on)
    merged = once_each(clean_account(row) for row in rows)
    parents = {row.parent_id for row in merged if row.parent_id} - {row.account_id for row in merged}
    _add_bare_accounts(workspace, parents)
    total = Upserted()
    for chunk in queries.in_chunks(merged):
        total += _upsert_accounts(telling, chunk)
    circles = families.set_parents(workspace, _parents(workspace, merged, total.ids))
    _give_homes(workspace, {row.domain for row in merged})
    return replace(total, circles=tuple(circles))


def upsert_account_columns(workspace: Workspace, columns: AccountColumns) -> Upserted:
    """The same of a file's accounts, column by column: of the new and the same as before, no row is made."""
    said = columns.cleaned()
    if len(set(said.account_id)) < len(said.account_id):
        return upsert_accounts(workspace, said.rows())
    known = queries.accounts_by_ref(workspace.id, said.account_id)
    new, old = _apart(said, [ref not in known for ref in said.account_id])
    same, rest = _apart(old, again.accounts(workspace, old, known) if old.account_id else [])
    done = _add_told(workspace, new) + Upserted(same=len(same.account_id))
    if rest.account_id:
        done += upsert_accounts(workspace, rest.rows())
    named = zip(new.account_id, new.parent_id, strict=True)
    circles = families.set_parents(workspace, {ref: parent for ref, parent in named if parent})
    _give_homes(workspace, {*new.domain, *same.domain})
    return replace(done, ids={**known, **done.ids}, circles=(*done.circles, *circles))


def _apart(said: C, wanted: Sequence[bool]) -> tuple[C, C]:
    """Those that are wanted, and the others."""
    return said.where(wanted), said.where([not one for one in wanted])


@transaction.atomic(savepoint=False)
def _add_told(workspace: Workspace, new: AccountColumns) -> Upserted:
    """Add accounts that are not known yet, and the parents they name that are not known either, bare."""
    if not new.account_id:
        return Upserted()
    _add_bare_accounts(workspace, set(new.parent_id) - {"", *new.account_id})
    telling = Telling.by(workspace, statements.IMPORT)
    ids = _add_accounts(telling, new, attribute_rules.types_of(workspace))
    _announce_accounts(workspace, list(ids.values()), [])
    return Upserted(added=len(ids), ids=ids)


def _give_homes(workspace: Workspace, domains: set[str]) -> None:
    """Attach people of no account whose address one of these domains speaks for."""
    if (homeless := matching.homeless_of(workspace, domains - {""})) and matching.attaches(workspace):
        attach_people(workspace, homeless)


def _parents(workspace: Workspace, rows: Sequence[AccountRow], ids: Mapping[str, str]) -> dict[str, str]:
    """The parents that count, of the rows that name one; put under none by hand, an account stays there."""
    named = {ids[row.account_id]: row.account_id for row in rows if row.parent_id}
    order, said = Order.of(workspace), statements.current(named)
    shown = {
        ref: statements.shown(said.get(pk, {}).values(), order).get(statements.PARENT, "")
        for pk, ref in named.items()
    }
    return {ref: parent for ref, parent in shown.items() if parent}


def upsert_people(
    workspace: Workspace,
    rows: Sequence[PersonRow],
    source: str = statements.IMPORT,
    effective_on: date | None = None,
) -> Upserted:
    """Add or complete people by the customer's own id. Accounts not known yet are added bare.

    What the source says is kept as its word; shown is what the source that counts most says.
    """
    telling = Telling.of_people(workspace, source, effective_on)
    merged = once_each(clean_person(row) for row in rows)
    _add_bare_accounts(workspace, {row.account_id for row in merged if row.account_id})
    total = Upserted()
    for chunk in queries.in_chunks(merged):
        total += people.upsert(telling, chunk)
    return total


def upsert_person_columns(workspace: Workspace, columns: PersonColumns) -> Upserted:
    """The same of a file's people, column by column: of the new and the same as before, no row is made."""
    said = columns.cleaned()
    if len(set(said.person_id)) < len(said.person_id):
        return upsert_people(workspace, said.rows())
    known = queries.people_by_ref(workspace.id, said.person_id)
    new, old = _apart(said, [ref not in known for ref in said.person_id])
    same, rest = _apart(old, again.people(workspace, old, known) if old.person_id else [])
    _add_bare_accounts(workspace, set(new.account_id) - {""})
    ids = people.add(Telling.of_people(workspace, statements.IMPORT), new)
    done = Upserted(added=len(ids), same=len(same.person_id), ids={**known, **ids})
    words = zip(same.person_id, same.consent, strict=True)
    consent.hear(workspace, {known[ref]: word for ref, word in words if word}, statements.IMPORT)
    return done + upsert_people(workspace, rest.rows()) if rest.person_id else done


def resolve(workspace: Workspace, account_refs: Collection[str], people: Mapping[str, str | None]) -> None:
    """Add the accounts and people that events mention and nobody knows yet.

    `people` leads from a person's observed id to the account's they were seen with, or None. It gives
    an account to people who have none; it moves nobody. Anonymous people stay as observed.
    """
    known = {ref: account for ref, account in people.items() if ref and not rules.is_anonymous(ref)}
    _add_bare_accounts(workspace, {*account_refs, *(ref for ref in known.values() if ref)} - {""})
    for chunk in queries.in_chunks(known):
        ids = queries.people_by_ref(workspace.id, chunk)
        _add_bare_people(workspace, {ref: known[ref] for ref in chunk}, ids)


def accounts_told_of(workspace: Workspace, refs: Sequence[str]) -> list[str | None]:
    """Our accounts' ids by the customer's own, one by one. New ones are added bare; "" is nobody."""
    told = set(refs) - {""}
    known = queries.accounts_by_ref(workspace.id, told)
    if new := told - known.keys():
        _add_bare_accounts(workspace, new)
        known |= queries.accounts_by_ref(workspace.id, new)
    return [known.get(ref) for ref in refs]


def people_told_of(
    workspace: Workspace, refs: Sequence[str], account_refs: Sequence[str]
) -> list[str | None]:
    """The same of people, each seen with an account that is known: who has none is given it, nobody is moved.

    Nobody is "" and whoever is anonymous and has not said who they are.
    """
    seen = {ref: account for ref, account in zip(refs, account_refs, strict=True) if ref}
    known = queries.people_by_ref(workspace.id, seen) if seen else {}
    named = [ref for ref in seen if not rules.is_anonymous(ref)]
    for chunk in queries.in_chunks(named):
        known |= _add_bare_people(workspace, {ref: seen[ref] for ref in chunk}, known)
    return [known.get(ref) for ref in refs]


@transaction.atomic
def link_people(workspace: Workspace, same: Mapping[str, str], *, move: bool) -> int:
    """Say whom observed ids mean: from `anon:…` or a former id to a person's own. Gives how many changed.

    What was observed under them before counts for that person from now on. Without `move`, an id that
    means somebody already keeps its meaning: two people may share a browser.
    """
    targets = queries.people_by_ref(workspace.id, set(same.values()))
    before = queries.people_by_ref(workspace.id, same.keys())
    linked = {
        observed: targets[ref]
        for observed, ref in same.items()
        if ref in targets and before.get(observed) != targets[ref] and (move or observed not in before)
    }
    if linked:
        save_identities(workspace.id, Identity.PERSON, linked)
        concerned = {*linked.values(), *(before[observed] for observed in linked if observed in before)}
        known = queries.people_by_id(workspace.id, concerned)
        announce(workspace, "identity", {one.account_id for one in known.values()}, first_day=EVER)
    return len(linked)


@transaction.atomic(savepoint=False)
def _upsert_accounts(telling: Telling[Statement], rows: Sequence[AccountRow]) -> Upserted:
    workspace = telling.workspace
    ids = queries.accounts_by_ref(workspace.id, [row.account_id for row in rows])
    known = queries.accounts_by_id(workspace.id, set(ids.values()))
    new = [row for row in rows if row.account_id not in ids]
    types = attribute_rules.types_of(workspace)
    ids.update(_add_accounts(telling, AccountColumns.of(new), types))
    heard: list[Statement] = []
    said_before, order = statements.current(known), Order.of(workspace)
    changed, restated = [], 0
    for row in rows:
        if account := known.get(ids[row.account_id]):
            versions = _hear(telling, account, row, said_before.setdefault(account.pk, {}))
            heard += versions
            if versions and _change_account(
                account, row, statements.shown(said_before[account.pk].values(), order), types
            ):
                changed.append(account)
            elif len(versions) > 1 or any(one.pk for one in versions):
                restated += 1
    statements.save(heard)
    _save_accounts(changed)
    _announce_accounts(workspace, [ids[row.account_id] for row in new], [one.pk for one in changed])
    done = len(changed) + restated
    return Upserted(len(new), done, len(rows) - len(new) - done, ids)


def _said(row: AccountRow) -> dict[str, str]:
    """The columns that a row says something about, and the parent."""
    said = {
        "name": row.name,
        "domain": row.domain,
        "owner": row.owner,
        "segment": row.segment,
        statements.PARENT: row.parent_id,
    }
    return said if all(said.values()) else {name: value for name, value in said.items() if value}


def _hear(
    telling: Telling[Statement], account: Account, row: AccountRow, by_source: dict[str, Statement]
) -> list[Statement]:
    """Take a row as its source's word; gives the statements to save, none if it says nothing new."""
    said, old = _said(row), by_source.get(telling.source)
    if old is not None:
        versions = telling.next(old, old.fields | said, old.data | row.attributes)
    else:
        versions = [telling.first(account.pk, said, row.attributes)] if said or row.attributes else []
    if versions:
        by_source[telling.source] = versions[-1]
    return versions


def _add_accounts(telling: Telling[Statement], new: AccountColumns, types: Types) -> dict[str, str]:
    """New accounts with attributes, identity, and what is said of them; gives their ids by the customer's."""
    if not new.account_id:
        return {}
    workspace = telling.workspace
    ids = {ref: new_id() for ref in new.account_id}
    about = {"account_id": list(ids.values()), "workspace_id": [workspace.id] * len(ids)}
    said = {name: getattr(new, name) for name in statements.COLUMNS}
    named = [name or ref for name, ref in zip(new.name, new.account_id, strict=True)]
    keys = {"id": about["account_id"], "workspace_id": about["workspace_id"], "external_id": new.account_id}
    bulk.add_columns(Account, keys | said | {"name": named})
    bulk.add_columns(AccountAttributes, about | {"data": _kept(new.attributes, types)})
    add_identities(workspace.id, Identity.ACCOUNT, ids)
    fields = bulk.objects(said | {statements.PARENT: new.parent_id})
    statements.save_first(telling, about["account_id"], fields, new.attributes)
    return ids


def _kept(attributes: bulk.Texts, types: Types) -> bulk.Texts:
    """What is kept of attributes, in the forms of their types."""
    if not types.by_name:
        return attributes
    return bulk.Texts(bulk.as_json(types.all_kept(msgspec.json.decode(one))) for one in attributes)


def _change_account(account: Account, row: AccountRow, shown: Mapping[str, Any], types: Types) -> bool:
    """Show, of what a row says, the value that counts most now; whether anything differed."""
    differs = _set(account, {name: shown[name] for name in _said(row) if name in statements.COLUMNS})
    data = account.attributes.data | {name: types.kept(name, shown[f".{name}"]) for name in row.attributes}
    differs = differs or data != account.attributes.data
    account.attributes.data = data
    return differs


def _set(entity: Account, said: Mapping[str, str]) -> bool:
    """Set what is said and differs; whether anything did."""
    new = {name: value for name, value in said.items() if value and getattr(entity, name) != value}
    for name, value in new.items():
        setattr(entity, name, value)
    return bool(new)


def _save_accounts(accounts: Sequence[Account]) -> None:
    bulk.save(accounts, ["id"], ["name", "domain", "owner", "segment"])
    bulk.save([account.attributes for account in accounts], ["account"], ["data"])


def _add_bare_accounts(workspace: Workspace, refs: Collection[str]) -> None:
    """Accounts of which only the id is known, so far."""
    unknown = sorted(set(refs) - queries.accounts_by_ref(workspace.id, refs).keys())
    for chunk in queries.in_chunks(unknown):
        _upsert_accounts(Telling.by(workspace, statements.IMPORT), [AccountRow(ref) for ref in chunk])


def _add_bare_people(
    workspace: Workspace, bare: Mapping[str, str | None], ids: Mapping[str, str]
) -> dict[str, str]:
    """People of whom only the id, and perhaps the account, is known; nobody changes accounts by this.

    `ids` are those of them that are on record; gives those of the others.
    """
    telling = Telling.of_people(workspace, statements.IMPORT)
    new = {ref: account or "" for ref, account in bare.items() if ref not in ids}
    added = people.add(telling, PersonColumns.bare(list(new), list(new.values())))
    homeless = queries.people_without_account(workspace.id, {ids[ref] for ref in bare if ref in ids})
    moved = {ref: account for ref, account in bare.items() if account and ids.get(ref) in homeless}
    if moved:
        people.upsert(telling, [PersonRow(ref, account_id=account) for ref, account in moved.items()])
    return added


def _announce_accounts(workspace: Workspace, added: Sequence[str], changed: Sequence[str]) -> None:
    if added or changed:
        announce(workspace, "account", {*added, *changed})
