"""What a source says about tickets, and from when on the record should have said so."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

DAYS_TO_COME_BACK = 7  # solved for good is what nobody asked about again within a week


@dataclass(frozen=True)
class Told:
    """What is known of a ticket; None and empty where nothing is. `solved_at`: the last time."""

    account_id: str
    opened_at: datetime
    person_id: str | None = None
    first_reply_at: datetime | None = None
    solved_at: datetime | None = None
    replies: int | None = None
    reopens: int | None = None
    handle_minutes: float | None = None
    subject: str = ""
    channel: str = ""
    priority: str = ""


NAMES = tuple(one.name for one in fields(Told))


def completed(said: Told, known: Told | None) -> Told:
    """A statement with what it leaves out as it was known: an empty cell erases nothing.

    One who was reopened since and says no solution is open again.
    """
    if known is None:
        return said
    kept = {name: getattr(known, name) for name in NAMES if getattr(said, name) in (None, "")}
    if (said.reopens or 0) > (known.reopens or 0):
        kept.pop("solved_at", None)
    return replace(said, **kept)


def learnt_at(known: Told | None, said: Told) -> datetime | None:
    """From when on the record should say so, where that can be told; None: from now on, a correction.

    A first reply and a solution carry their own dates, so learning of them is no correction.
    """
    if known is None:
        return said.opened_at
    if not _goes_on(known, said):
        return None
    new = [
        at
        for at, before in ((said.first_reply_at, known.first_reply_at), (said.solved_at, known.solved_at))
        if at and at != before
    ]
    return min(new, default=None)


def _goes_on(known: Told, said: Told) -> bool:
    """Whether nothing that was known before is said to have been otherwise."""
    same = ("account_id", "person_id", "opened_at")
    return (
        all(getattr(known, name) == getattr(said, name) for name in same)
        and known.first_reply_at in (None, said.first_reply_at)
        and (known.solved_at is None or (said.solved_at is not None and said.solved_at >= known.solved_at))
    )
