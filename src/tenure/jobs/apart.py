"""Work that takes much memory for a while, in a process of its own: by ending it gives all of it back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tenure.kit import lifeline

AUDIT, LEARN, FORECASTS = "audit", "learn", "forecasts"

_has_processes = False


def begin() -> None:
    """From now on start processes, as the worker does. Until then work is done by whoever asks for it."""
    global _has_processes
    _has_processes = True


def run(name: str, about: str) -> None:
    """Do one of these jobs, about what it is asked about, and wait until it is done.

    A process that is started so ends when this one does, however that happens. CalledProcessError: it failed,
    and has said why on stderr.
    """
    if not _has_processes:
        _work()[name](about)
        return
    reading, writing = os.pipe()
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", lifeline.__name__, __name__, name, about],
            env={**os.environ, lifeline.VARIABLE: str(reading)},
            pass_fds=(reading,),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(reading)
        os.close(writing)


def _work() -> dict[str, Callable[[str], object]]:
    from tenure.insight.audit.actions import run_audit
    from tenure.insight.hazard.actions import learn_of_today
    from tenure.renewals.jobs import write_forecasts
    from tenure.workspaces.access import access_for_machine, workspace_of_job

    return {
        AUDIT: run_audit,
        LEARN: lambda workspace_id: learn_of_today(access_for_machine(workspace_of_job(workspace_id))),
        FORECASTS: lambda workspace_id: write_forecasts(workspace_of_job(workspace_id)),
    }


def main() -> None:
    """`NAME ABOUT`: do it here."""
    from tenure.jobs import setup

    setup.start_django()
    _, name, about = sys.argv
    _work()[name](about)


if __name__ == "__main__":
    main()
