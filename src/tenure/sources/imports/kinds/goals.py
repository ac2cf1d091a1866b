"""Goals: one row per goal and day on which it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from tenure.plans.actions import GoalRow, upsert_goals
from tenure.plans.models import Goal, GoalVersion
from tenure.plans.rules import OPEN, REACH
from tenure.sources.imports.batches import rows
from tenure.sources.imports.forms import DATE, NUMBER, text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Written
from tenure.sources.imports.kinds.accounts import ACCOUNT_ID

_LARGEST = 10**15


def write(load: Load, batch: pa.Table) -> Written:
    """Write down how the goals stood; as of the import's day where the row says no other."""
    done = upsert_goals(load.workspace, [_row(row, load) for row in rows(batch)])
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[QuerySet[Any]]:
    """What is on record of the rows."""
    ids = batch["goal_id"].to_pylist()
    goals = Goal.objects.filter(workspace=load.workspace, external_id__in=ids)
    return goals, GoalVersion.objects.filter(goal__in=goals, superseded_at=None)


def _row(row: Mapping[str, Any], load: Load) -> GoalRow:
    return GoalRow(
        goal_id=row["goal_id"],
        account_id=row["account_id"],
        title=row["title"] or row["goal_id"],
        aim=row["aim"] or REACH,
        start_value=_number(row["start_value"]),
        target_value=float(row["target_value"]),
        value=_number(row["value"]),
        weight=1.0 if row["weight"] is None else float(row["weight"]),
        due=row["due"],
        status=row["status"] or OPEN,
        effective_on=row["measured_on"] or load.as_of,
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


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
