"""Reads of what we did with a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class Written:
    """A note as it stands on the account's page."""

    id: str
    author: str
    text: str
    happened_at: datetime


def notes(access: Access, account_id: str, most: int = 50) -> list[Written]:
    """An account's notes, newest first."""
    rows = access.of(Note).filter(account_id=account_id).order_by("-happened_at", "-pk")
    return [Written(*row) for row in rows.values_list("pk", "author", "text", "happened_at")[:most]]
