"""Makes calibrations: the panel, the scores as they were given then, each profile, and what it means."""

from __future__ import annotations

from datetime import date

import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from tenure.accounts.models import Account
from tenure.health.plan import plan_of
from tenure.health.rating import rate
from tenure.insight.audit.judging import Progress
from tenure.insight.calibration.calibrating import HORIZON, Scored, calibrate
from tenure.insight.calibration.found import Calibrations
from tenure.insight.calibration.sentences import says
from tenure.insight.panel import Panel, panel
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access


def calibrations(access: Access, as_of: date | None = None, progress: Progress | None = None) -> Calibrations:
    """Every profile in force against renewals due within 90 days of each look, as scored then."""
    tell = progress or (lambda done, total, what: None)
    plan = plan_of(access.workspace)
    known = panel(access, as_of)
    tell(1, 4, "scoring the months as they were scored then")
    scored = _scored(access, known)
    tell(2, 4, "comparing scores with renewals")
    with threadpool_limits(1):
        found = [calibrate(scored, profile) for profile in plan.versions.in_force(known.as_of)]
    told = [msgspec.structs.replace(one, says=says(one)) for one in found]
    return Calibrations(known.as_of, HORIZON, tuple(told))


def _scored(access: Access, known: Panel) -> Scored:
    """The scores of a panel's rows: each by the profile and the version in force on its day."""
    with open_tables(access.workspace) as tables:
        rating = rate(tables, plan_of(access.workspace), known.days)
    place = {account_id: row for row, account_id in enumerate(rating.account_ids)}
    accounts = np.array([place[one] for one in known.account_ids], dtype=np.int64)
    rows = accounts[known.account] * len(known.days) + known.day
    names = np.array([one.name for one in rating.profiles], dtype=object)
    segments = dict(access.of(Account).values_list("pk", "segment"))
    segment = np.array([segments.get(one, "") for one in known.account_ids], dtype=object)
    return Scored(known, rating.score[rows], names[rows], segment[known.account])
