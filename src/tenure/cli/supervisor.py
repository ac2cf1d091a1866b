"""Keeps Tenure's processes running: starts them, restarts the one that dies, ends all together.

Each child has a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone, and is
asked to end by SIGTERM. When one dies, its whole process group is killed and its socket unlinked before
it is started again. Children hold a pipe (see kit/lifeline.py) and so end when the supervisor vanishes.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tenure.kit import home, lifeline

SETTLED_SECONDS = 10.0  # who lives that long has its earlier failures forgiven
LONGEST_WAIT = 30.0
FRONT_SECONDS = 3.0  # the front door ends first, so that nobody is sent to a page that is gone
ALL_SECONDS = 9.0
LOG_BYTES = 5_000_000


class Held(Exception):
    """Another `tenure up` holds the data folder; `pid` is its process, 0 if unknown."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"process {pid}")
        self.pid = pid


@dataclass(frozen=True)
class Program:
    """What a child runs: a module with its arguments, the socket it makes, if any, and what it waits for."""

    name: str
    arguments: tuple[str, ...]
    socket: Path | None = None
    may_start: Callable[[], bool] = lambda: True  # asked until it says yes


@dataclass
class Child:
    """A program and its present process."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> Path:
        """Where everything it prints goes."""
        return logs() / f"{self.program.name}.log"

    def start(self, keep: Sequence[int], environment: dict[str, str]) -> None:
        """Start it, its log appended to; it inherits the file descriptors `keep`."""
        _rotate(self.log)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", lifeline.__name__, *self.program.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=keep,
                env=environment,
            )
        self.started = time.monotonic()

    def note_death(self) -> int:
        """Clear up after a process that ended by itself; returns its exit code, negative for a signal."""
        assert self.process is not None
        code = self.process.returncode
        self.clear()
        if time.monotonic() - self.started > SETTLED_SECONDS:
            self.failures = 0
        self.not_before = time.monotonic() + wait_before_restart(self.failures)
        self.failures += 1
        return code

    def clear(self) -> None:
        """Kill what is left of its process group and remove its socket."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        if self.program.socket is not None:
            self.program.socket.unlink(missing_ok=True)

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process, not to its group: it ends its own helpers."""
        if self.is_running:
            assert self.process is not None
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for it to end, at most until this instant of the monotonic clock."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, until - time.monotonic()))


@dataclass
class Supervisor:
    """Runs programs until it is told to stop. The first is the front door: it is the first to end."""

    programs: Sequence[Program]
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    on_death: Callable[[Child, int], None]
    lock: int  # inherited by the children, so that the folder is held until the last of them is gone
    ready_seconds: float = 60.0
    children: list[Child] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)

    def run(self) -> bool:
        """Supervise until SIGINT, SIGTERM or SIGHUP; False if it never became ready and gave up."""
        reading, writing = os.pipe()
        self.children = [Child(program) for program in self.programs]
        environment = {**os.environ, lifeline.VARIABLE: str(reading), "TENURE_HOLDER": "up"}
        give_up: float | None = None  # unknown until all have been started once
        announced = False
        try:
            with self._signals():
                while not self._stopping.is_set():
                    self._revive((reading, self.lock), environment)
                    if not announced and self._all_run() and self.is_ready():
                        announced = True
                        self.on_ready()
                    if give_up is None and self._all_run():
                        give_up = time.monotonic() + self.ready_seconds
                    if not announced and give_up is not None and time.monotonic() > give_up:
                        return False
                    self._wake.wait(0.5 if announced else 0.1)
                    self._wake.clear()
            return True
        finally:
            self._end_all()
            os.close(writing)
            os.close(reading)

    def stop(self) -> None:
        """Ask `run` to end everything and return; from a signal handler or another thread."""
        self._stopping.set()
        self._wake.set()

    def _all_run(self) -> bool:
        return all(child.is_running for child in self.children)

    def _revive(self, keep: Sequence[int], environment: dict[str, str]) -> None:
        for child in self.children:
            if child.process is not None and not child.is_running:
                self.on_death(child, child.note_death())
            is_due = child.process is None and time.monotonic() >= child.not_before
            if is_due and child.program.may_start():
                child.start(keep, environment)

    def _end_all(self) -> None:
        until = time.monotonic() + ALL_SECONDS
        front, rest = self.children[:1], self.children[1:]
        for together, limit in ((front, time.monotonic() + FRONT_SECONDS), (rest, until)):
            for child in together:
                child.ask_to_end()
            for child in together:
                child.wait(limit)
        for child in self.children:
            child.clear()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C and friends end the loop; a child's end wakes it up."""
        handlers: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {
            signal.SIGINT: lambda *_: self.stop(),
            signal.SIGTERM: lambda *_: self.stop(),
            signal.SIGHUP: lambda *_: self.stop(),
            signal.SIGCHLD: lambda *_: self._wake.set(),
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def wait_before_restart(failures: int) -> float:
    """Seconds to wait before a restart after so many failures in a row: 0.2, 0.4, … at most 30."""
    return min(LONGEST_WAIT, 0.2 * 2.0 ** min(failures, 10))


def logs() -> Path:
    """The folder of the children's logs; made if it is missing."""
    folder = home.home() / "logs"
    folder.mkdir(exist_ok=True)
    return folder


def hold_home(patience: float = 5.0) -> int:
    """Take the data folder for this `tenure up`; returns the open lock. Raises Held if another has it.

    Waits a moment where the holder itself is gone and only its children are still ending.
    """
    path = home.home() / "up.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + patience
    while not _try_lock(lock):
        holder = int(path.read_text() or 0)
        if _lives(holder) or time.monotonic() > until:
            os.close(lock)
            raise Held(holder)
        time.sleep(0.1)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def _rotate(log: Path) -> None:
    """Keep one old log: a folder must not fill up with what processes print."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
