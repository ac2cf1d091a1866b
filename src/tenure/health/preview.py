"""What a draft would change: every account scored by the profiles in force and by those with the draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tenure.accounts.models import Account
from tenure.health import belonging, changes, rules
from tenure.health.models import HealthOverride
from tenure.health.profile import Profile
from tenure.health.rating import LIVE
from tenure.health.scoring import Floats, score_many, score_one
from tenure.health.versions import Versions, versions_of
from tenure.kit import clock
from tenure.metrics.models import MetricValue
from tenure.metrics.queries import latest
from tenure.workspaces.access import Access

MOST_LISTED = 100
NOTICEABLE = 0.05  # points of the score; what is less has not moved
BANDS = ("good", "fair", "poor", "")


@dataclass(frozen=True)
class Moved:
    """An account whose score would change: from what to what, and by which part most."""

    account_id: str
    name: str
    profile_before: str
    profile: str
    before: float | None
    after: float | None
    band_before: str
    band: str
    part: str

    @property
    def changes_band(self) -> bool:
        """Whether it would be in another band."""
        return self.band != self.band_before


@dataclass(frozen=True)
class Preview:
    """How all accounts stand now and would stand; `flows` counts them by band before and after."""

    accounts: int
    flows: Mapping[tuple[str, str], int]
    rescored: int  # with another score
    touched: int  # with another score or band
    belongs: int  # accounts that would have the draft's profile
    coverage_before: float | None  # mean over the accounts that have, or would have, the profile
    coverage: float | None
    moved: tuple[Moved, ...]

    @property
    def change_band(self) -> int:
        """How many would be in another band."""
        return sum(count for (before, after), count in self.flows.items() if before != after)

    @property
    def more(self) -> int:
        """How many are touched beside those listed."""
        return self.touched - len(self.moved)


@dataclass(frozen=True)
class _Side:
    """All accounts as some profiles have them."""

    profiles: NDArray[np.object_]
    score: Floats
    bands: NDArray[np.object_]
    coverage: Floats


def preview(access: Access, draft: Profile) -> Preview:
    """What saving a draft would change today, from the figures of the last refresh."""
    versions, today = versions_of(access.workspace), clock.today(access.workspace.zone)
    return compare(access, versions, versions.with_draft(draft, today), draft.name)


def preview_of_removal(access: Access, name: str) -> Preview:
    """What removing a profile would change today."""
    versions, today = versions_of(access.workspace), clock.today(access.workspace.zone)
    return compare(access, versions, versions.without(name, today), name)


def compare(access: Access, old: Versions, new: Versions, name: str) -> Preview:
    """All accounts under two sets of profiles; `name` is the one whose coverage is told."""
    today = clock.today(access.workspace.zone)
    names = dict(access.of(Account).values_list("pk", "name"))
    ids, profiles = list(names), (old.in_force(today), new.in_force(today))
    wanted = {metric.name for one in (*profiles[0], *profiles[1]) for metric in one.metrics}
    values, is_former = latest(access, ids, wanted), _former(access, ids)
    given, whose = _given(access, ids, today), _Belonging(access, ids, today)
    before, after = (_side(some, whose.of(some), values, given, is_former) for some in profiles)
    rescored = _differ(before.score, after.score)
    moved = np.flatnonzero(rescored | (before.bands != after.bands))
    ordered = _by_weight(moved, before, after)
    is_mine = [np.array([one.name == name for one in side.profiles], dtype=bool) for side in (before, after)]
    concerned = is_mine[0] | is_mine[1]
    return Preview(
        accounts=len(ids),
        flows=Counter(zip(before.bands.tolist(), after.bands.tolist(), strict=True)),
        rescored=int(rescored.sum()),
        touched=len(moved),
        belongs=int(is_mine[1].sum()),
        coverage_before=_mean(before.coverage[concerned]),
        coverage=_mean(after.coverage[concerned]),
        moved=tuple(_moved(ids, names, row, before, after, values) for row in ordered[:MOST_LISTED]),
    )


class _Belonging:
    """Who has which profile under some profiles; asked once for those that are for the same accounts."""

    def __init__(self, access: Access, ids: Sequence[str], today: date) -> None:
        self.access, self.ids, self.today = access, ids, today
        self.known: dict[tuple[tuple[str, tuple[str, ...]], ...], NDArray[np.object_]] = {}

    def of(self, profiles: Sequence[Profile]) -> NDArray[np.object_]:
        """The name of each account's profile."""
        key = tuple((one.name, one.accounts) for one in profiles)
        if key not in self.known:
            self.known[key] = self._asked(profiles)
        return self.known[key]

    def _asked(self, profiles: Sequence[Profile]) -> NDArray[np.object_]:
        if len(profiles) == 1:
            return np.full(len(self.ids), profiles[0].name, dtype=object)
        standpoint = belonging.standpoint_of(self.access.workspace, self.today)
        whose = belonging.chosen(self.access.of(Account), profiles, standpoint)
        return np.array([whose.get(account_id, "") for account_id in self.ids], dtype=object)


def _former(access: Access, ids: Sequence[str]) -> NDArray[np.bool_]:
    """Who paid before and pays nothing now, and so has no score."""
    rows = access.of(MetricValue).filter(metric=LIVE.name, value=0).values_list("account_id", flat=True)
    gone = set(rows)
    return np.array([account_id in gone for account_id in ids], dtype=bool)


def _given(access: Access, ids: Sequence[str], today: date) -> Floats:
    """Scores that people set and that hold today; NaN for the others."""
    rows = access.of(HealthOverride).filter(starts_on__lte=today, ends_on__gt=today)
    set_ = dict(rows.order_by("recorded_at").values_list("account_id", "score"))
    return np.array([set_.get(account_id, np.nan) for account_id in ids], dtype=np.float64)


def _side(
    profiles: Sequence[Profile],
    names: NDArray[np.object_],
    values: Mapping[str, Floats],
    given: Floats,
    is_former: NDArray[np.bool_],
) -> _Side:
    found = _Side(
        np.empty(len(names), dtype=object),
        np.full(len(names), np.nan),
        np.full(len(names), "", dtype=object),
        np.full(len(names), np.nan),
    )
    for profile in profiles:
        rows = np.flatnonzero(names == profile.name)
        scores = score_many(profile, np.column_stack([values[one.name][rows] for one in profile.metrics]))
        counted = np.where(np.isnan(given[rows]), scores.score, given[rows])
        counted = np.where(is_former[rows], np.nan, counted)
        found.profiles[rows] = profile
        found.score[rows] = counted
        found.bands[rows] = profile.bands_of(counted)
        found.coverage[rows] = np.where(is_former[rows], np.nan, scores.coverage)
    return found


def _differ(before: Floats, after: Floats) -> NDArray[np.bool_]:
    came_or_went: NDArray[np.bool_] = np.isnan(before) != np.isnan(after)
    moved: NDArray[np.bool_] = np.abs(np.nan_to_num(after) - np.nan_to_num(before)) >= NOTICEABLE
    return came_or_went | moved


def _by_weight(rows: NDArray[np.int64], before: _Side, after: _Side) -> list[int]:
    """Those that change band first, then by how far the score moves."""
    change = np.abs(np.nan_to_num(after.score[rows]) - np.nan_to_num(before.score[rows]))
    order = np.lexsort((-change, before.bands[rows] == after.bands[rows]))
    return [int(row) for row in rows[order]]


def _mean(numbers: Floats) -> float | None:
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if len(known) else None


def _moved(
    ids: Sequence[str],
    names: Mapping[str, str],
    row: int,
    before: _Side,
    after: _Side,
    values: Mapping[str, Floats],
) -> Moved:
    old, new = before.profiles[row], after.profiles[row]
    return Moved(
        account_id=ids[row],
        name=names[ids[row]],
        profile_before=old.title,
        profile=new.title,
        before=_number(before.score[row]),
        after=_number(after.score[row]),
        band_before=before.bands[row],
        band=after.bands[row],
        part=_part(old, new, {name: _number(column[row]) for name, column in values.items()}),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _part(old: Profile, new: Profile, values: Mapping[str, float | None]) -> str:
    """The measure that moves the score most, and what the draft does to it."""
    parts = changes.decompose(score_one(old, values), score_one(new, values))
    most = max(parts, key=lambda one: abs(one.change), default=None)
    if most is None or abs(most.change) < NOTICEABLE:
        return "" if old.bands == new.bands else "the bands"
    return f"{most.item.part.metric.title} {rules.because_of_profile(most, old, new)}"
