"""Ids: UUIDv7 as 32 hex digits, so that they sort by time and look the same in every store."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A new id, 32 lower-case hex digits, ordered by the time it was made."""
    return uuid_utils.uuid7().hex
