"""Tables of what we did with a customer."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class Note(models.Model):
    """Something somebody wrote down about an account, or did for it."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notes")
    author = models.CharField(max_length=254)
    text = models.TextField()
    external_id = models.CharField(max_length=64, blank=True)  # a digest of one that a source told of
    happened_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "note"
        indexes = [models.Index(fields=["workspace", "account", "-happened_at"], name="note_by_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "external_id"], condition=~models.Q(external_id=""), name="note_once"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
