"""Tables of workspaces, the people who work in them, their keys and what they did."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.roles import Role

LONGEST_WHAT = 2_000
SHARED = "shared"  # the way of a table that is about no customer in particular; see books.py


class UserManager(BaseUserManager["User"]):
    """Makes users whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who can sign in; without a password only through links."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What they may do depends on the workspace."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Workspace(models.Model):
    """One company's customers. Nothing crosses from one workspace to another."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    fiscal_year_starts = models.PositiveSmallIntegerField(default=1)
    own_domains = models.JSONField(default=list, blank=True)
    key_features = models.JSONField(default=list, blank=True)
    plan_features = models.JSONField(default=dict, blank=True)  # a product's own, instead of those of all
    first_value_event = models.CharField(max_length=200, blank=True)
    onboarding_steps = models.JSONField(default=list, blank=True)
    seats_from = models.CharField(max_length=120, blank=True)  # an attribute; empty: subscriptions' seats
    business_hours = models.JSONField(default=dict, blank=True)  # kit.business.Calendar
    is_demo = models.BooleanField(default=False)
    needs_second_factor = models.BooleanField(default=False)  # of all its members
    audit_days = models.PositiveIntegerField(default=1095)  # how long the audit log is kept
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's role in a workspace, and whose customers they see there."""

    book_path = SHARED

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    sees_all = models.BooleanField(default=True)  # else their own book and their team's
    team = models.JSONField(default=list, blank=True)  # other owners, as accounts name them
    joined_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # kept out until somebody opens it again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.workspace}"


class Invitation(models.Model):
    """A one-time link into a workspace with a role. Only the token's hash is kept.

    With a user it signs that user in; without one, whoever opens it gives name, e-mail and password.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    sees_all = models.BooleanField(default=True)
    team = models.JSONField(default=list, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.role} of {self.workspace}"


class Key(models.Model):
    """A write key of a source, or an API key. Only the hash is kept; the prefix helps to tell them apart."""

    WRITE, API = "write", "api"

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=10, choices=[(WRITE, WRITE), (API, API)])
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, blank=True)  # of an API key: what it may do besides reading
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # of an API key, to the minute
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "workspace_key"  # the collector reads this table without Django

    def __str__(self) -> str:
        return f"{self.kind} key {self.prefix}…"


class AuditEntry(models.Model):
    """What somebody did that another may ask about."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit", db_index=False)
    who = models.CharField(max_length=254)
    did = models.CharField(max_length=80)
    what = models.CharField(max_length=LONGEST_WHAT, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-recorded_at"]),
            models.Index(fields=["workspace", "who"], name="audit_by_who"),
            models.Index(fields=["workspace", "did"], name="audit_by_did"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.did} {self.what}"
