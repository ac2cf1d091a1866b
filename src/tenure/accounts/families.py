"""Which account belongs to which: a tree without circles."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from tenure.accounts import queries
from tenure.accounts.announcing import announce
from tenure.accounts.models import Account
from tenure.workspaces.models import Workspace


@transaction.atomic
def set_parents(workspace: Workspace, parents: Mapping[str, str]) -> None:
    """Put accounts under their parents, except where that would close a circle."""
    if not parents:
        return
    ids = queries.accounts_by_ref(workspace.id, {*parents.keys(), *parents.values()})
    tree = dict(Account.objects.filter(workspace=workspace).values_list("id", "parent_id"))
    moved = []
    for child, parent in ((ids[child], ids[parent]) for child, parent in parents.items()):
        if tree[child] != parent and child not in ancestry(tree, parent):
            tree[child] = parent
            moved.append(child)
    for chunk in queries.in_chunks(moved):
        accounts = list(Account.objects.filter(pk__in=chunk))
        for account in accounts:
            account.parent_id = tree[account.pk]
        Account.objects.bulk_create(
            accounts, update_conflicts=True, unique_fields=["id"], update_fields=["parent"]
        )
    if moved:
        announce(workspace, "account", moved)


def ancestry(tree: Mapping[str, str | None], account_id: str | None) -> set[str]:
    """An account and everything above it."""
    found: set[str] = set()
    while account_id and account_id not in found:
        found.add(account_id)
        account_id = tree.get(account_id)
    return found
