"""Starting: from `tenure up --demo` to a link to sign in with, the second start against the first.

The first makes the data folder, loads the demo company and scores it; the second finds all that done.
Memory is what each process has for itself once all is ready, shared pages divided among those that share.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tenure.bench import Result

START_SECONDS = 300
NAMES = {"tenure.collector": "collector", "tenure.web.serve": "web", "tenure.jobs.worker": "worker"}


@dataclass(frozen=True)
class Start:
    """What one start took: seconds until ready, bytes by process."""

    seconds: float
    memory: dict[str, int]


def run(rounds: int | None = None) -> Result:
    """Start on a new folder, then again on the same, each as often as asked (once); the best counts."""
    firsts, seconds = zip(*(twice() for _ in range(rounds or 1)), strict=True)
    first, second = min(firsts, key=lambda one: one.seconds), min(seconds, key=lambda one: one.seconds)
    return Result(
        name="start",
        baseline="the first start, on a new folder, which loads the demo company",
        ratios={"second": second.seconds / first.seconds},
        figures={
            "first, seconds": first.seconds,
            "second, seconds": second.seconds,
            "memory, MB": sum(second.memory.values()) / 1e6,
            **{f"memory of {name}, MB": size / 1e6 for name, size in sorted(second.memory.items())},
        },
    )


def twice() -> tuple[Start, Start]:
    """A first and a second start on a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-", ignore_cleanup_errors=True) as folder:
        return start(Path(folder)), start(Path(folder))


def start(home: Path) -> Start:
    """One start, until it has printed its link; then everything is ended."""
    began = time.monotonic()
    with up(home) as (process, printed):
        while not re.search(r"/welcome/\S+", printed.read_text()):
            if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise RuntimeError(f"it did not start:\n{printed.read_text()}")
            time.sleep(0.02)
        return Start(time.monotonic() - began, memory_of(psutil.Process(process.pid)))


@contextmanager
def up(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`tenure up --demo` on a free port, and the file with what it prints."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    printed = home / "up.txt"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tenure", "up", "--demo", "--port", str(port)],
            env={**os.environ, "TENURE_HOME": str(home)},
            stdout=output,
            stderr=output,
        )
    try:
        yield process, printed
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def memory_of(supervisor: psutil.Process) -> dict[str, int]:
    """Bytes by process, web's two together; where the system tells no shares, pages count wherever mapped."""
    found = {"supervisor": _size(supervisor)}
    for process in supervisor.children(recursive=True):
        name = next((NAMES[word] for word in process.cmdline() if word in NAMES), None)
        if name:
            found[name] = found.get(name, 0) + _size(process)
    return found


def _size(process: psutil.Process) -> int:
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.rss))
