"""Telling open pages what changed: ids only, so that rights are checked where the page refetches."""

from __future__ import annotations

from collections.abc import Sequence

from tenure.kit import clock, crypto
from tenure.kit.models import Live

TICKET = crypto.LIVE_TICKET
TICKET_SECONDS = crypto.LIVE_TICKET_SECONDS


def publish(workspace_id: str, topic: str, ids: Sequence[str] = ()) -> None:
    """Say that things of this topic changed. An empty `ids` means: many of them."""
    Live.objects.create(workspace_id=workspace_id, topic=topic, ids=list(ids), recorded_at=clock.now())
