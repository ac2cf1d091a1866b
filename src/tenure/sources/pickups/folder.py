"""The folder that the operator allows files to be picked up from: TENURE_PICKUP, and nothing outside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tenure.sources.pickups.rules import Refused

MOST_FILES = 200  # in one look


@dataclass(frozen=True)
class Found:
    """A file that lies in the folder; `mark` changes when it does."""

    path: Path
    name: str  # below the folder
    mark: str


def root() -> Path | None:
    """The folder, if the operator names one that is there."""
    named = os.environ.get("TENURE_PICKUP", "")
    folder = Path(named).resolve() if named else None
    return folder if folder and folder.is_dir() else None


def check(pattern: str) -> None:
    """Raise Refused unless a pattern stays below the folder."""
    if root() is None:
        raise Refused("cannot be used: no folder is allowed. Whoever runs Tenure names one in TENURE_PICKUP")
    pure = PurePosixPath(pattern)
    if not pattern.strip() or pure.is_absolute() or ".." in pure.parts or "**" in pattern or "\\" in pattern:
        raise Refused("leaves the pick-up folder; write it like exports/*.csv, without a / before it or ..")
    if "\x00" in pattern:
        raise Refused("is no name of a file")


def look(pattern: str) -> list[Found]:
    """The files below the folder that match, oldest first; links that lead out of it are not followed."""
    check(pattern)
    folder = root()
    assert folder is not None  # checked
    found = []
    for path in folder.glob(pattern):
        if not path.resolve().is_relative_to(folder) or not path.is_file():
            continue
        stat = path.stat()
        found.append(
            (
                stat.st_mtime_ns,
                Found(path, str(path.relative_to(folder)), f"{stat.st_size}:{stat.st_mtime_ns}"),
            )
        )
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], str(pair[1].path)))][:MOST_FILES]
