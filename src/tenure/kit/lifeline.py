"""Runs a module that ends when whoever started it is gone, even by kill -9.

`TENURE_LIFELINE=FD python -m tenure.kit.lifeline MODULE ARGS…`: FD is the reading end of a pipe whose
writing end only the supervisor holds. When it closes, the module is asked to end, and after a while its
whole process group is killed. Works wherever there are pipes, unlike a death signal.

Who forks helpers does the same for them: `lead` before forking, `follow` in each of them.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

VARIABLE = "TENURE_LIFELINE"
GRACE_SECONDS = 3.0

_led: list[int] = []  # the ends of this process's own pipe: reading, writing


def watch(fd: int, grace: float = GRACE_SECONDS) -> None:
    """End this process and its group once the pipe `fd` is closed at the other end."""
    threading.Thread(target=_end_with, args=(fd, grace), name="lifeline", daemon=True).start()


def _end_with(fd: int, grace: float) -> None:
    os.read(fd, 1)  # nobody ever writes: it returns when the last writer is gone
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


def lead() -> None:
    """Make a pipe of which this process holds the writing end; processes that it forks can `follow`."""
    _led[:] = os.pipe()


def follow(grace: float = GRACE_SECONDS) -> None:
    """In a forked process: end with the one that leads. Does nothing where nobody leads."""
    if _led:
        reading, writing = _led
        _led.clear()
        os.close(writing)  # or it would keep itself alive
        watch(reading, grace)


def main() -> None:
    """Run the module named first as if Python had been started with it."""
    if fd := os.environ.get(VARIABLE):
        watch(int(fd))
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
