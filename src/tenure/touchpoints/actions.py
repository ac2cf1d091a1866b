"""Writes about what we did with a customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from tenure.accounts.actions import Upserted, accounts_told_of
from tenure.accounts.models import Account
from tenure.kit import clock, live, upserts
from tenure.kit.columns import Columns, Said, chunks, latest, where
from tenure.touchpoints import files, queries, rules
from tenure.touchpoints.files import Upload
from tenure.touchpoints.models import Attachment, Mention, Note
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

LONGEST = 10_000
TOPIC = "accounts"
KEEP_REMOVED = timedelta(days=1)
# As the index of them says it: with a parameter for the empty text it would not be used.
_WRITTEN_HERE = """SELECT account_id, author, +happened_at, text FROM note WHERE workspace_id = %s
    AND external_id = '' AND removed_at IS NULL AND happened_at IN (SELECT value FROM json_each(%s))"""


@transaction.atomic
def write_note(
    access: Access,
    account_id: str,
    text: str,
    happened_at: datetime | None = None,
    kind: str = Note.NOTE,
    uploads: Sequence[Upload] = (),
) -> Note:
    """Keep what somebody wrote about an account, in their name; it asks whom it mentions.

    ValueError if it is empty or too long, of no known kind, of the future, or a file is too large.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    files.check(uploads)
    note = Note(workspace=access.workspace, account=account, author=access.who)
    _fill(note, text, kind, happened_at or clock.now())
    note.save()
    for stored in [files.keep(access.workspace.id, upload) for upload in uploads]:
        Attachment.objects.create(workspace=access.workspace, note=note, account=account, **stored._asdict())
    _ask(access, note)
    live.publish(access.workspace.id, TOPIC, [account.pk])
    return note


@transaction.atomic
def edit_note(access: Access, note_id: str, text: str, kind: str, happened_at: datetime) -> Note:
    """Say it otherwise; what stood there can be brought back. Only one's own. ValueError as for writing."""
    note = _own(access, access.get(Note, note_id))
    before = {"text": note.text, "kind": note.kind, "happened_at": note.happened_at.isoformat()}
    _fill(note, text, kind, happened_at)
    note.former, note.edited_at = before, clock.now()
    note.save()
    _ask(access, note)
    live.publish(access.workspace.id, TOPIC, [note.account_id])
    return note


@transaction.atomic
def unedit_note(access: Access, note_id: str) -> Note:
    """Bring back what a note said before its last edit; a second time does nothing."""
    note = _own(access, access.get(Note, note_id))
    if note.former:
        before = note.former
        _fill(note, before["text"], before["kind"], datetime.fromisoformat(before["happened_at"]))
        note.former = note.edited_at = None
        note.save()
        _ask(access, note)
        live.publish(access.workspace.id, TOPIC, [note.account_id])
    return note


@dataclass(frozen=True)
class NoteRow:
    """What a source says that somebody wrote down; ids are the source's own."""

    account_id: str
    author: str
    text: str
    happened_at: datetime
    kind: str = Note.NOTE


def upsert_note_columns(workspace: Workspace, told: Columns[NoteRow]) -> Upserted:
    """Add notes not known yet, from a source or written here. Accounts not known yet are added bare.

    In the order of time, in which two of three indexes have them: files go by customer.
    """
    told = told.sorted_by("happened_at")
    keys = note_keys(told)
    accounts = accounts_told_of(workspace, told["account_id"])
    notes, total = latest({**told.said, "external_id": keys, "account_id": accounts}, keys), Upserted()
    for some in chunks(notes):
        with transaction.atomic(savepoint=False):
            here = _written_here(workspace, some)
            new = where(some, [one not in here for one in _words(some)]) if here else some
            added, _, same = upserts.by_external_id(Note, workspace.id, new).counts
        total += Upserted(added, 0, same + len(some["text"]) - len(new["text"]))
    return total


def note_keys(told: Columns[NoteRow]) -> list[str]:
    """The same words of the same author about the same customer at the same instant are one note."""
    at = told["happened_at"].written()
    return upserts.digests(told["happened_at"].days(), told["account_id"], told["author"], at, told["text"])


def _written_here(workspace: Workspace, notes: Said) -> set[tuple[object, ...]]:
    """The words of notes that somebody wrote here in these instants: they come back in an export of ours."""
    instants = msgspec.json.encode(sorted(set(notes["happened_at"]))).decode()
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN_HERE, [workspace.id, instants])
        return {(*rest, text.strip()) for *rest, text in cursor.fetchall()}


def _words(notes: Said) -> Iterator[tuple[object, ...]]:
    texts = map(str.strip, notes["text"])
    return zip(notes["account_id"], notes["author"], notes["happened_at"], texts, strict=True)


@transaction.atomic
def remove_note(access: Access, note_id: str) -> None:
    """Take back a note of one's own; somebody else's stays. It can be restored for a day."""
    access.require(Right.WORK)
    mine = access.of(Note).filter(pk=note_id, author=access.who)
    account_id = mine.values_list("account_id", flat=True).first()
    if account_id and mine.update(removed_at=clock.now()):
        live.publish(access.workspace.id, TOPIC, [account_id])


@transaction.atomic
def restore_note(access: Access, note_id: str) -> Note:
    """Bring a removed note of one's own back. Http404 once it is gone for good."""
    note = Note.everything.filter(workspace=access.workspace, pk=note_id).first()
    if note is None:
        raise Http404("no such note")
    access.get(Account, note.account_id)
    _own(access, note)
    note.removed_at = None
    note.save(update_fields=["removed_at"])
    live.publish(access.workspace.id, TOPIC, [note.account_id])
    return note


def forget_removed() -> int:
    """Delete for good what was removed more than a day ago, files and all; gives how many notes that were."""
    gone = Note.everything.filter(removed_at__lt=clock.now() - KEEP_REMOVED)
    contents = set(Attachment.objects.filter(note__in=gone).values_list("workspace_id", "content_hash"))
    count = gone.count()
    gone.delete()
    for workspace_id, content_hash in contents:
        if not Attachment.objects.filter(workspace_id=workspace_id, content_hash=content_hash).exists():
            files.forget(workspace_id, [content_hash])
    return count


@transaction.atomic
def settle(access: Access, mention_id: str, *, is_done: bool = True) -> Mention:
    """I have looked at what a note asks of me; or, with `is_done` false, I have not after all."""
    mention = access.of(Mention).filter(user=access.user, pk=mention_id).select_related("account").first()
    if mention is None:
        raise Http404("no such mention")
    mention.done_at = clock.now() if is_done else None
    mention.save(update_fields=["done_at"])
    return mention


def _fill(note: Note, text: str, kind: str, happened_at: datetime) -> None:
    """Take over what a form says. ValueError says what would be right."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a note has 1 to {LONGEST:,} letters, not {len(text):,}")
    if kind not in Note.KINDS:
        raise ValueError(f"a note is one of {', '.join(Note.KINDS)}")
    if happened_at > clock.now() + timedelta(days=1):
        raise ValueError("it cannot have happened in the future")
    note.text, note.kind, note.happened_at = text, kind, happened_at


def _own(access: Access, note: Note) -> Note:
    access.require(Right.WORK)
    if note.author != access.who:
        raise PermissionDenied("only whoever wrote a note may change it")
    return note


def _ask(access: Access, note: Note) -> None:
    """Ask those whom the note mentions now, and nobody else; who has looked is not asked again."""
    asked = rules.mentioned(note.text, queries.names(access)) - _self(access)
    note.mentions.exclude(user__in=asked).delete()
    Mention.objects.bulk_create(
        [
            Mention(workspace=access.workspace, note=note, account_id=note.account_id, user_id=one)
            for one in sorted(asked)
        ],
        ignore_conflicts=True,
    )


def _self(access: Access) -> set[str]:
    return {access.user.pk} if access.user else set()
