"""Small programs for the supervisor's tests, run as real processes.

`python -m tests.cli.programs NAME FOLDER` stands in for a process of Tenure: it starts a helper in its own
group, as granian does, writes both pids to FOLDER/NAME.pids, and ends when asked to.
`python -m tests.cli.programs supervise FOLDER` supervises two of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tenure.cli import supervisor

MODULE = "tests.cli.programs"
NAMES = ("front", "back")


def stand_in(name: str, folder: Path) -> None:
    """Live until SIGTERM, with a helper that would outlive a killed parent."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (folder / f"{name}.socket").touch(exist_ok=False)
    pids = folder / f"{name}.new"
    pids.write_text(f"{os.getpid()} {helper.pid}")
    pids.replace(folder / f"{name}.pids")
    ended.wait()
    helper.terminate()
    helper.wait()


def programs(folder: Path) -> list[supervisor.Program]:
    """A front and a back."""
    return [
        supervisor.Program(name, (MODULE, name, str(folder)), folder / f"{name}.socket") for name in NAMES
    ]


def supervise(folder: Path) -> None:
    """A whole supervisor, its data folder given by TENURE_HOME."""
    supervisor.Supervisor(
        programs(folder),
        is_ready=lambda: all((folder / f"{name}.pids").exists() for name in NAMES),
        on_ready=lambda: (folder / "ready").touch(),
        on_death=lambda child, code: None,
        lock=supervisor.hold_home(),
    ).run()


if __name__ == "__main__":
    if sys.argv[1] == "supervise":
        supervise(Path(sys.argv[2]))
    else:
        stand_in(sys.argv[1], Path(sys.argv[2]))
