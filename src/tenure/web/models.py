"""What all processes of pages share: answers to writes that may be sent again, and marks that fade."""

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


class Mark(models.Model):
    """Something to be known for a while, as Django's cache keeps it: a used code, a try at signing in."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "web_mark"

    def __str__(self) -> str:
        return f"{self.cache_key} until {self.expires}"
