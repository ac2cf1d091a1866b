"""Reads about what customers want to reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.plans import rules
from tenure.plans.models import GoalVersion
from tenure.workspaces.access import Access


@dataclass(frozen=True)
class GoalLine:
    """One goal on an account's page. `progress` is 0 to 1, None where nothing tells or a level is kept."""

    goal: str
    title: str
    aim: str
    start_value: float | None
    target_value: float
    value: float | None
    progress: float | None
    due: date | None
    status: str
    measured_on: date


def goals_of(access: Access, account_id: str, as_of: date | None = None) -> list[GoalLine]:
    """An account's goals as of a day (today), as corrected since. Http404 for strangers' accounts."""
    account = access.get(Account, account_id)
    day = as_of or clock.today(access.workspace.zone)
    rows = access.of(GoalVersion).filter(account=account, superseded_at=None, effective_on__lte=day)
    latest = {row.goal_id: row for row in rows.select_related("goal").order_by("effective_on")}
    lines = [_line(row) for row in latest.values()]
    return sorted(lines, key=lambda line: (line.status != rules.OPEN, line.due or date.max, line.title))


def _line(row: GoalVersion) -> GoalLine:
    stand = rules.Stand(**{name: getattr(row, name) for name in rules.NAMES})
    return GoalLine(
        goal=row.goal.external_id,
        title=row.title,
        aim=row.aim,
        start_value=row.start_value,
        target_value=row.target_value,
        value=row.value,
        progress=rules.progress(stand) if row.aim == rules.REACH else None,
        due=row.due,
        status=row.status,
        measured_on=row.effective_on,
    )
