"""Puts requests into the intake as the collector would, and reads what came of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from tenure.collector import intake
from tenure.events import drain, views
from tenure.workspaces.access import Access

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def send(
    access: Access,
    *bodies: dict[str, Any] | str,
    path: str = "batch",
    stream: str = "c0",
    agent: str = "",
    at: datetime = NOW,
) -> int:
    """Requests accepted by the collector at some time; gives the position of the last one."""
    received = int(at.timestamp() * 1_000_000)
    arrivals = [
        intake.Arrival(
            access.workspace.id,
            "key",
            path,
            received,
            agent,
            (body if isinstance(body, str) else json.dumps(body)).encode(),
        )
        for body in bodies
    ]
    with closing(intake.connect()) as db:
        intake.append(db, stream, arrivals)
        return intake.last_position(db, stream)


def send_events(access: Access, *events: dict[str, Any] | str, **how: Any) -> int:
    """One batch of events."""
    return send(access, {"batch": list(events), "sentAt": NOW.isoformat()}, **how)


def track(person: str = "ann", event: str = "opened", **more: Any) -> dict[str, Any]:
    """A track call."""
    return {"type": "track", "userId": person, "event": event, **more}


def drain_all() -> drain.Drained:
    """Drain until nothing waits."""
    total = drain.Drained()
    while (done := drain.run_once()).rows:
        total += done
    return total


def stored(access: Access, columns: str = "message_id", where: str = "true") -> Sequence[tuple[Any, ...]]:
    """What the events view shows, in order of the columns."""
    with views.connect(access.workspace) as connection:
        found = connection.sql(f"SELECT {columns} FROM events WHERE {where} ORDER BY ALL")
        return [tuple(row.values()) for row in found.to_arrow_table().to_pylist()]


def waiting() -> int:
    """How many requests are still in the intake."""
    with closing(intake.connect()) as db:
        return intake.backlog(db)
