"""The page behind an invitation's link: one click for those who are known, a short form for the others.

Opening the link changes nothing, since mail scanners open links too; the button uses it up.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenure.web.signin import enter
from tenure.workspaces import members
from tenure.workspaces.models import Invitation, Membership, User


class Joining(forms.Form):
    """Who joins: name, e-mail, password. An e-mail named in the invitation stands fast."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=" ".join(password_validators_help_texts()[:1]),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].disabled = True

    def clean_email(self) -> str:
        """Lower case, and nobody's yet."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError("Somebody has an account with this e-mail. If it is you, sign in first.")
        return email

    def clean(self) -> dict[str, Any]:
        """The password, checked against the person too."""
        fields = self.cleaned_data
        person = User(name=fields.get("name", ""), email=fields.get("email", ""))
        try:
            validate_password(fields.get("password", ""), person)
        except ValidationError as wrong:
            if "password" in fields:
                self.add_error("password", wrong)
        return fields


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Let the bearer of an invitation in."""
    invitation = members.open_invitation(token)
    if invitation is None or (invitation.user and not invitation.user.is_active):
        return _gone(request)
    someone = invitation.user or _signed_in(request)
    if someone and invitation.email and someone.email != invitation.email.lower():
        return render(request, "welcome/other.html", {"invitation": invitation}, status=403)
    return _one_click(request, token, invitation, someone) if someone else _form(request, token, invitation)


def _one_click(request: HttpRequest, token: str, invitation: Invitation, someone: User) -> HttpResponse:
    if request.method != "POST":
        context = {"invitation": invitation, "someone": someone, "others": _signed_in(request) != someone}
        return render(request, "welcome/confirm.html", context)
    membership = members.accept_invitation(token, someone)
    if membership is not None and invitation.user is None:  # somebody who is in joins another workspace
        request.session["workspace"] = membership.workspace_id
        return redirect("/")
    return _entered(request, membership, by_link=True)


def _form(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = Joining(request.POST or None, invitation=invitation)
    if not form.is_valid():
        return render(request, "welcome/join.html", {"form": form, "invitation": invitation})
    return _entered(request, _join(token, form.cleaned_data), by_link=False)


def _join(token: str, fields: dict[str, str]) -> Membership | None:
    """A new user, but only if the invitation is still good."""
    with transaction.atomic():
        user = User.objects.create_user(fields["email"], fields["password"], name=fields["name"])
        membership = members.accept_invitation(token, user)
        if membership is None:
            transaction.set_rollback(True)
        return membership


def _entered(request: HttpRequest, membership: Membership | None, *, by_link: bool) -> HttpResponse:
    if membership is None:
        return _gone(request)
    return enter(request, membership, by_link=by_link)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "welcome/gone.html", status=410)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
