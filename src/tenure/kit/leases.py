"""Leases: one holder at a time, by a conditional update, lost when not renewed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from tenure.kit import clock
from tenure.kit.models import Lease


def take(name: str, holder: str, seconds: int) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    with transaction.atomic():
        free = Lease.objects.filter(Q(holder=holder) | Q(expires_at__lt=now), name=name)
        if free.update(holder=holder, expires_at=until):
            return True
        _, made = Lease.objects.get_or_create(name=name, defaults={"holder": holder, "expires_at": until})
        return made


def release(name: str, holder: str) -> None:
    """Give a lease back, if it is still ours."""
    Lease.objects.filter(name=name, holder=holder).delete()


@dataclass
class Held:
    """A lease that somebody wants for long: asks the table rarely enough for a loop to ask it each turn."""

    name: str
    holder: str
    seconds: int
    _asked_at: float = float("-inf")
    _ours: bool = False

    def is_ours(self) -> bool:
        """Whether we hold it; renewed after a sixth of its time, so a slow turn does not lose it."""
        if time.monotonic() - self._asked_at > self.seconds / 6:
            self._ours = take(self.name, self.holder, self.seconds)
            self._asked_at = time.monotonic()
        return self._ours
