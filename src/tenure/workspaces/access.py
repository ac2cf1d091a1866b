"""The one way to fetch: everything a page or command reads or writes goes through an Access.

An Access knows who asks, in which workspace, with which rights and about whose customers. It hands out
those rows only, so an id of a neighbour, or of another's book, looks exactly like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Model, Q, QuerySet, Value
from django.http import Http404

from tenure.kit import clock, crypto
from tenure.kit.prepared import Prepared
from tenure.workspaces import books
from tenure.workspaces.books import Written
from tenure.workspaces.models import LONGEST_WHAT, SHARED, AuditEntry, Key, Membership, User, Workspace
from tenure.workspaces.roles import OF_ALL, Right, Role, a

M = TypeVar("M", bound=Model)
R = TypeVar("R")
_USED_TO_THE = timedelta(minutes=1)  # a write for each request would be one too many


@dataclass(frozen=True)
class Access:
    """A caller's rights in one workspace."""

    workspace: Workspace
    role: Role
    user: User | None = None  # None: the command line, which acts as the owner of the machine
    owners: tuple[str, ...] | None = None  # whose customers are shown; None: everybody's
    key: Key | None = None  # an API key, whose scopes are its rights
    asked_by: str = ""  # for whom a job works
    written: Written | None = None  # where the ids of those who are meant stand, within `held`, `holding`

    @property
    def who(self) -> str:
        """How the audit log calls the caller."""
        if self.key is not None:
            return f"key {self.key.name}"
        return self.user.email if self.user else self.asked_by or "command line"

    @property
    def is_narrowed(self) -> bool:
        """Whether the caller is held to the books of some owners."""
        return self.owners is not None

    @property
    def rights(self) -> frozenset[Right]:
        """What the caller may do; what reaches every customer is not for those held to a book."""
        if self.key is not None:
            return frozenset({Right.READ, *map(Right, self.key.scopes)})
        return self.role.rights - OF_ALL if self.is_narrowed else self.role.rights

    def may(self, right: Right) -> bool:
        """Whether the caller has a right."""
        return right in self.rights

    def require(self, right: Right) -> None:
        """Raise PermissionDenied unless the caller has the right."""
        if not self.may(right):
            book = " held to a book" if right in self.role.rights else ""
            who = f"the key {self.key.name}" if self.key is not None else f"{a(self.role)}{book}"
            raise PermissionDenied(f"{who} may not {right} in this workspace")

    def of(self, model: type[M]) -> QuerySet[M]:
        """The rows of a table that are the caller's to see; OutsideBook for one with no way to a book."""
        self.require(Right.READ)
        return model._default_manager.filter(self.condition(model))

    def condition(self, model: type[Model]) -> Q:
        """What makes a table's row the caller's to see."""
        if self.owners is None and self.written is None:
            return Q(workspace=self.workspace)
        return books.condition(model, self.workspace, self.owners or (), self.written)

    @contextmanager
    def held(self, accounts: type[Model]) -> Iterator[Access]:
        """The same, for many questions at once: the book as it is now, found once. Only within the block."""
        if self.owners is None or self.written:
            yield self
            return
        with self.holding(self.of(accounts)) as held:
            yield held

    @contextmanager
    def holding(self, accounts: QuerySet[Any]) -> Iterator[Access]:
        """The same, for many questions about some of the caller's accounts alone. Only within the block."""
        with books.written_down(accounts) as written:
            yield replace(self, written=written)

    def asked(self, query: Prepared[R], *values: str | date) -> list[R]:
        """The answer to a query that was prepared for a workspace's id and these values.

        It knows of no books: raises OutsideBook for whoever is held to one, unless it asks a table that is
        about nobody in particular.
        """
        self.require(Right.READ)
        if (self.is_narrowed or self.written) and books.way_of(query.model) != SHARED:
            raise books.OutsideBook
        return query(self.workspace.id, *values)

    def rows(self, model: type[M], **texts: str) -> list[M]:
        """The caller's rows of a table in which these columns hold these texts: what pages ask most often."""
        if self.is_narrowed or self.written:
            return list(self.of(model).filter(**texts))
        return self.asked(_holding(model, *texts), *texts.values())

    def first(self, model: type[M], **texts: str) -> M | None:
        """One of those rows; None where there is none."""
        return next(iter(self.rows(model, **texts)), None)

    def has(self, model: type[Model], **texts: str) -> bool:
        """Whether there is such a row."""
        if self.is_narrowed or self.written:
            return self.of(model).filter(**texts).exists()
        return bool(self.asked(_any_holding(model, *texts), *texts.values()))

    def get(self, model: type[M], pk: str | int) -> M:
        """One row that is the caller's to see; Http404 for any other, existing or not."""
        is_text = isinstance(pk, str) and isinstance(model._meta.pk, CharField)
        row = self.first(model, pk=str(pk)) if is_text else self.of(model).filter(pk=pk).first()
        if row is None:
            raise Http404(f"no such {model._meta.verbose_name}")
        return row

    def log(self, did: str, what: str = "") -> None:
        """Write a line into the audit log."""
        AuditEntry.objects.create(workspace=self.workspace, who=self.who, did=did, what=what[:LONGEST_WHAT])


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """The workspaces a user belongs to, oldest first."""
    return Workspace.objects.filter(memberships__user=user, memberships__closed_at=None).order_by(
        "created_at"
    )


@cache
def _holding(model: type[M], *columns: str) -> Prepared[M]:
    """A workspace's rows in which these columns hold given texts."""

    def made(workspace_id: str, *texts: str) -> QuerySet[M]:
        held = dict(zip(columns, texts, strict=True))
        return model._default_manager.filter(workspace_id=workspace_id, **held)

    return Prepared(model, made)


@cache
def _any_holding(model: type[M], *columns: str) -> Prepared[tuple[int]]:
    """Whether there is one of them: a row with nothing in it."""

    def made(workspace_id: str, *texts: str) -> QuerySet[Any, tuple[int]]:
        held = dict(zip(columns, texts, strict=True))
        rows = model._default_manager.filter(workspace_id=workspace_id, **held).order_by()
        one: QuerySet[Any, tuple[int]] = rows.values_list(Value(1))[:1]
        return one

    return Prepared(model, made)


def memberships_of(user: User) -> list[Membership]:
    """A user's parts in workspaces that let them in, oldest workspace first."""
    return _MEMBERSHIPS(user.pk)


_MEMBERSHIPS = Prepared(
    Membership,
    lambda user_id: (
        Membership.objects.filter(user_id=user_id, closed_at=None)
        .select_related("workspace")
        .order_by("workspace__created_at")
    ),
)


def access_for_user(user: User, workspace_id: str | None = None) -> Access | None:
    """A signed-in user's access: to the workspace asked for, else to their first; None if they have none."""
    return access_by(memberships_of(user), user, workspace_id)


def access_by(
    memberships: Iterable[Membership], user: User, workspace_id: str | None = None
) -> Access | None:
    """The same for whoever has looked up `memberships_of(user)`."""
    each = list(memberships)
    membership = next((one for one in each if one.workspace_id == workspace_id), next(iter(each), None))
    if membership is None:
        return None
    return Access(membership.workspace, Role(membership.role), user, owners_of(membership, user))


def access_of_member(workspace: Workspace, user_id: str) -> Access | None:
    """What somebody may see of a workspace now, whoever asks for them; None if they belong to it no more."""
    rows = Membership.objects.filter(workspace=workspace, user_id=user_id, closed_at=None)
    row = rows.filter(user__is_active=True).select_related("user").first()
    return None if row is None else Access(workspace, Role(row.role), row.user, owners_of(row, row.user))


def access_of_outsider(
    workspace: Workspace, email: str, owners: tuple[str, ...] | None, *, gets_files: bool
) -> Access:
    """What an address outside may be told of: a looker-on's view, of the customers it was permitted."""
    role = Role.REPRESENTATIVE if gets_files else Role.VIEWER
    return Access(workspace, role, owners=owners, asked_by=email)


def owners_of(membership: Membership, user: User) -> tuple[str, ...] | None:
    """Whose customers a member sees: their own by e-mail and their team's; None: everybody's.

    Never by their name, which people choose themselves.
    """
    return None if membership.sees_all else tuple(dict.fromkeys([user.email, *membership.team]))


def access_for_key(token: str) -> Access | None:
    """What an API key opens: its workspace, with its scopes as rights; None unless it is in force."""
    now = clock.now()
    rows = Key.objects.filter(key_hash=crypto.hash_token(token), kind=Key.API, revoked_at=None)
    key = rows.exclude(expires_at__lte=now).select_related("workspace").first()
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at >= _USED_TO_THE:
        Key.objects.filter(pk=key.pk).update(last_used_at=now)
    return Access(key.workspace, Role.VIEWER, key=key)


def access_for_machine(workspace: Workspace) -> Access:
    """Full access, for commands run by whoever owns the data folder, and for jobs."""
    return Access(workspace, Role.OWNER)


def access_for_job(workspace: Workspace, asked_by: str) -> Access:
    """Full access for a job, which the audit log names after whoever asked for it."""
    return Access(workspace, Role.OWNER, asked_by=asked_by)


def workspace_of_job(workspace_id: str) -> Workspace:
    """The workspace a job was recorded for."""
    return Workspace.objects.get(pk=workspace_id)


def log_of(user: User, did: str, what: str = "") -> None:
    """Write into the audit log of every workspace that somebody belongs to: what concerns their account."""
    AuditEntry.objects.bulk_create(
        AuditEntry(workspace=row.workspace, who=user.email, did=did, what=what[:LONGEST_WHAT])
        for row in memberships_of(user)
    )


def log_of_email(email: str, did: str, what: str = "") -> None:
    """The same for whoever has an address; of an address that nobody has there is no log to write into."""
    if user := User.objects.filter(email=email.strip().lower()).first():
        log_of(user, did, what)


def all_workspaces() -> QuerySet[Workspace]:
    """Every workspace, oldest first: for the worker and the command line."""
    return Workspace.objects.order_by("created_at")
