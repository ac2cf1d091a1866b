"""What no import reads, one JSON object a line: versions of profiles, scores set by hand, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
U = TypeVar("U")


class LineProblem(Exception):
    """A line that is not what its file holds; the message names file and line."""


def write(path: Path, rows: Iterable[Any]) -> int:
    """Write rows; gives how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as file:
        for row in rows:
            file.write(msgspec.json.encode(row) + b"\n")
            count += 1
    return count


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of such a file as they stand there. LineProblem for one that is no JSON object."""
    return _decoded(path, dict[str, Any])


def read(path: Path, of: type[T]) -> Iterator[T]:
    """The rows of such a file; none if it is not there. LineProblem for one that is something else."""
    return _decoded(path, of) if path.exists() else iter(())


def _decoded(path: Path, of: type[U]) -> Iterator[U]:
    decoder = msgspec.json.Decoder(of)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as problem:
                raise LineProblem(f"{path.name}, line {number}: {problem}; export it again") from problem
