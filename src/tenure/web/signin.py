"""Sign-in: allauth's, closed to strangers; people join by an invitation's link."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from tenure.kit import clock
from tenure.workspaces.models import Membership

BACKEND = "django.contrib.auth.backends.ModelBackend"
BY_LINK = "signed_in_by_link_at"
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

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the page one arrives on says enough."""


def enter(request: HttpRequest, membership: Membership, *, by_link: bool) -> None:
    """Sign a member in and show them the workspace they came for; `by_link`: without their password."""
    login(request, membership.user, backend=BACKEND)
    request.session["workspace"] = membership.workspace_id
    if by_link:
        request.session[BY_LINK] = clock.now().timestamp()


def came_by_link(request: HttpRequest) -> bool:
    """Whether the caller signed in by a link within the hour: they may know no password."""
    return clock.now().timestamp() - float(request.session.get(BY_LINK, 0)) < LINK_SECONDS
