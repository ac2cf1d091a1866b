"""The metrics of a workspace: those shipped or added by packages, and its own."""

from __future__ import annotations

from tenure.kit.prepared import Prepared
from tenure.metrics import own
from tenure.metrics.definition import Metrics, shipped
from tenure.metrics.models import OwnMetricVersion
from tenure.metrics.own import OwnMetric
from tenure.workspaces.models import Workspace

__all__ = ["Metrics", "ever_of", "last_of", "metrics_of", "own_of", "shipped"]


def own_of(workspace: Workspace) -> dict[str, OwnMetric]:
    """What a workspace says of its own metrics, by name, the versions in force."""
    latest = {row.name: row for row in _versions(workspace)}
    return {name: own.read(row.body) for name, row in latest.items() if not row.is_removed}


def metrics_of(workspace: Workspace) -> Metrics:
    """Every metric of a workspace by name, shipped ones first."""
    return {**shipped(), **own.compiled(own_of(workspace))}


def last_of(workspace: Workspace) -> dict[str, OwnMetric]:
    """What a workspace last said of its own metrics, removed or not."""
    return {row.name: own.read(row.body) for row in _versions(workspace) if not row.is_removed}


def ever_of(workspace: Workspace) -> Metrics:
    """Every metric with those that were removed: former versions of health profiles rest on them."""
    return {**shipped(), **own.compiled(last_of(workspace))}


def _versions(workspace: Workspace) -> list[OwnMetricVersion]:
    return _VERSIONS(workspace.id)


_VERSIONS = Prepared(
    OwnMetricVersion,
    lambda workspace_id: OwnMetricVersion.objects.filter(workspace_id=workspace_id).order_by(
        "name", "version"
    ),
)
