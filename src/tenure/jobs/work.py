"""What a worker does all day: beats, drains, refreshes, starts and resumes durable jobs."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tenure.events import drain
from tenure.events import jobs as events
from tenure.jobs import durable, reactions, refresh, schedule, slots
from tenure.jobs.loops import Loop
from tenure.kit import leases

log = logging.getLogger(__name__)

DRAIN = "drain"
FOLDING = "folding"
END_SECONDS = 3.0


def work(who: str, end: threading.Event) -> None:
    """Work as `who` until `end` is set. Killed at any moment, nothing is lost: the next worker goes on."""
    duty = Duty(slots.take(who), who)
    reactions.register()
    schedule.register()
    durable.launch(duty.slot)
    schedule.start()
    _run_until(end, duty.loops())
    durable.close()
    duty.hand_back()


@dataclass
class Duty:
    """A live worker's slot, and what it does in turns."""

    slot: str
    who: str
    _drain: leases.Held = field(init=False)
    _folding: leases.Held = field(init=False)

    def __post_init__(self) -> None:
        self._drain = leases.Held(DRAIN, self.who, slots.SECONDS)
        self._folding = leases.Held(FOLDING, self.who, slots.SECONDS)

    def loops(self) -> list[Loop]:
        """Everything that is repeated."""
        return [
            Loop("beat", self.beat, rest=slots.RENEW_SECONDS),
            Loop("drain", self.drain, rest=0.1),
            Loop("refresh", refresh.turn, rest=0.3, share=0.5),
            Loop("reactions", reactions.turn, rest=0.3),
            Loop("dictionary", events.follow_arrivals, rest=1.0, share=0.05),
            Loop("folding", self.fold, rest=20.0, share=0.1),
        ]

    def beat(self) -> bool:
        """Renew the slot, and take up what dead workers left."""
        if not slots.renew(self.slot, self.who):
            log.error("%s was lost to another worker, which is at its jobs already; this one ends", self.slot)
            os._exit(4)
        orphaned = slots.take_over(self.who)
        durable.resume(orphaned)
        for slot in orphaned:
            leases.release(slot, self.who)
        return False

    def drain(self) -> bool:
        """Drain, unless another worker does: two at once would only do the work twice."""
        return self._drain.is_ours() and drain.run_once().rows > 0

    def fold(self) -> bool:
        """Fold product use, unless another worker does."""
        return self._folding.is_ours() and events.fold_use()

    def hand_back(self) -> None:
        """Let others have the leases at once."""
        leases.release(DRAIN, self.who)
        leases.release(FOLDING, self.who)
        leases.release(self.slot, self.who)


def _run_until(end: threading.Event, loops: Iterable[Loop]) -> None:
    """Run the loops until `end` is set, then give their present turns a moment."""
    running = list(loops)
    for loop in running:
        loop.start()
    end.wait()
    for loop in running:
        loop.stop()
    until = time.monotonic() + END_SECONDS
    for loop in running:
        loop.join(max(0.0, until - time.monotonic()))
