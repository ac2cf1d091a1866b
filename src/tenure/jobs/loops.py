"""Supervised loops: a turn is repeated in a thread, rests when there is nothing to do, survives errors."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connections

log = logging.getLogger(__name__)

LONGEST_REST = 60.0


@dataclass
class Loop:
    """Repeats `turn` until stopped. A turn does a bounded piece of work and says whether there was any."""

    name: str
    turn: Callable[[], bool]
    rest: float  # seconds between turns that found nothing to do
    share: float = 1.0  # of the time that it may work: the machine and the database are for others too
    failures: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end after the present turn."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for its present turn to end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def run(self) -> None:
        """Take turns until stopped."""
        while not self._stop.is_set():
            rest = self._take_turn()
            if rest:
                self._stop.wait(rest)
        connections.close_all()

    def _take_turn(self) -> float:
        """One turn; returns how long to rest. After errors in a row it rests longer, a minute at most."""
        began = time.monotonic()
        try:
            worked = self.turn()
        except Exception:
            self.failures += 1
            rest = min(LONGEST_REST, 0.5 * 2.0 ** min(self.failures, 7))
            log.exception(
                "%s failed for the %d. time in a row; again in %.0f s", self.name, self.failures, rest
            )
            connections.close_all()
            return rest
        self.failures = 0
        return (time.monotonic() - began) * (1 / self.share - 1) if worked else self.rest
