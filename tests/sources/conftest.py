"""Files to import, written in the test that imports them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tenure.sources.actions import draft_of, import_file
from tenure.sources.imports import Preview, preview
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun
from tenure.workspaces.access import Access

Import = Callable[..., ImportRun]
Look = Callable[..., Preview]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of text or bytes."""

    def _write(text: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


@pytest.fixture
def load(access: Access, load_into: Import) -> Import:
    """Imports text as a file of a kind, with options."""

    def _load(kind: str, text: str | bytes, **options: object) -> ImportRun:
        return load_into(access, kind, text, **options)

    return _load


@pytest.fixture
def load_into(write: Write) -> Import:
    """The same into a workspace that is named."""

    def _load(access: Access, kind: str, text: str | bytes, **options: object) -> ImportRun:
        return import_file(access, kind, write(text), Options(**options))

    return _load


@pytest.fixture
def look(access: Access, write: Write) -> Look:
    """Previews text as a file of a kind, with options."""

    def _look(kind: str, text: str | bytes, **options: object) -> Preview:
        return preview(draft_of(access, kind, write(text), Options(**options)))

    return _look


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Added, changed, same, rejected; which add up to the rows read."""
    found = (run.rows_added, run.rows_changed, run.rows_same, run.rows_rejected)
    assert sum(found) == run.rows_read == run.rows_total
    return found
