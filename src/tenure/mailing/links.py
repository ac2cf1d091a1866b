"""Links that mails carry: signed, so that they say of whom they are without signing in."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from tenure.kit import crypto
from tenure.mailing.models import Addressee

PURPOSE = "stop a mailing"
LASTS = 10 * 365 * 86_400  # seconds: a mail is found again years later


def absolute(path: str) -> str:
    """An address as a mail has to give it."""
    return f"{settings.TENURE_ORIGINS[0].rstrip('/')}{path}"


def stop_link(addressee: Addressee) -> str:
    """Where an addressee says that they want no more of a mailing."""
    return absolute(reverse("mail-stop", args=[crypto.sign_ticket(PURPOSE, {"to": addressee.pk})]))


def read_stop(token: str) -> int | None:
    """Of which addressee a link is; None if it was not made here, or changed."""
    found = (crypto.read_ticket(PURPOSE, token, LASTS) or {}).get("to")
    return found if isinstance(found, int) else None


def stop_headers(addressee: Addressee) -> dict[str, str]:
    """The headers by which mail programs offer to unsubscribe with one click (RFC 8058)."""
    link = stop_link(addressee)
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
