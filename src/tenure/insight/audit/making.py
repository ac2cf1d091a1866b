"""Makes an audit: reads the panel, judges it, says what it means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from tenure.health.versions import versions_of
from tenure.insight.audit import ours
from tenure.insight.audit.attributes import columns
from tenure.insight.audit.found import Audit, AuditProblem, Outcomes, require_horizon
from tenure.insight.audit.judging import Progress, judge
from tenure.insight.audit.sentences import says
from tenure.insight.panel import panel
from tenure.kit import clock
from tenure.workspaces.access import Access


def audit(
    access: Access,
    outcome: Outcomes = Outcomes.CHURN,
    horizon: int = 90,
    as_of: date | None = None,
    progress: Progress | None = None,
    attributes: Sequence[str] | None = None,
) -> Audit:
    """Judge every metric of a workspace by an outcome within so many days, from what was known by a day.

    What we do for customers ourselves is judged beside them, and so are `attributes`: their names, None for
    all.
    """
    require_horizon(horizon)
    if as_of and as_of > clock.today(access.workspace.zone):
        raise AuditProblem(f"{as_of} is not over yet; take a day up to today")
    known = panel(access, as_of)
    read, left_out = columns(access, known, attributes)
    beside = [*read, *ours.columns(access, known)]
    found = judge(known, outcome, horizon, _weights(access), progress, beside)
    found = msgspec.structs.replace(found, left_out=found.left_out | left_out)
    return msgspec.structs.replace(found, says=says(found))


def _weights(access: Access) -> Mapping[str, Mapping[str, float]]:
    """By metric, the health profiles in force that score by it, and its share of the score there."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for profile in versions_of(access.workspace).in_force(clock.today(access.workspace.zone)):
        for part in profile.parts:
            found[part.metric.name][profile.title] = part.weight
    return found
