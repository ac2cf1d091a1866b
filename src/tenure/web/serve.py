"""`python -m tenure.web.serve SOCKET`: the web process, Django under granian on a unix socket."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

THREADS = 4


def main(socket: str) -> None:
    """Serve the pages on a unix socket until told to end; the front door forwards to it."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "tenure.web.serve:application",
        factory=True,
        uds=Path(socket),
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    ).serve()


def application() -> Any:
    """The WSGI application, in granian's worker process; it refuses a database that is not migrated."""
    from tenure.jobs import setup

    setup.start_django()
    try:
        setup.require_migrated()
    except setup.NotReady as reason:
        sys.stderr.write(f"{reason}\n")
        sys.stderr.flush()
        os._exit(3)  # an exception would only be logged by granian as one of its own
    from tenure.web.wsgi import application as pages

    settle()
    return pages


def settle() -> None:
    """Take what is loaded by now for good, so that looking for garbage does not go through all of it again.

    Some hundred thousand modules, classes and functions would cost a page now and then a tenth of a second.
    """
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1])
