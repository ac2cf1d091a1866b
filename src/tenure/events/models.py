"""Events that could not go through, kept with their reason until they are mended."""

from __future__ import annotations

from django.db import models

from tenure.kit import clock
from tenure.workspaces.models import Workspace


class RejectedEvent(models.Model):
    """A collected event that was set aside: what came, why it could not go on, what would be right."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    stream = models.CharField(max_length=40)
    position = models.BigIntegerField()
    index = models.PositiveIntegerField(default=0)  # which event of its request
    reason = models.CharField(max_length=40)
    says = models.CharField(max_length=400)
    body = models.TextField()
    received_at = models.DateTimeField()
    rejected_at = models.DateTimeField(default=clock.now)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rejected_event"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "stream", "position", "index"], name="rejected_event_once"
            )
        ]
        indexes = [models.Index(fields=["workspace", "replayed_at", "-rejected_at"], name="rejected_waiting")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.says}"
