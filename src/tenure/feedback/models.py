"""Tables of what customers answered when asked."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account, Person
from tenure.kit import clock
from tenure.kit.ids import new_id
from tenure.workspaces.models import Workspace


class Response(models.Model):
    """One answer to a survey: nps (0-10), csat (1-5), ces (1-7), or one of the workspace's own."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    external_id = models.CharField(
        max_length=64
    )  # a digest of the answer: the same file twice changes nothing
    survey = models.CharField(max_length=80)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="responses", db_index=False)
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="responses"
    )
    score = models.FloatField(null=True, blank=True)
    comment = models.TextField(blank=True)
    responded_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "response"
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="response_once")]
        indexes = [models.Index(fields=["account", "-responded_at"], name="response_of_account")]

    def __str__(self) -> str:
        return f"{self.survey} {self.score}"
