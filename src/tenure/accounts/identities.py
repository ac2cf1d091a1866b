"""Says whom observed ids mean."""

from __future__ import annotations

from collections.abc import Mapping

from tenure.accounts.models import Identity
from tenure.kit import bulk, changes


def save_identities(workspace_id: str, kind: str, targets: Mapping[str, str]) -> None:
    """Say whom observed ids mean, whatever they meant before."""
    if not targets:
        return
    rows = (
        Identity(workspace_id=workspace_id, kind=kind, observed=observed, target_id=target)
        for observed, target in targets.items()
    )
    bulk.save(rows, ["workspace", "kind", "observed"], ["target_id"])
    changes.touch(workspace_id, "identity")
