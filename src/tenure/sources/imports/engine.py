"""The engine in which files are read and checked: one a process, with tables of its own for every file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import duckdb

from tenure.kit import home
from tenure.sources.imports.forms import MACROS

# Of all files together; what does not fit goes to disk for a while. Of large files with millions of cells not
# everything can: then there is more, and stays so, as it is a limit and not what is taken.
_MEMORY, _MEMORY_OF_LARGE = "160MB", "512MB"
_THREADS = 2


@contextmanager
def connection(*, is_large: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one file, with the macros of forms.py.

    What is made on it has to be TEMP: only then nobody else sees it, and it goes when the block ends.
    """
    opened = _instance(os.getpid()).cursor()
    try:
        opened.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        if is_large:
            opened.execute(f"set memory_limit = '{_MEMORY_OF_LARGE}'")
        yield opened
    finally:
        opened.close()


@lru_cache(maxsize=1)
def _instance(pid: int) -> duckdb.DuckDBPyConnection:
    """Started once: that and its macros take longer than most files. Its threads do not survive a fork."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY,
        "threads": _THREADS,
        "temp_directory": str(home.home() / "tmp"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    instance = duckdb.connect(config=settings)
    instance.execute(MACROS)
    return instance
