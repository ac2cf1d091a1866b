"""Answers of the API to writes that may be sent again."""

from __future__ import annotations

from django.db import models

from tenure.kit import clock


class KeptAnswer(models.Model):
    """What a request that named itself was answered; no status: it is being worked on."""

    name = models.CharField(
        max_length=64, primary_key=True
    )  # a hash of the caller's key and the request's name
    content = models.CharField(max_length=64)  # a hash of the request
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    kept_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "kept_answer"
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_oldest")]

    def __str__(self) -> str:
        return f"{self.name[:8]}: {self.status or 'not answered yet'}"

    def keep(self, status: int, content_type: str, body: bytes) -> None:
        """Keep the answer for those who ask again."""
        self.status, self.content_type, self.body = status, content_type[:100], body
        self.save(update_fields=["status", "content_type", "body"])
