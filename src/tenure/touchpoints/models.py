"""Tables of what we did with a customer: notes, whom they ask, the files that go with them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import User, Workspace


class KeptNotes(models.Manager["Note"]):
    """Notes that were not removed."""

    def get_queryset(self) -> models.QuerySet[Note]:
        return super().get_queryset().filter(removed_at=None)


class Note(models.Model):
    """Something somebody wrote down about an account, or did for it."""

    NOTE, CALL, MEETING, EMAIL = "note", "call", "meeting", "email"
    KINDS = (NOTE, CALL, MEETING, EMAIL)

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.CharField(max_length=254)
    kind = models.CharField(max_length=10, default=NOTE, choices=[(kind, kind) for kind in KINDS])
    text = models.TextField()
    external_id = models.CharField(max_length=64, blank=True)  # a digest of one that a source told of
    happened_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    former = models.JSONField(null=True, blank=True)  # kind, text and time before the last edit
    removed_at = models.DateTimeField(null=True, blank=True)  # for good a day later

    objects: ClassVar[KeptNotes] = KeptNotes()
    everything: ClassVar[models.Manager[Note]] = models.Manager()

    class Meta:
        db_table = "note"
        indexes = [
            models.Index(fields=["account", "-happened_at"], name="note_of_account"),
            models.Index(fields=["workspace", "-happened_at"], name="note_newest"),
            models.Index(
                fields=["workspace", "happened_at"],
                condition=models.Q(external_id=""),
                name="note_written_here",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "external_id"], condition=~models.Q(external_id=""), name="note_once"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A note asks a colleague to look; it waits on their Today until they have."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mentions")
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mention"
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once")]
        indexes = [models.Index(fields=["workspace", "user", "done_at", "-made_at"], name="mention_waiting")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.note_id}"


class Attachment(models.Model):
    """A file that goes with a note. Its content lies in the data folder, under its hash."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="attachments")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)  # by its first bytes, never by its name
    size = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "attachment"
        indexes = [models.Index(fields=["workspace", "content_hash"], name="attachment_content")]

    def __str__(self) -> str:
        return self.name
