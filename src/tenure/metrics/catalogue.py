"""The metrics of a workspace: those shipped or added by packages, and its own."""

from __future__ import annotations

from tenure.metrics import own
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Metric
from tenure.metrics.models import OwnMetricVersion
from tenure.metrics.own import OwnMetric
from tenure.workspaces.models import Workspace


def own_of(workspace: Workspace) -> dict[str, OwnMetric]:
    """What a workspace says of its own metrics, by name, the versions in force."""
    rows = OwnMetricVersion.objects.filter(workspace=workspace).order_by("name", "version")
    latest = {row.name: row for row in rows}
    return {name: own.read(row.body) for name, row in latest.items() if not row.is_removed}


def metrics_of(workspace: Workspace) -> dict[str, Metric]:
    """Every metric of a workspace by name, shipped ones first."""
    return {metric.name: metric for metric in METRICS} | own.compiled(own_of(workspace))
