"""Worker slots: each live worker holds one, so that durable jobs know whose they are.

A slot is a lease called `worker-0`, `worker-1`, … It is the worker's heartbeat too: a slot whose lease ran
out belonged to a worker that died, and another worker resumes what it left.
"""

from __future__ import annotations

import os

from tenure.kit import clock, leases
from tenure.kit.ids import new_id
from tenure.kit.models import Lease

PREFIX = "worker-"
SLOTS = 16
SECONDS = 30
RENEW_SECONDS = 5.0


def holder() -> str:
    """Who this process is. The supervisor gives its worker a lasting name: a restart goes on at once."""
    return os.environ.get("TENURE_HOLDER") or new_id()


def take(who: str) -> str:
    """Take the first free slot; raises LookupError if all are held by others."""
    for number in range(SLOTS):
        if leases.take(f"{PREFIX}{number}", who, SECONDS):
            return f"{PREFIX}{number}"
    raise LookupError(f"all {SLOTS} worker slots are taken; stop a worker first")


def renew(slot: str, who: str) -> bool:
    """Beat; False if the slot was lost because this process stood still for too long."""
    return leases.take(slot, who, SECONDS)


def take_over(who: str) -> list[str]:
    """Take the slots of workers that died; the caller resumes their jobs and releases them."""
    expired = Lease.objects.filter(name__startswith=PREFIX, expires_at__lt=clock.now()).exclude(holder=who)
    return [slot for slot in expired.values_list("name", flat=True) if leases.take(slot, who, SECONDS)]


def is_somebody_working() -> bool:
    """Whether any worker lives."""
    return Lease.objects.filter(name__startswith=PREFIX, expires_at__gte=clock.now()).exists()
