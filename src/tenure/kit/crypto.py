"""Secrets at rest and short-lived tickets. Keys and one-time links are stored as hashes only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.fernet import Fernet
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tenure.kit import home

LIVE_TICKET = "live"  # lets a page open the stream of changes
LIVE_TICKET_SECONDS = 60


def new_token() -> str:
    """256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a key or link: SHA-256 suffices, the token itself is random."""
    return hashlib.sha256(token.encode()).hexdigest()


def encrypt(purpose: str, text: str) -> str:
    """A text as it may lie in the database: without the installation's secret nobody reads it."""
    return _box(purpose).encrypt(text.encode()).decode()


def decrypt(purpose: str, encrypted: str) -> str:
    """The text again. Raises InvalidToken if it was made with another secret or purpose, or changed."""
    return _box(purpose).decrypt(encrypted.encode()).decode()


def _box(purpose: str) -> Fernet:
    """A box with a key of its own for each purpose."""
    key = hmac.digest(home.secret().encode(), f"encrypt {purpose}".encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


def sign_ticket(purpose: str, payload: dict[str, Any]) -> str:
    """A signed ticket that the collector can check without asking the database."""
    return str(URLSafeTimedSerializer(home.secret(), salt=purpose).dumps(payload))


def read_ticket(purpose: str, ticket: str, max_age_seconds: int) -> dict[str, Any] | None:
    """The ticket's payload, or None if it is forged, of another purpose, or too old."""
    try:
        payload = URLSafeTimedSerializer(home.secret(), salt=purpose).loads(ticket, max_age=max_age_seconds)
    except BadSignature:
        return None
    return payload if isinstance(payload, dict) else None
