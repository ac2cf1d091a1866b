"""Says whom observed ids mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenure.accounts.models import Identity
from tenure.kit import bulk, changes


def save_identities(workspace_id: str, kind: str, targets: Mapping[str, str]) -> None:
    """Say whom observed ids mean, whatever they meant before."""
    _save(workspace_id, kind, targets, ["workspace", "kind", "observed"])


def add_identities(workspace_id: str, kind: str, targets: Mapping[str, str]) -> None:
    """Say whom observed ids mean that nobody knew until now."""
    _save(workspace_id, kind, targets, [])


def _save(workspace_id: str, kind: str, targets: Mapping[str, str], key: Sequence[str]) -> None:
    if not targets:
        return
    same = {name: [value] * len(targets) for name, value in (("workspace_id", workspace_id), ("kind", kind))}
    said = {"observed": list(targets), "target_id": list(targets.values())}
    bulk.add_columns(Identity, same | said, key, ["target_id"])
    changes.touch(workspace_id, "identity")
