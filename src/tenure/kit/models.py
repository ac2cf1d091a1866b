"""The kit's tables: facts waiting for reactions, the live bus, leases, change counters."""

from __future__ import annotations

from django.db import models


class OutboxFact(models.Model):
    """A fact, recorded in the transaction that made it true. Never updated."""

    kind = models.CharField(max_length=60)
    workspace_id = models.CharField(max_length=32)
    body = models.BinaryField()
    caused_by = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "outbox"

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class OutboxCursor(models.Model):
    """How far one consumer has read the outbox."""

    consumer = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "outbox_cursor"

    def __str__(self) -> str:
        return f"{self.consumer} at {self.position}"


class Live(models.Model):
    """The live bus: which things changed, by id, in order. The collector reads it without Django."""

    workspace_id = models.CharField(max_length=32)
    topic = models.CharField(max_length=40)
    ids = models.JSONField(default=list)
    recorded_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "live"

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"


class Lease(models.Model):
    """Who may run a loop or hold a worker slot, until when."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "lease"

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder}"


class ChangeCounter(models.Model):
    """Counts writes to a record table of a workspace, so that copies know when they are stale."""

    workspace_id = models.CharField(max_length=32)
    table = models.CharField(max_length=40)
    count = models.BigIntegerField(default=0)

    class Meta:
        db_table = "change_counter"
        constraints = [models.UniqueConstraint(fields=["workspace_id", "table"], name="change_counter_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.count}"
