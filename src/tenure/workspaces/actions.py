"""Writes about workspaces: one verb each, one transaction."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from tenure.kit import clock, crypto, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access
from tenure.workspaces.models import Invitation, Key, Membership, User, Workspace
from tenure.workspaces.roles import Right, Role
from tenure.workspaces.rules import Settings, problems

INVITATION_DAYS = 7


class NotPossible(Exception):
    """A change that would break something; its text says what, and what to do instead."""


@transaction.atomic
def create_workspace(name: str, **fields: object) -> Workspace:
    """A new, empty workspace."""
    return Workspace.objects.create(name=name, **fields)


@transaction.atomic
def invite(access: Access, role: Role, email: str = "", user: User | None = None) -> str:
    """A one-time token that lets its bearer in with `role`; it lasts seven days and is shown once."""
    access.require(Right.ADMINISTER)
    token = crypto.new_token()
    Invitation.objects.create(
        workspace=access.workspace,
        user=user,
        email=email,
        role=role.value,
        token_hash=crypto.hash_token(token),
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    access.log("invited", f"{email or user or 'somebody'} as {role}")
    return token


def open_invitation(token: str) -> Invitation | None:
    """The unused, unexpired invitation behind a token."""
    rows = Invitation.objects.filter(
        token_hash=crypto.hash_token(token), used_at=None, expires_at__gt=clock.now()
    )
    return rows.select_related("workspace", "user").first()


@transaction.atomic
def accept_invitation(token: str, user: User) -> Membership | None:
    """Use a token up for `user`. None if somebody was faster or it is no longer good."""
    fresh = Invitation.objects.filter(
        token_hash=crypto.hash_token(token), used_at=None, expires_at__gt=clock.now()
    )
    if not fresh.update(used_at=clock.now()):
        return None
    invitation = Invitation.objects.get(token_hash=crypto.hash_token(token))
    membership, _ = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    return membership


@transaction.atomic
def create_key(access: Access, kind: str = Key.WRITE, name: str = "default") -> str:
    """A new key, returned once; only its hash is kept."""
    access.require(Right.ADMINISTER)
    token = ("tw_" if kind == Key.WRITE else "ta_") + crypto.new_token()
    Key.objects.create(
        workspace=access.workspace,
        kind=kind,
        name=name,
        prefix=token[:10],
        key_hash=crypto.hash_token(token),
    )
    access.log("created key", f"{kind} {name}")
    return token


@transaction.atomic
def revoke_key(access: Access, key_id: str) -> Key:
    """Stop a key; what it has already brought in stays."""
    access.require(Right.ADMINISTER)
    key = access.get(Key, key_id)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        access.log("revoked key", f"{key.kind} {key.name}")
    return key


@transaction.atomic
def withdraw_invitation(access: Access, invitation_id: str) -> Invitation:
    """Make an open invitation's link worthless."""
    access.require(Right.ADMINISTER)
    invitation = access.get(Invitation, invitation_id)
    if invitation.used_at is None:
        invitation.delete()
        access.log("withdrew invitation", f"{invitation.email or 'somebody'} as {invitation.role}")
    return invitation


@transaction.atomic
def change_role(access: Access, membership_id: str, role: Role) -> Membership:
    """Give a member another role. Raises NotPossible for the last owner."""
    access.require(Right.ADMINISTER)
    membership = access.get(Membership, membership_id)
    if membership.role != role.value:
        if role != Role.OWNER:
            _require_another_owner(access, membership)
        membership.role = role.value
        membership.save(update_fields=["role"])
        access.log("changed role", f"{membership.user.email} to {role}")
    return membership


@transaction.atomic
def remove_member(access: Access, membership_id: str) -> Membership:
    """Take somebody out of the workspace; what they did stays. Raises NotPossible for the last owner."""
    access.require(Right.ADMINISTER)
    membership = access.get(Membership, membership_id)
    _require_another_owner(access, membership)
    email = membership.user.email
    Invitation.objects.filter(workspace=access.workspace, user=membership.user, used_at=None).delete()
    membership.delete()
    access.log("removed member", email)
    return membership


@transaction.atomic
def sign_in_link(access: Access, membership_id: str) -> str:
    """A one-time token that signs a member in who has lost their password.

    Raises NotPossible for somebody who also belongs elsewhere: the link would open that workspace too.
    """
    membership = access.get(Membership, membership_id)
    if Membership.objects.filter(user=membership.user).exclude(workspace=access.workspace).exists():
        raise NotPossible(f"{membership.user} belongs to other workspaces too; they reset it by e-mail.")
    return invite(access, Role(membership.role), membership.user.email, membership.user)


@transaction.atomic
def change_settings(access: Access, settings: Settings) -> Workspace:
    """Change what a workspace is called and how its figures are computed; ValueError for bad settings."""
    access.require(Right.ADMINISTER)
    if wrong := problems(settings):
        raise ValueError(wrong)
    workspace = Workspace.objects.select_for_update().get(pk=access.workspace.pk)
    new = {
        "name": settings.name,
        "zone": settings.zone,
        "currency": settings.currency,
        "own_domains": list(settings.own_domains),
        "key_features": list(settings.key_features),
    }
    changed = [field for field, value in new.items() if getattr(workspace, field) != value]
    for field in changed:
        setattr(workspace, field, new[field])
    if changed:
        workspace.save(update_fields=changed)
        access.log("changed settings", ", ".join(changed))
    if {"zone", "currency", "key_features"} & set(changed):
        outbox.record(
            RecordsChanged(workspace_id=workspace.pk, table="workspace", first_day=date.min.isoformat())
        )
    return workspace


def _require_another_owner(access: Access, membership: Membership) -> None:
    """Somebody must be left who can administer the workspace."""
    if membership.role != Role.OWNER:
        return
    if not access.of(Membership).filter(role=Role.OWNER).exclude(pk=membership.pk).exists():
        raise NotPossible(f"{membership.user} is the only owner; make somebody else an owner first.")
