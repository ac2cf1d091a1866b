"""The one way to fetch: everything a page or command reads or writes goes through an Access.

An Access knows who asks, in which workspace and with which role. It hands out rows of that workspace
only, so a neighbour's id looks exactly like one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from tenure.workspaces.models import AuditEntry, Membership, User, Workspace
from tenure.workspaces.roles import Right, Role

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Access:
    """A caller's rights in one workspace."""

    workspace: Workspace
    role: Role
    user: User | None = None  # None: the command line, which acts as the owner of the machine

    @property
    def who(self) -> str:
        """How the audit log calls the caller."""
        return self.user.email if self.user else "command line"

    def may(self, right: Right) -> bool:
        """Whether the caller's role includes a right."""
        return right in self.role.rights

    def require(self, right: Right) -> None:
        """Raise PermissionDenied unless the caller's role includes the right."""
        if not self.may(right):
            raise PermissionDenied(f"a {self.role} may not {right} in this workspace")

    def of(self, model: type[M]) -> QuerySet[M]:
        """The rows of a table that belong to this workspace."""
        self.require(Right.READ)
        return model._default_manager.filter(workspace=self.workspace)

    def get(self, model: type[M], pk: str | int) -> M:
        """One row of this workspace; Http404 for any other, existing or not."""
        row = self.of(model).filter(pk=pk).first()
        if row is None:
            raise Http404(f"no such {model._meta.verbose_name}")
        return row

    def log(self, did: str, what: str = "") -> None:
        """Write a line into the audit log."""
        AuditEntry.objects.create(workspace=self.workspace, who=self.who, did=did, what=what[:300])


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """The workspaces a user belongs to, oldest first."""
    return Workspace.objects.filter(memberships__user=user).order_by("created_at")


def access_for_user(user: User, workspace_id: str | None = None) -> Access | None:
    """A signed-in user's access: to the workspace asked for, else to their first; None if they have none."""
    memberships = (
        Membership.objects.filter(user=user).select_related("workspace").order_by("workspace__created_at")
    )
    chosen = memberships.filter(workspace_id=workspace_id).first() if workspace_id else None
    membership = chosen or memberships.first()
    if membership is None:
        return None
    return Access(membership.workspace, Role(membership.role), user)


def access_for_machine(workspace: Workspace) -> Access:
    """Full access, for commands run by whoever owns the data folder, and for jobs."""
    return Access(workspace, Role.OWNER)


def workspace_of_job(workspace_id: str) -> Workspace:
    """The workspace a job was recorded for."""
    return Workspace.objects.get(pk=workspace_id)


def all_workspaces() -> QuerySet[Workspace]:
    """Every workspace, oldest first: for the worker and the command line."""
    return Workspace.objects.order_by("created_at")
