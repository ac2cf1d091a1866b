"""The files of notes: kept under the hash of their content, in a folder of each workspace."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple, Protocol

from tenure.accounts.rules import clean_text
from tenure.kit import home
from tenure.touchpoints import rules

LARGEST = 10 * 1024 * 1024
MOST = 5  # of a note
_HEAD = 4096


class Upload(Protocol):
    """A file as a form sends it."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


class Unfit(ValueError):
    """A file that cannot go with a note; what to say beside the field of files."""


class Stored(NamedTuple):
    """What is known of a file once it is kept."""

    name: str
    content_type: str
    size: int
    content_hash: str


def path_of(workspace_id: str, content_hash: str) -> Path:
    """Where a content lies."""
    return home.home() / "attachments" / workspace_id / content_hash[:2] / content_hash


def check(uploads: Iterable[Upload]) -> None:
    """Raise Unfit, naming the file and what would be right, unless all of them may go with a note."""
    files = list(uploads)
    if len(files) > MOST:
        raise Unfit(f"a note takes {MOST} files, not {len(files)}")
    for file in files:
        if not 0 < (file.size or 0) <= LARGEST:
            says = "is empty" if not file.size else f"is larger than {LARGEST >> 20} MB"
            raise Unfit(f"“{_name(file)}” {says}")


def keep(workspace_id: str, upload: Upload) -> Stored:
    """Write a file into the data folder, readable by its owner alone. The same content is kept once."""
    folder = home.home() / "attachments" / workspace_id
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = sha256(), 0, b""
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            size, head = size + len(chunk), head + chunk[: max(_HEAD - len(head), 0)]
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    target = path_of(workspace_id, digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    os.replace(file.name, target)
    return Stored(_name(upload), rules.content_type(head), size, digest.hexdigest())


def forget(workspace_id: str, content_hashes: Iterable[str]) -> None:
    """Delete contents that nothing refers to any more."""
    for one in content_hashes:
        path_of(workspace_id, one).unlink(missing_ok=True)


def _name(upload: Upload) -> str:
    """The last part of its name, as one line of text."""
    return clean_text((upload.name or "").replace("\\", "/").rpartition("/")[2]) or "file"
