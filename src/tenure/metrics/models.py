"""The latest value of every metric of every account, for lists and filters."""

from __future__ import annotations

from django.db import models

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.workspaces.models import Workspace


class MetricValue(models.Model):
    """A metric's value as of the last refresh. No row means no data."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="metric_values", db_index=False
    )
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


class OwnMetricVersion(models.Model):
    """What a workspace says of a metric of its own; the newest of a name is in force, or removed."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="own_metrics", db_index=False
    )
    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    body = models.JSONField(default=dict)  # metrics.own.OwnMetric
    is_removed = models.BooleanField(default=False)
    by = models.CharField(max_length=254, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "own_metric_version"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "version"], name="own_metric_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"
