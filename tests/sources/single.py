"""Has what sources say of versioned things worked out row by row: what columns have to agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tenure.accounts.actions import Upserted
from tenure.conversations import actions as conversations
from tenure.kit.columns import Columns
from tenure.plans import actions as plans
from tenure.revenue import actions as revenue
from tenure.workspaces.models import Workspace


def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, no row is known to be new or the same before it is worked out."""
    for actions in (conversations, plans, revenue):
        monkeypatch.setattr(actions, "_upsert", _follow(actions))


def _follow(actions: Any) -> Any:
    def follow(workspace: Workspace, told: Columns[Any]) -> Upserted:
        rows: Sequence[Any] = list(told.rows())
        done: Upserted = actions._follow(workspace, rows)
        return done

    return follow
