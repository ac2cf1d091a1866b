"""Who belongs to a workspace: invited by a link, given a role and a book, closed out, removed, gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction

from tenure.kit import clock, crypto
from tenure.workspaces.access import Access
from tenure.workspaces.models import Invitation, Membership, User
from tenure.workspaces.roles import Right, Role, a
from tenure.workspaces.rules import said

INVITATION_DAYS = 7
MOST_OWNERS = 100
LONGEST_OWNER = 254


class NotPossible(Exception):
    """A change that would break something; its text says what, and what to do instead."""


@dataclass(frozen=True)
class Part:
    """Somebody's part in a workspace: the role, and whose customers they see."""

    role: Role
    sees_all: bool = True
    team: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Membership | Invitation) -> Part:
        """As it is kept."""
        return cls(Role(row.role), row.sees_all, tuple(row.team))

    @property
    def sees(self) -> str:
        """Whose customers, in words."""
        if self.sees_all:
            return "all customers"
        return "own book" + "".join(f", {owner}" for owner in self.team)

    def checked(self) -> Part:
        """In one form. Raises NotPossible for a book of those who run the workspace, and too long a team."""
        if not self.sees_all and not self.role.may_be_narrowed:
            raise NotPossible(
                f"{a(self.role).capitalize()} sees every customer; choose another role for a book."
            )
        team = tuple(dict.fromkeys(_owner(name) for name in self.team if name.strip()))
        if len(team) > MOST_OWNERS:
            raise NotPossible(f"A team has at most {MOST_OWNERS} owners; let them see all customers instead.")
        return replace(self, team=() if self.sees_all else team)


def _owner(name: str) -> str:
    """An owner as accounts name them: addresses in small letters."""
    name = " ".join(name.split())[:LONGEST_OWNER]
    return name.lower() if "@" in name else name


@transaction.atomic
def invite(
    access: Access,
    role: Role,
    email: str = "",
    user: User | None = None,
    *,
    sees_all: bool = True,
    team: Sequence[str] = (),
) -> str:
    """A one-time token that lets its bearer in with `role`; it lasts seven days and is shown once."""
    access.require(Right.ADMINISTER)
    part = Part(role, sees_all, tuple(team)).checked()
    _require_rank(access, part.role)
    token = crypto.new_token()
    Invitation.objects.create(
        workspace=access.workspace,
        user=user,
        email=email,
        role=part.role.value,
        sees_all=part.sees_all,
        team=list(part.team),
        token_hash=crypto.hash_token(token),
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    access.log(
        "made a sign-in link" if user else "invited", f"{email or user or 'somebody'} as {role}, {part.sees}"
    )
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
    membership, is_new = Membership.objects.get_or_create(
        workspace=invitation.workspace,
        user=user,
        defaults={"role": invitation.role, "sees_all": invitation.sees_all, "team": invitation.team},
    )
    if is_new:
        joined = Access(invitation.workspace, Role(membership.role), user)
        joined.log("joined", f"as {membership.role}, {Part.of(membership).sees}")
    return membership


@transaction.atomic
def renew_invitation(access: Access, invitation_id: str) -> str:
    """A new link in place of an open invitation's, which becomes worthless; it lasts seven days from now."""
    access.require(Right.ADMINISTER)
    invitation = access.get(Invitation, invitation_id)
    _require_rank(access, Role(invitation.role))
    if invitation.used_at is not None:
        raise NotPossible("Somebody has used this invitation already.")
    token = crypto.new_token()
    invitation.token_hash = crypto.hash_token(token)
    invitation.expires_at = clock.now() + timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["token_hash", "expires_at"])
    access.log("renewed invitation", f"{invitation.email or 'somebody'} as {invitation.role}")
    return token


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
def change_part(access: Access, membership_id: str, part: Part) -> Membership:
    """Give a member another role or book. Raises NotPossible for the last owner."""
    membership = changeable(access, membership_id)
    old, new = Part.of(membership), part.checked()
    _require_rank(access, new.role)
    if new.role != Role.OWNER:
        _require_another_owner(access, membership)
    if new != old:
        membership.role, membership.sees_all, membership.team = new.role.value, new.sees_all, list(new.team)
        membership.save(update_fields=["role", "sees_all", "team"])
        before, after = ({"role": one.role, "sees": one.sees} for one in (old, new))
        access.log("changed member", f"{membership.user.email}: {said(before, after)}")
    return membership


@transaction.atomic
def hand_over(access: Access, membership_id: str) -> Membership:
    """Make another member an owner, and the caller an admin."""
    access.require(Right.OWN)
    heir = changeable(access, membership_id)
    if access.user is None or heir.user == access.user:
        raise NotPossible("Hand the workspace over to somebody else.")
    if heir.closed_at is not None:
        raise NotPossible(f"{heir.user} is kept out; let them in again first.")
    change_part(access, membership_id, Part(Role.OWNER))
    own = access.of(Membership).get(user=access.user)
    change_part(access, str(own.pk), Part(Role.ADMIN))
    access.log("handed over", f"{access.who} → {heir.user.email}")
    return heir


@transaction.atomic
def close_membership(access: Access, membership_id: str) -> Membership:
    """Keep a member out from now on; role and book are kept. Raises NotPossible for the last owner."""
    membership = changeable(access, membership_id)
    _require_another_owner(access, membership)
    if membership.closed_at is None:
        membership.closed_at = clock.now()
        membership.save(update_fields=["closed_at"])
        _forget_links(membership)
        access.log("kept out", membership.user.email)
    return membership


@transaction.atomic
def reopen_membership(access: Access, membership_id: str) -> Membership:
    """Let a member in again who was kept out."""
    membership = changeable(access, membership_id)
    if membership.closed_at is not None:
        membership.closed_at = None
        membership.save(update_fields=["closed_at"])
        access.log("let in again", membership.user.email)
    return membership


@transaction.atomic
def remove_member(access: Access, membership_id: str) -> Membership:
    """Take somebody out of the workspace; what they did stays. Raises NotPossible for the last owner."""
    membership = changeable(access, membership_id)
    _require_another_owner(access, membership)
    _delete(membership)
    access.log("removed member", f"{membership.user.email}, {membership.role}")
    return membership


@transaction.atomic
def leave(access: Access) -> None:
    """Take the caller out of the workspace. Raises NotPossible for the last owner."""
    membership = access.of(Membership).get(user=access.user)
    _require_another_owner(access, membership)
    _delete(membership)
    access.log("left", f"was {membership.role}")


@transaction.atomic
def sign_in_link(access: Access, membership_id: str) -> str:
    """A one-time token that signs a member in who has lost their password; earlier ones open nothing more.

    Raises NotPossible for somebody who also belongs elsewhere: the link would open that workspace too.
    """
    membership = changeable(access, membership_id)
    if membership.closed_at is not None:
        raise NotPossible(f"{membership.user} is kept out; let them in again first.")
    if belongs_elsewhere(membership):
        raise NotPossible(f"{membership.user} belongs to other workspaces too; they reset it by e-mail.")
    return fresh_link(access, membership)


@transaction.atomic
def fresh_link(access: Access, membership: Membership) -> str:
    """A one-time token that signs a member in, in place of those that nobody used."""
    _forget_links(membership)
    part = Part.of(membership)
    about = {"sees_all": part.sees_all, "team": part.team}
    return invite(access, part.role, membership.user.email, membership.user, **about)  # type: ignore[arg-type]


def belongs_elsewhere(membership: Membership) -> bool:
    """Whether a member also belongs to other workspaces."""
    others = Membership.objects.filter(user=membership.user).exclude(workspace=membership.workspace)
    return others.exists()


def changeable(access: Access, membership_id: str) -> Membership:
    """A member whom the caller may change."""
    access.require(Right.ADMINISTER)
    membership = access.get(Membership, membership_id)
    _require_rank(access, Role(membership.role))
    return membership


def _require_rank(access: Access, role: Role) -> None:
    """Owners and admins are made, changed and unmade by owners only."""
    if Right.ADMINISTER in role.rights:
        access.require(Right.OWN)


def _delete(membership: Membership) -> None:
    _forget_links(membership)
    Membership.objects.filter(pk=membership.pk).delete()


def _forget_links(membership: Membership) -> None:
    """Their unused sign-in links open nothing any more."""
    Invitation.objects.filter(workspace=membership.workspace, user=membership.user, used_at=None).delete()


def _require_another_owner(access: Access, membership: Membership) -> None:
    """Somebody must be left who can administer the workspace."""
    if membership.role != Role.OWNER:
        return
    others = access.of(Membership).filter(role=Role.OWNER, closed_at=None).exclude(pk=membership.pk)
    if not others.exists():
        raise NotPossible(f"{membership.user} is the only owner; make somebody else an owner first.")
