"""Sign-in: allauth's, closed to strangers; people join by an invitation's link.

A link stands for the password only: whoever has a second factor is asked for it all the same.
"""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from tenure.kit import clock
from tenure.workspaces.access import log_of, log_of_email
from tenure.workspaces.models import Membership, User

BACKEND = "tenure.web.recognising.Members"
BY_LINK = "signed_in_by_link"
NOTICES = {
    "mfa/email/totp_activated": "set up a second factor",
    "mfa/email/totp_deactivated": "removed their second factor",
    "mfa/email/recovery_codes_generated": "made new recovery codes",
}
LINK_SECONDS = 3600
SOCKET_OR_LOOPBACK = ("", "127.0.0.1", "::1", "unix")
log = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """No open sign-up: an account is made by opening an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom rate limits count: the front door's word for who is calling, from the front door only."""
        direct = str(request.META.get("REMOTE_ADDR") or "")
        told = str(request.META.get("HTTP_X_FORWARDED_FOR") or "")
        is_front = direct in SOCKET_OR_LOOPBACK or direct.startswith("unix")
        return (told if is_front and told else direct) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or say in the log why not: the page must not tell who has an account."""
        if not settings.TENURE_ORIGINS:
            log.error("no e-mail was sent to %s: set TENURE_ORIGINS to this installation's address", email)
            return
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("no e-mail could be sent to %s; is the mail server set up?", email)

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        """Somebody is in: the audit log says how."""
        methods = {one["method"] for one in get_authentication_records(request, user)}
        how = "by link" if came_by_link(request) and "password" not in methods else "with password"
        code = " and code" if "mfa" in methods else ""
        log_of(user, "signed in", f"{how}{code}, from {self.get_client_ip(request)}")
        response: HttpResponse = super().post_login(request, user, **about)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password: the audit log of whoever has the address says so."""
        email = str(credentials.get("email") or credentials.get("username") or "")
        log_of_email(email, "failed to sign in", f"wrong password, from {self.get_client_ip(request)}")

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Where allauth would mail what happened to somebody's account, the audit log says it."""
        if did := NOTICES.get(template_prefix):
            log_of(user, did, f"from {self.get_client_ip(self.request)}")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the page one arrives on says enough."""


def enter(request: HttpRequest, membership: Membership, *, by_link: bool) -> HttpResponse:
    """Sign a member in to the workspace they came for; `by_link`: without their password.

    Gives the way on: to their second factor if they have one, else to Today.
    """
    user = membership.user
    if request.user.is_authenticated:
        logout(request)
    request.session["workspace"] = membership.workspace_id
    if by_link:
        request.session[BY_LINK] = {"user": user.pk, "at": clock.now().timestamp()}
    response: HttpResponse = perform_login(request, user, redirect_url=settings.LOGIN_REDIRECT_URL)
    return response


def came_by_link(request: HttpRequest) -> bool:
    """Whether the caller signed in by a link within the hour: they may know no password."""
    link = request.session.get(BY_LINK) or {"user": "", "at": 0}
    is_theirs = link["user"] == getattr(request.user, "pk", None)
    return is_theirs and clock.now().timestamp() - float(link["at"]) < LINK_SECONDS
