"""Goals: one row per goal and day on which it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.kit.columns import Columns
from tenure.kit.upserts import under
from tenure.plans.actions import GoalRow, upsert_goal_columns
from tenure.plans.models import Goal, GoalVersion
from tenure.plans.rules import OPEN, REACH
from tenure.sources.imports.batches import column, floats, texts
from tenure.sources.imports.forms import DATE, NUMBER, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID

_LARGEST = 10**15


def write(load: Load, batch: pa.Table) -> Written:
    """Write down how the goals stood; as of the import's day where the row says no other."""
    done = upsert_goal_columns(load.workspace, _columns(batch, load))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    goals = under(Goal, load.workspace.id, texts(batch, "goal_id"))
    return goals, GoalVersion.objects.filter(goal__in=goals, superseded_at=None)


def _columns(batch: pa.Table, load: Load) -> Columns[GoalRow]:
    refs = texts(batch, "goal_id")
    titles = zip(texts(batch, "title"), refs, strict=True)
    said: dict[str, Sequence[Any]] = {
        "goal_id": refs,
        "account_id": texts(batch, "account_id"),
        "title": [title or ref for title, ref in titles],
        "aim": [one or REACH for one in column(batch, "aim")],
        **{name: floats(batch, name) for name in ("start_value", "target_value", "value")},
        "weight": [1.0 if one is None else one for one in floats(batch, "weight")],
        "due": column(batch, "due"),
        "status": [one or OPEN for one in column(batch, "status")],
        "effective_on": [one or load.as_of for one in column(batch, "measured_on")],
    }
    return Columns(GoalRow, said)


def finite(column: str) -> Check:
    """The check that a value is one that every store keeps as it is."""
    return Check(column, f"abs({column}) > {_LARGEST}", "'is out of range'")


KINDS.add(
    Kind(
        name="goals",
        title="Goals",
        columns=(
            Column("goal_id", text(200), "your own id of the goal", True, "goalid objectiveid goal id"),
            Column("account_id", text(200), "your id of the customer", True, ACCOUNT_ID),
            Column("title", text(300), "what they want to reach", also="goalname objective name"),
            Column("start_value", NUMBER, "the value it started from", also="startvalue start baseline from"),
            Column("target_value", NUMBER, "the value to reach", True, "targetvalue target goalvalue to"),
            Column("value", NUMBER, "the value now; empty: not measured", also="currentvalue current actual"),
            Column("due", DATE, "by when", also="duedate dueon deadline targetdate"),
            Column(
                "measured_on",
                DATE,
                "the day the value is of; the import's if left out",
                also="measuredon asof valuedate updatedon",
            ),
            Column(
                "weight", NUMBER, "how much it counts beside the others; 1 if left out", also="importance"
            ),
            Column("aim", text(10), "reach the target, or keep at or above it; reach if left out"),
            Column("status", text(10), "open, dropped, or agreed: dropped as they no longer want it"),
        ),
        checks=(
            Check("aim", "aim not in ('reach', 'keep')", "'is not known; write reach or keep'"),
            Check(
                "status",
                "status not in ('open', 'dropped', 'agreed')",
                "'is not known; write open, dropped or agreed'",
            ),
            Check(
                "start_value",
                "start_value is null and coalesce(aim, 'reach') = 'reach'",
                "'is missing; without it nobody can tell how far the goal is reached'",
            ),
            Check(
                "target_value",
                "target_value = start_value and coalesce(aim, 'reach') = 'reach'",
                "'is the start_value too; to hold a level, write keep under aim'",
            ),
            Check("weight", f"weight <= 0 or weight > {_LARGEST}", "'is out of range; a weight is above 0'"),
            *(finite(column) for column in ("start_value", "target_value", "value")),
            Check(
                "measured_on",
                "measured_on > getvariable('now')::date + 1",
                "'lies in the future; a value has been measured'",
            ),
        ),
        computed={"aim": "lower(aim)", "status": "lower(status)"},
        key=("goal_id", "measured_on"),
        write=write,
        about=about,
    )
)
