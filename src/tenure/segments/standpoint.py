"""From where a rule is read: "within 30 days", "mine" and "$20k" depend on who asks, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenure.kit import clock
from tenure.workspaces.access import Access

ME = "me"


@dataclass(frozen=True)
class Standpoint:
    """The day it is, the currency of amounts, and the names by which records call whoever asks."""

    today: date
    currency: str = "USD"
    me: tuple[str, ...] = ()

    @classmethod
    def of(cls, access: Access) -> Standpoint:
        """The caller's: their workspace's day and currency, their e-mail and name."""
        workspace, user = access.workspace, access.user
        me = tuple(name for name in (user.email, user.name) if name) if user else ()
        return cls(clock.today(workspace.zone), workspace.currency, me)
