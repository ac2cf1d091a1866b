"""The latest value of every metric of every account, for lists and filters."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.workspaces.models import Workspace


class MetricValue(models.Model):
    """A metric's value as of the last refresh. No row means no data."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="metric_values")
    metric = models.CharField(max_length=60)
    value = models.FloatField()
    as_of = models.DateField()

    class Meta:
        db_table = "metric_value"
        constraints = [models.UniqueConstraint(fields=["account", "metric"], name="metric_value_once")]
        indexes = [
            models.Index(fields=["workspace", "metric", "value", "account"], name="metric_value_sorted")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"
