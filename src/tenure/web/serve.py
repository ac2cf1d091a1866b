"""`python -m tenure.web.serve SOCKET`: the web processes, Django under granian on a unix socket."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any

from tenure.jobs import setup
from tenure.jobs.setup import NotReady
from tenure.kit import lifeline

THREADS = 4  # of all processes together
PROCESSES = 2  # a page is Python: threads of one process wait for each other
ENGINE = ("tenure.metrics.engine", "ibis.backends.duckdb")
ROOM = 2 * 1024**3  # bytes of memory, from which on two processes are usual
GARBAGE = (20_000, 50, 100)  # objects, before rubbish is looked for: a page leaves hardly any
SWITCH = 0.001  # seconds: a thread waits so long for its turn after each row that it reads
MOST = 64
NOT_READY = 3


def main(socket: str) -> int:
    """Serve the pages on a unix socket until told to end; the front door forwards to it.

    It refuses a database that is not migrated: a line on stderr, and 3. All that pages need is loaded before
    granian forks, so that its processes share the memory of it.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own keeps what a page once needed
    setup.start_django()
    try:
        workers = processes()
        setup.require_migrated()
    except NotReady as reason:
        sys.stderr.write(f"{reason}\n")
        return NOT_READY
    application()
    lifeline.lead()
    _load_figures()
    _let_go()
    sys.setswitchinterval(SWITCH)
    _server(socket, workers).serve()
    gc.unfreeze()  # or DuckDB tells the log of everything that is there at the end as leaked
    return 0


def _server(socket: str, workers: int) -> Any:
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    threads = max(2, THREADS // workers)
    return Server(
        "tenure.web.serve:answering",
        factory=True,
        uds=Path(socket),
        interface=Interfaces.WSGI,
        workers=workers,
        respawn_failed_workers=True,
        http1_settings=HTTP1Settings(keep_alive=False),  # a connection would keep to one process
        blocking_threads=threads,
        backpressure=threads,  # what comes beyond waits for whoever is free first
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    )


def processes() -> int:
    """How many processes answer pages: what `TENURE_WEB_PROCESSES` says, else two where there is room.

    Raises NotReady where it says no number.
    """
    said = os.environ.get("TENURE_WEB_PROCESSES", "") or str(_usual())
    if not (said.isascii() and said.isdigit() and 0 < int(said[:4]) <= MOST):
        raise NotReady(f"TENURE_WEB_PROCESSES is a number from 1 to {MOST}, not {said!r}")
    return int(said)


def _usual() -> int:
    """Two on a machine with two processors and 2 GB; one on a smaller one, or where that can't be told."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        memory = 0
    return PROCESSES if memory >= ROOM and (os.cpu_count() or 1) >= PROCESSES else 1


def answering() -> Any:
    """The application in a process that answers: it ends with the one that forked it, even by kill -9."""
    lifeline.follow()
    return application()


def application() -> Any:
    """The WSGI application with all its pages."""
    from django.db.backends.signals import connection_created
    from django.urls import get_resolver

    from tenure.web.wsgi import application as pages

    get_resolver()._populate()
    connection_created.connect(_with_small_cache)
    return pages


def _with_small_cache(connection: Any, **_: Any) -> None:
    """Each thread has a connection; what they don't hold themselves the system does, once for all."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-4000")


def _load_figures() -> None:
    """Load what the first visit of an account would, in each process: the engine of figures."""
    for name in ENGINE:
        importlib.import_module(name)


def _let_go() -> None:
    """Close what must not be shared, and take what is loaded by now for good.

    Looking for garbage does not go through all of it again then: some hundred thousand modules, classes and
    functions would cost a page now and then a tenth of a second, and write to memory that is shared.
    """
    from django.db import connections

    connections.close_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
