"""Writes about goals: what a source says becomes stands as of days, corrections become versions."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

from django.db import transaction

from tenure.accounts.actions import Upserted, accounts_told_of
from tenure.kit import announcing, bulk, clock, upserts
from tenure.kit.columns import Columns
from tenure.plans.models import Goal, GoalVersion
from tenure.plans.rules import NAMES, Stand, Step, problem, step_of
from tenure.workspaces.models import Workspace


@dataclass(frozen=True, kw_only=True)
class GoalRow(Stand):
    """What a source says about one goal as of a day; ids are the source's own."""

    goal_id: str

    def stand(self) -> Stand:
        """The same, without whose id it stands under."""
        return Stand(**{name: getattr(self, name) for name in NAMES})


_GOALS = upserts.Versioned(Goal, GoalVersion, "goal_id")
_PROVED = ("aim", "start_value", "target_value", "weight", "status")
_LASTING = [name for name in NAMES if name not in ("value", "effective_on")]
_DAY = itemgetter(NAMES.index("effective_on"))


@dataclass
class _Changes:
    """What one chunk of rows leads to, gathered before it is written."""

    added: int = 0
    changed: int = 0
    versions: list[GoalVersion] = field(default_factory=list)
    superseded: list[GoalVersion] = field(default_factory=list)


def upsert_goal_columns(workspace: Workspace, told: Columns[GoalRow]) -> Upserted:
    """Write down how goals stood as of days. Counts are of rows: added are those of new goals.

    Saying the same again changes nothing; no row is made of those that are new or the same. Accounts not
    known yet are added bare. Raises ValueError, before anything is written, for a goal that nobody can be
    said to have reached.
    """
    for ref, *said in zip(told["goal_id"], *(told[name] for name in _PROVED), strict=True):
        if wrong := problem(*said):
            raise ValueError(f"goal {ref!r}: {wrong}")
    accounts = accounts_told_of(workspace, told["account_id"])
    ours = Columns(GoalRow, {**told.said, "account_id": accounts}).sorted_by("goal_id", "effective_on")
    total = Upserted()
    for chunk in ours.chunks():
        total += _upsert(workspace, chunk)
    return total


@transaction.atomic(savepoint=False)
def _upsert(workspace: Workspace, told: Columns[GoalRow]) -> Upserted:
    """Of our accounts, by goal and day."""
    refs = told["goal_id"]
    known = _GOALS.known(workspace.id, refs, ["account_id"], NAMES)
    new, same = _new(told, known), _same(told, known)
    done = Upserted(same=sum(same), ids={ref: one.id for ref, one in known.items()})
    add, follow = partial(_add, workspace), partial(_follow, workspace)
    return sum(upserts.each_its_way(told, new, same, add, follow), done)


def _same(told: Columns[GoalRow], known: Mapping[str, upserts.Known]) -> list[bool]:
    """Of each row, whether it and all others of its goal say nothing new."""
    refs = told["goal_id"]
    if not known:
        return [False] * len(refs)
    stands = {ref: sorted(one.said, key=_DAY) for ref, one in known.items()}
    rows = zip(refs, told["account_id"], _GOALS.as_kept(told.said, NAMES), strict=True)
    differing = {
        ref
        for ref, account, said in rows
        if ref not in known or known[ref].own != (account,) or not _is_known(said, stands[ref])
    }
    return [ref not in differing for ref in refs]


def _is_known(said: upserts.Kept, stands: Sequence[upserts.Kept]) -> bool:
    """Whether a goal stood like that already on the day; a value that is left out is as it was."""
    at = bisect_right(stands, _DAY(said), key=_DAY) - 1
    if at < 0 or stands[at] == said:
        return at >= 0
    return all(
        one == other or name == "effective_on" or (name == "value" and one is None)
        for name, one, other in zip(NAMES, said, stands[at], strict=True)
    )


def _new(told: Columns[GoalRow], known: Mapping[str, upserts.Known]) -> list[bool]:
    """Of each row, whether it tells of a goal that is not known yet and no other of the same day of it."""
    refs = told["goal_id"]
    once = upserts.told_once(list(zip(refs, told["effective_on"], strict=True)))
    corrected = {ref for ref, is_once in zip(refs, once, strict=True) if not is_once}
    return [ref not in known and ref not in corrected for ref in refs]


def _add(workspace: Workspace, new: Columns[GoalRow]) -> Upserted:
    """Add goals that are not known yet; how they stood counts from the day of which it is told."""
    told, length = _stood(new), len(new)
    refs, days, now = told["goal_id"], told["effective_on"], clock.now()
    recorded = {day: _recorded_at(day, workspace.zone, now) for day in set(days)}
    accounts = dict(zip(new["goal_id"], new["account_id"], strict=True))  # the last that is told of
    things = {"external_id": list(accounts), "account_id": list(accounts.values())}
    said = {**told.some(NAMES), "recorded_at": [recorded[day] for day in days]}
    ids = _GOALS.add(workspace.id, things, refs, said)
    announcing.records_changed(workspace.id, "goal", told["account_id"], min(days))
    return Upserted(len(ids), len(refs) - len(ids), length - len(refs), ids)


def _stood(new: Columns[GoalRow]) -> Columns[GoalRow]:
    """How new goals stood, without the days on which nothing new is said; what is left out is as it was."""
    values, is_news = list(new["value"]), []
    rest = list(zip(new["goal_id"], *(new[name] for name in _LASTING), strict=True))
    for at, said in enumerate(rest):
        is_same_goal = at > 0 and rest[at - 1][0] == said[0]
        if is_same_goal and values[at] is None:
            values[at] = values[at - 1]
        is_news.append(not is_same_goal or (said, values[at]) != (rest[at - 1], values[at - 1]))
    return Columns(GoalRow, {**new.said, "value": values}).where(is_news)


def _follow(workspace: Workspace, rows: Sequence[GoalRow]) -> Upserted:
    """Work out what rows say of goals that are there, or of which they tell more than once."""
    goals, new = _goals(workspace, {row.goal_id: row.account_id for row in rows})
    on_record = _on_record(workspace, [one for ref, one in goals.items() if ref not in new])
    found = _Changes()
    for row in rows:
        goal = goals[row.goal_id]
        step = step_of([_stand(one) for one in on_record[goal.pk]], row.stand())
        if step is None:
            continue
        on_record[goal.pk] = _apply(workspace, goal, on_record[goal.pk], step, found)
        found.added, found.changed = (
            found.added + (row.goal_id in new),
            found.changed + (row.goal_id not in new),
        )
        new.discard(row.goal_id)
    _save(workspace, found)
    ids = {ref: one.pk for ref, one in goals.items()}
    return Upserted(found.added, found.changed, len(rows) - found.added - found.changed, ids)


def _goals(workspace: Workspace, accounts: Mapping[str, str]) -> tuple[dict[str, Goal], set[str]]:
    """Goals by the source's id, and which of them are new; moved ones are saved."""
    found = upserts.there(Goal, workspace.id, accounts)
    new = accounts.keys() - found.keys()
    moved = []
    for ref, account_id in accounts.items():
        one = found.get(ref) or bulk.new(Goal, workspace_id=workspace.id, external_id=ref)
        found[ref] = one
        if one.account_id != account_id:
            one.account_id = account_id
            moved.append(one)
    bulk.save(moved, ["id"], ["account"])
    return found, set(new)


def _on_record(workspace: Workspace, goals: Collection[Goal]) -> defaultdict[str, list[GoalVersion]]:
    """The versions in force of these goals."""
    found: defaultdict[str, list[GoalVersion]] = defaultdict(list)
    ids = [one.pk for one in goals]
    if not ids:
        return found
    for version in GoalVersion.objects.filter(workspace=workspace, goal__in=ids, superseded_at=None):
        found[version.goal_id].append(version)
    return found


def _stand(version: GoalVersion) -> Stand:
    return Stand(**{name: getattr(version, name) for name in NAMES})


def _apply(
    workspace: Workspace, goal: Goal, on_record: Sequence[GoalVersion], step: Step, found: _Changes
) -> list[GoalVersion]:
    """Gather one step's rows; gives the versions in force after it."""
    now = clock.now()
    recorded_at = _recorded_at(step.stand.effective_on, workspace.zone, now) if step.is_history else now
    kept = []
    for one in on_record:
        if step.replaces is None or one.effective_on != step.replaces.effective_on:
            kept.append(one)
            continue
        one.superseded_at = recorded_at
        if one not in found.versions:
            found.superseded.append(one)
    version = bulk.new(
        GoalVersion, workspace_id=workspace.id, goal_id=goal.pk, recorded_at=recorded_at, **vars(step.stand)
    )
    found.versions.append(version)
    return [*kept, version]


def _recorded_at(day: date, zone: str, now: datetime) -> datetime:
    """Noon of the day, so that it is the same day however days are cut; never later than now."""
    return min(datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)), now)


def _save(workspace: Workspace, found: _Changes) -> None:
    if not found.versions:
        return
    bulk.save(found.superseded, ["id"], ["superseded_at"])
    bulk.add(found.versions)
    first = min(one.effective_on for one in found.versions)
    concerned = (one.account_id for one in [*found.versions, *found.superseded])
    announcing.records_changed(workspace.id, "goal", concerned, first)
