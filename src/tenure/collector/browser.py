"""What browser SDKs ask for before they send: settings that name this collector and nobody else."""

from __future__ import annotations

from typing import Any


def segment_settings(key: str, host: str, scheme: str) -> dict[str, Any]:
    """Settings for Segment's analytics.js: it takes key and host from here, not from its own `load`."""
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": False,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
            }
        },
        "plan": {
            "track": {"__default": {"enabled": True, "integrations": {}}},
            "identify": {"__default": {"enabled": True}},
            "group": {"__default": {"enabled": True}},
        },
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def rudder_source_config(key: str, key_id: str, workspace_id: str, updated_at: str) -> dict[str, Any]:
    """Source configuration for RudderStack's browser SDK: an enabled source without destinations."""
    return {
        "source": {
            "id": key_id,
            "name": "Tenure",
            "writeKey": key,
            "enabled": True,
            "workspaceId": workspace_id,
            "config": {
                "statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}},
            },
            "destinations": [],
            "connections": [],
            "updatedAt": updated_at,
        },
        "updatedAt": updated_at,
    }
