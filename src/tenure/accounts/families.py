"""Which account belongs to which: a tree without circles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from tenure.accounts import queries, statements
from tenure.accounts.announcing import announce
from tenure.accounts.models import Account
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

DEEPEST = 50  # levels below an account that are looked at


@transaction.atomic
def set_parents(workspace: Workspace, parents: Mapping[str, str]) -> list[str]:
    """Put accounts under their parents, both by the customers' own ids.

    Gives the children that stay where they are, because their parent stands below them.
    """
    if not parents:
        return []
    ids = queries.accounts_by_ref(workspace.id, {*parents.keys(), *parents.values()})
    tree = _lines({ids[ref] for ref in {*parents.keys(), *parents.values()} & ids.keys()})
    moved, former, circles = [], set(), []
    for child_ref, parent_ref in parents.items():
        child, parent = ids[child_ref], ids.get(parent_ref)
        if parent is None:
            continue  # another source's word for somebody who is gone
        if child in ancestry(tree, parent):
            circles.append(child_ref)
        elif tree[child] != parent:
            former.add(tree[child])
            tree[child] = parent
            moved.append(child)
    _save(workspace, {child: tree[child] for child in moved}, former)
    return circles


@transaction.atomic
def put_under(access: Access, account_id: str, parent_id: str) -> str:
    """Put an account under another by hand (empty: under none); gives the parent's id before, or nothing.

    It counts more than what files say. ValueError where that would close a circle.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    parent = access.get(Account, parent_id) if parent_id else None
    before = account.parent_id or ""
    if parent is not None:
        _refuse_circle(access.workspace, account, parent)
    if before != parent_id:
        _save(access.workspace, {account.pk: parent_id or None}, {before})
        statements.note_by_hand(access.workspace, [account.pk], [statements.PARENT], access.who)
        access.log("moved in its family", f"{account} under {parent}" if parent else f"{account} under none")
    return before


def _refuse_circle(workspace: Workspace, account: Account, parent: Account) -> None:
    if account.pk == parent.pk:
        raise ValueError(f"{account} cannot belong to itself; choose another customer")
    tree = dict(Account.objects.filter(workspace=workspace).values_list("id", "parent_id"))
    if account.pk in ancestry(tree, parent.pk):
        raise ValueError(f"{parent} stands below {account} already; take {parent} out from under it first")


def _save(workspace: Workspace, parents: Mapping[str, str | None], former: Collection[str | None]) -> None:
    """Write parents; whoever lost or gained a child is news too."""
    for chunk in queries.in_chunks(parents):
        accounts = list(Account.objects.filter(pk__in=chunk))
        for account in accounts:
            account.parent_id = parents[account.pk]
        Account.objects.bulk_create(
            accounts, update_conflicts=True, unique_fields=["id"], update_fields=["parent"]
        )
    if parents:
        announce(workspace, "account", {*parents, *parents.values(), *former})


def ancestry(tree: Mapping[str, str | None], account_id: str | None) -> set[str]:
    """An account and everything above it."""
    found: set[str] = set()
    while account_id and account_id not in found:
        found.add(account_id)
        account_id = tree.get(account_id)
    return found


def _lines(account_ids: Iterable[str]) -> dict[str, str | None]:
    """Parents of these accounts and of all above them."""
    found: dict[str, str | None] = {}
    for chunk in queries.in_chunks(sorted(above(account_ids))):
        found.update(Account.objects.filter(pk__in=chunk).values_list("id", "parent_id"))
    return found


def lines(workspace: Workspace, refs: Collection[str]) -> dict[str, str]:
    """Of these accounts and all above them, by the customers' own ids: what each is under, or nothing."""
    ids = set(queries.accounts_by_ref(workspace.pk, refs).values())
    found: dict[str, str] = {}
    for chunk in queries.in_chunks(sorted(above(ids))):
        rows = Account.objects.filter(pk__in=chunk).values_list("external_id", "parent__external_id")
        found.update({ref: parent or "" for ref, parent in rows})
    return found


def tops(access: Access) -> dict[str, str]:
    """Of each account that belongs to another, by id, the one at the top of its family.

    Of what one may see: whoever sees a child and not its parent has the child as a family of its own.
    """
    tree = dict(access.of(Account).values_list("id", "parent_id"))
    found: dict[str, str] = {}
    for account_id, parent_id in tree.items():
        if parent_id in tree:
            found[account_id] = _top(tree, account_id)
    return found


def _top(tree: Mapping[str, str | None], account_id: str) -> str:
    seen = {account_id}
    while (parent := tree[account_id]) in tree and parent not in seen:
        assert parent is not None
        account_id = parent
        seen.add(account_id)
    return account_id


def below(tops: Iterable[str]) -> list[tuple[str, str, int]]:
    """Each of these accounts with all that stand below it: (top, account, levels between), the top first."""
    rows: list[tuple[str, str, int]] = []
    for chunk in queries.in_chunks(sorted(set(tops)), _AT_ONCE):
        rows += _walked(_BELOW, chunk)
    return rows


def above(account_ids: Iterable[str]) -> set[str]:
    """These accounts and all that stand above them."""
    found: set[str] = set()
    for chunk in queries.in_chunks(sorted(set(account_ids)), _AT_ONCE):
        found.update(key for (key,) in _walked(_ABOVE, chunk))
    return found


def _walked(sql: str, ids: Collection[str]) -> list[Any]:
    """What a way up or down from these gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(marks=", ".join(["%s"] * len(ids))), [*ids, DEEPEST])
        return list(cursor.fetchall())


_AT_ONCE = 500
_BELOW = """
    WITH RECURSIVE family(top, id, level) AS (
        SELECT id, id, 0 FROM account WHERE id IN ({marks})
        UNION ALL
        SELECT family.top, account.id, level + 1
        FROM family JOIN account ON account.parent_id = family.id WHERE level < %s
    )
    SELECT top, id, min(level) FROM family GROUP BY top, id ORDER BY top, min(level), id"""
_ABOVE = """
    WITH RECURSIVE line(id, parent_id, level) AS (
        SELECT id, parent_id, 0 FROM account WHERE id IN ({marks})
        UNION ALL
        SELECT account.id, account.parent_id, level + 1
        FROM line JOIN account ON account.id = line.parent_id WHERE level < %s
    )
    SELECT DISTINCT id FROM line"""
