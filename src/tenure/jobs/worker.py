"""`python -m tenure.jobs.worker`: the worker process."""

from __future__ import annotations

import os
import signal
import sys
import threading

from tenure.jobs import setup


def main() -> None:
    """Work until SIGTERM; refuses a database that is not migrated."""
    setup.start_django()
    try:
        setup.require_migrated()
    except setup.NotReady as reason:
        sys.stderr.write(f"{reason}\n")
        raise SystemExit(3) from None
    from tenure.jobs import apart, slots, work

    apart.begin()
    work.work(slots.holder(), _end_on_signal())
    os._exit(0)  # what still runs is safe to be cut off, and not worth waiting for


def _end_on_signal() -> threading.Event:
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    return end


if __name__ == "__main__":
    main()
