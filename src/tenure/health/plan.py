"""By what accounts are scored on each day: their profile in the version then in force, and overrides."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenure.health import belonging, overrides
from tenure.health.overrides import Override
from tenure.health.profile import DEFAULT, Profile
from tenure.health.versions import Versions, versions_of
from tenure.metrics.definition import Metric
from tenure.workspaces.models import Workspace


class Share(NamedTuple):
    """A profile, and the rows of a grid of accounts × days that it scores."""

    profile: Profile
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """Versions, who has which profile since when, and what people overrode."""

    versions: Versions
    spans: Mapping[str, Sequence[tuple[date, str]]] = field(default_factory=dict)
    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The profiles that somebody has or had, the default first."""
        named = {name for spans in self.spans.values() for _, name in spans}
        return [DEFAULT, *sorted(named - {DEFAULT})]

    def metrics(self, days: Sequence[date]) -> list[Metric]:
        """What has to be known to score these days."""
        names = dict.fromkeys((*self.names, *self.versions.by_name))  # who has none of it yet may get it
        profiles = [self.versions.on(name, day) for name in names for day in days]
        return list({metric.name: metric for one in profiles for metric in one.metrics}.values())

    def shares(self, ids: Sequence[str], days: Sequence[date]) -> list[Share]:
        """The rows of accounts × days (accounts by accounts, days rising) by the profile that scores them."""
        names = self.names
        at = np.zeros((len(ids), len(days)), dtype=np.int64)
        for row, account_id in enumerate(ids) if self.spans else ():
            for since, name in self.spans.get(account_id, ()):
                at[row, bisect_left(days, since) :] = names.index(name)
        profiles: dict[tuple[str, int], Profile] = {}
        number = np.empty((len(names), len(days)), dtype=np.int64)
        for row, name in enumerate(names):
            for column, day in enumerate(days):
                profile = self.versions.on(name, day)
                profiles.setdefault((profile.name, profile.version), profile)
                number[row, column] = list(profiles).index((profile.name, profile.version))
        grid = number[at, np.arange(len(days))].ravel()
        found = [Share(one, np.flatnonzero(grid == index)) for index, one in enumerate(profiles.values())]
        return [share for share in found if len(share.rows)]

    def overridden(self, ids: Sequence[str], days: Sequence[date]) -> NDArray[np.float64]:
        """The score that a person set, by row of accounts × days; NaN where nobody did."""
        found = np.full((len(ids), len(days)), np.nan)
        for row, account_id in enumerate(ids) if self.overrides else ():
            for one in self.overrides.get(account_id, ()):
                found[row, bisect_left(days, one.starts_on) : bisect_left(days, one.ends_on)] = one.score
        return found.ravel()

    def override(self, account_id: str, day: date) -> Override | None:
        """What a person set that holds on a day."""
        found = [one for one in self.overrides.get(account_id, ()) if one.starts_on <= day < one.ends_on]
        return found[-1] if found else None

    def profile_of(self, account_id: str, day: date) -> Profile:
        """The profile an account has on a day."""
        spans = self.spans.get(account_id, ())
        place = bisect_right([since for since, _ in spans], day)
        return self.versions.on(spans[place - 1][1] if place else DEFAULT, day)


def plan_of(workspace: Workspace, account_ids: Collection[str] | None = None) -> Plan:
    """All that decides how accounts (None: all) are scored, on whatever day; three queries."""
    return Plan(
        versions_of(workspace),
        belonging.spans_of(workspace, account_ids),
        overrides.overrides_of(workspace, account_ids),
    )
