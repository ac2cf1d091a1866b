"""The end of the demo: from when it is asked for nobody comes in, and the worker removes it in pieces."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from tenure.accounts.models import Account, Person
from tenure.demo import company
from tenure.kit import home, outbox
from tenure.kit.facts import DemoRemovalRequested
from tenure.kit.pieces import pieces
from tenure.workspaces.access import all_workspaces
from tenure.workspaces.models import User, Workspace

# A piece is one transaction of a few tenths of a second: others wait for five seconds to write, not longer.
PEOPLE_AT_ONCE = 1_000
ACCOUNTS_AT_ONCE = 50

Rest = Callable[[], None]


@transaction.atomic
def request_removal(workspace: Workspace) -> bool:
    """Close a demo to everybody, and ask the worker to remove it; False if that was asked before.

    Without members it counts as half-made: nobody sees it, and `tenure up --demo` would make another.
    """
    _require_demo(workspace)
    members, _ = workspace.memberships.all().delete()
    if not members:
        return False
    workspace.keys.all().delete()
    workspace.invitations.all().delete()
    User.objects.filter(email__in=company.MANAGERS, memberships=None).delete()
    outbox.record(DemoRemovalRequested(workspace_id=workspace.pk))
    return True


def is_gone(workspace_id: str) -> bool:
    """Whether it has been removed, but for files that nobody can reach any more."""
    return not all_workspaces().filter(pk=workspace_id).exists()


def is_leaving(workspace_id: str) -> bool:
    """Whether nothing need be worked out any more of a workspace: it is gone, or a demo on its way out."""
    workspace = all_workspaces().filter(pk=workspace_id).first()
    return workspace is None or (workspace.is_demo and outbox.holds(DemoRemovalRequested, workspace_id))


def remove_requested(workspace_id: str, rest: Rest) -> None:
    """Remove a demo that somebody asked to; asked twice, or again after a crash, it goes on where it was."""
    if workspace := all_workspaces().filter(pk=workspace_id, is_demo=True).first():
        remove(workspace, rest)
    forget_files(workspace_id)


def forget_files(workspace_id: str) -> None:
    """Remove a gone workspace's lake; again, if what was being worked out meanwhile has written more."""
    if workspace_id and is_gone(workspace_id):
        shutil.rmtree(home.lake(workspace_id), ignore_errors=True)


def remove(workspace: Workspace, rest: Rest = lambda: None) -> None:
    """Remove a demo workspace with everything in it; refuses any other. `rest` comes between pieces."""
    _require_demo(workspace)
    workspace_id = workspace.pk
    for piece in _pieces(workspace):
        piece.delete()
        rest()
    workspace.delete()
    forget_files(workspace_id)


def _pieces(workspace: Workspace) -> Iterator[QuerySet[Person] | QuerySet[Account]]:
    """People first, who else would each be told that their account is gone."""
    for model, most in ((Person, PEOPLE_AT_ONCE), (Account, ACCOUNTS_AT_ONCE)):
        rows = model.objects.filter(workspace=workspace)
        for ids in pieces(list(rows.values_list("pk", flat=True)), most):
            yield model.objects.filter(pk__in=ids)


def _require_demo(workspace: Workspace) -> None:
    if not workspace.is_demo:
        raise ValueError(f"{workspace} is not a demo")
