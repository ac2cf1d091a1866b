"""Waiting for other processes: until something is so, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(so: Callable[[], T | None], seconds: float = 60.0) -> T:
    """The first truthy thing that `so()` gives; fails loudly after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := so():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{so} did not come true within {seconds} s")
