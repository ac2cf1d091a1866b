"""Tables of insight: what lifetime values rest on, where the workspace has said it."""

from __future__ import annotations

from django.db import models

from tenure.workspaces.models import SHARED, Workspace


class Economics(models.Model):
    """What a workspace has said of its costs; null: nobody has, so it is assumed."""

    book_path = SHARED

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="economics"
    )
    gross_margin = models.FloatField(null=True, blank=True)  # a share of revenue
    discount = models.FloatField(null=True, blank=True)  # a year
    hourly_minor = models.BigIntegerField(null=True, blank=True)  # what an hour of work costs, all included

    class Meta:
        db_table = "economics"

    def __str__(self) -> str:
        return f"economics of {self.workspace_id}"
