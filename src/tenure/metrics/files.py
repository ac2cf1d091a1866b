"""A workspace's own metrics as YAML: the same on screen and in files."""

from __future__ import annotations

import msgspec
import yaml

from tenure.metrics import own
from tenure.metrics.catalogue import own_of
from tenure.metrics.own import OwnMetric, OwnMetricError
from tenure.workspaces.models import Workspace


def write(workspace: Workspace) -> str:
    """The workspace's own metrics, a list, by name; what is as usual is left out."""
    bodies = [msgspec.to_builtins(one) for _, one in sorted(own_of(workspace).items())]
    return yaml.safe_dump(bodies, sort_keys=False, allow_unicode=True, width=100)


def read(text: str) -> list[OwnMetric]:
    """Metrics from YAML, one or a list; OwnMetricError says what is wrong."""
    try:
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise OwnMetricError(f"This is not YAML: {error}") from error
    bodies = body if isinstance(body, list) else [] if body is None else [body]
    return [own.read(one) for one in bodies]
