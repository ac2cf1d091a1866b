"""The second factor: codes from an app on somebody's phone, which a workspace may ask of all its members."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from tenure.kit import crypto
from tenure.workspaces import members
from tenure.workspaces.access import Access, log_of
from tenure.workspaces.members import NotPossible
from tenure.workspaces.models import Membership, User

PURPOSE = "second factor"
VALID_SECONDS = 90  # of a code: its own half minute, and one on either side


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return crypto.encrypt(PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used."""
        return crypto.decrypt(PURPOSE, encrypted_text)


class Once(forms.Form):
    """Takes a code once while it is good, and writes wrong ones into the audit log."""

    user: User

    def clean_code(self) -> str:
        """The code, if it is right and new."""
        try:
            return self._new(str(super().clean_code()))  # type: ignore[misc]
        except ValidationError:
            ip = account_adapter().get_client_ip(context.request)
            log_of(self.user, "failed to sign in", f"wrong code, from {ip}")
            raise

    def _new(self, code: str) -> str:
        """A right code, unless somebody has used it already."""
        used = crypto.hash_token(f"{self.user.pk} {''.join(code.split()).lower()}")
        if not cache.add(f"code-used:{used}", 1, VALID_SECONDS):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(Once, AuthenticateForm):  # type: ignore[misc]
    """At sign-in."""


class CodeAgainForm(Once, ReauthenticateForm):  # type: ignore[misc]
    """Before something delicate."""


def has_one(user: Any) -> bool:
    """Whether somebody has a second factor."""
    return bool(Adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP]))


def with_one(user_ids: list[str]) -> set[str]:
    """Those of some users who have a second factor."""
    rows = Authenticator.objects.filter(user_id__in=user_ids, type=Authenticator.Type.TOTP)
    return set(rows.values_list("user_id", flat=True))


@transaction.atomic
def reset(access: Access, membership_id: str) -> Membership:
    """Take a member's second factor away, who has lost their phone and their codes.

    Raises NotPossible for somebody who also belongs elsewhere: it guards that workspace too.
    """
    membership = members.changeable(access, membership_id)
    if members.belongs_elsewhere(membership):
        raise NotPossible(f"{membership.user} belongs to other workspaces too; they use a recovery code.")
    removed, _ = Authenticator.objects.filter(user=membership.user).delete()
    if removed:
        access.log("reset second factor", membership.user.email)
    return membership
