"""The files of notes, out of a workspace and into another: contents by their hash, and whose they are."""

from __future__ import annotations

import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from tenure.sources.exports import lines
from tenure.touchpoints import files, rules
from tenure.touchpoints.models import Attachment, Note
from tenure.workspaces.access import Access

ATTACHMENTS = "history/attachments.jsonl"
_FOLDER = "attachments"


class Moved(msgspec.Struct, frozen=True):
    """A file of a note, which is known by its account, author, instant and a digest of its text."""

    account_id: str
    timestamp: datetime
    author: str
    text: str
    name: str
    content_type: str
    file: str | None  # None: the content was not there


def write(access: Access, folder: Path) -> int:
    """Copy the files of all notes below a folder; gives how many."""
    names = (
        "account__external_id", "note__happened_at", "note__author", "note__text", "name", "content_type",
        "content_hash",
    )  # fmt: skip
    rows = access.of(Attachment).filter(note__removed_at=None).order_by("pk").values_list(*names)
    return lines.write(
        folder / ATTACHMENTS,
        (
            Moved(account, at, author, _digest(text), name, kind, _copied(access, folder, content))
            for account, at, author, text, name, kind, content in rows.iterator(500)
        ),
    )


def _copied(access: Access, folder: Path, content: str) -> str | None:
    kept, target = files.path_of(access.workspace.pk, content), folder / _FOLDER / content
    target.parent.mkdir(exist_ok=True)
    if kept.exists() and not target.exists():
        shutil.copyfile(kept, target)
    return f"{_FOLDER}/{content}" if target.exists() else None


def take(access: Access, folder: Path) -> int:
    """Attach the files to the notes that are here; gives how many. The same again attaches nothing."""
    count = 0
    for one in lines.read(folder / ATTACHMENTS, Moved):
        source = folder / _FOLDER / Path(one.file or "-").name  # from that folder only, whatever it says
        if (note := _note(access, one)) and source.is_file() and source.stat().st_size <= files.LARGEST:
            count += _attach(access, note, one, source)
    return count


def _note(access: Access, one: Moved) -> Note | None:
    rows = access.of(Note).filter(
        account__external_id=one.account_id, happened_at=one.timestamp, author=one.author, removed_at=None
    )
    return next((note for note in rows if _digest(note.text) == one.text), None)


def _attach(access: Access, note: Note, one: Moved, source: Path) -> int:
    content = source.read_bytes()
    digest = sha256(content).hexdigest()
    kept = files.path_of(access.workspace.pk, digest)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_bytes(content)
    _, is_new = Attachment.objects.get_or_create(
        workspace=access.workspace,
        note=note,
        account_id=note.account_id,
        content_hash=digest,
        name=one.name[:200],
        defaults={"content_type": rules.content_type(content[:4096]), "size": len(content)},
    )
    return int(is_new)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
