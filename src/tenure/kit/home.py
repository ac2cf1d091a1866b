"""Where Tenure keeps its files: one folder, TENURE_HOME."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path


def home() -> Path:
    """The data folder: TENURE_HOME, or `./tenure-data`. Absolute; not created here."""
    return Path(os.environ.get("TENURE_HOME", "tenure-data")).absolute()


def app_db() -> Path:
    """Entities, work, configuration, latest measures."""
    return home() / "app.db"


def intake_db() -> Path:
    """Raw request bodies until they are drained. Its own file: in app.db it made page writes wait."""
    return home() / "intake.db"


def jobs_db() -> Path:
    """The durable jobs' system tables."""
    return home() / "jobs.db"


def seen_db() -> Path:
    """Message ids of the deduplication window."""
    return home() / "seen.db"


def lake(workspace_id: str) -> Path:
    """A workspace's own folder of Delta tables: a neighbour's cannot be reached from it."""
    return home() / "lake" / workspace_id


def uploads() -> Path:
    """Files given to imports, kept until the import is done."""
    return home() / "uploads"


def exports() -> Path:
    """Exports that wait to be downloaded, for some days."""
    return home() / "exports"


def secret() -> str:
    """The installation's secret: TENURE_SECRET, or made once and kept readable by its owner alone."""
    if given := os.environ.get("TENURE_SECRET"):
        return given
    return _kept_secret(home() / "secret.key")


@lru_cache(maxsize=8)
def _kept_secret(path: Path) -> str:
    """What stands in the file; pages ask for it again and again, and it never changes."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _create_private(path: Path, text: str) -> None:
    """Write a file of mode 600; if another process was first, its file stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(text)
