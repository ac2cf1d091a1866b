"""Scores that people know better: set with a reason, for a time, and marked as such wherever they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction

from tenure.accounts.models import Account
from tenure.health.belonging import FEW
from tenure.health.models import HealthOverride, Standing
from tenure.health.profile import Profile
from tenure.health.scoring import Basis
from tenure.health.versions import versions_of
from tenure.kit import changes, clock, live, outbox
from tenure.kit.facts import RecordsChanged
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

LONGEST = 366  # days that an override may hold
MOST_REASON = 300
TOPIC = "accounts"


class Override(NamedTuple):
    """A score set by a person; it holds from `starts_on` until the day before `ends_on`."""

    id: str
    score: float
    reason: str
    who: str
    starts_on: date
    ends_on: date

    @property
    def last_day(self) -> date:
        """The last day it holds."""
        return self.ends_on - timedelta(days=1)


class NotPossible(ValueError):
    """An override that cannot be; `field` is the one to mend, the text says how."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field


def overrides_of(
    workspace: Workspace, account_ids: Collection[str] | None = None
) -> dict[str, list[Override]]:
    """What people overrode, by account (None: of all), oldest first."""
    rows = HealthOverride.objects.filter(workspace=workspace)
    if account_ids is not None and len(account_ids) <= FEW:
        rows = rows.filter(account_id__in=account_ids)
    found: defaultdict[str, list[Override]] = defaultdict(list)
    for row in rows.order_by("recorded_at"):
        found[row.account_id].append(of_row(row))
    return dict(found)


def of_row(row: HealthOverride) -> Override:
    """A row as a value."""
    return Override(row.pk, row.score, row.reason, row.who, row.starts_on, row.ends_on)


def middle(profile: Profile, band: str) -> float:
    """The score that stands for a band of which no score was said."""
    bands = profile.bands
    ends = {"good": (bands.good, 100.0), "fair": (bands.fair, bands.good), "poor": (0.0, bands.fair)}
    return sum(ends[band]) / 2


def asked_score(profile: Profile, band: str, score: str) -> float:
    """The score that a form asks for: the one given, which must lie in the band, or the band's middle."""
    if not score.strip():
        if band not in ("good", "fair", "poor"):
            raise NotPossible("band", "choose good, fair or poor, or give a score from 0 to 100")
        return middle(profile, band)
    try:
        value = float(score.replace(",", "."))
    except ValueError:
        raise NotPossible("score", "give a number from 0 to 100") from None
    if not 0 <= value <= 100:
        raise NotPossible("score", "give a number from 0 to 100")
    if band and profile.band(value) != band:
        raise NotPossible("score", f"{value:g} is {profile.band(value)}, not {band}; change one of the two")
    return value


@transaction.atomic
def set_override(
    access: Access, account_id: str, score: float, reason: str, last_day: date
) -> HealthOverride:
    """Have a score count instead of the computed one, from today until the end of `last_day`.

    One that holds already ends. NotPossible without a reason, or where the last day is not within a year.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    today = clock.today(access.workspace.zone)
    reason = " ".join(reason.split())
    if not reason or len(reason) > MOST_REASON or "\0" in reason:
        raise NotPossible("reason", f"say why, in 1 to {MOST_REASON} letters")
    if not today <= last_day <= today + timedelta(days=LONGEST):
        raise NotPossible("until", "choose a day from today on and within a year")
    _end(access, account, today)
    row = HealthOverride.objects.create(
        workspace=access.workspace,
        account=account,
        score=score,
        reason=reason,
        who=access.who,
        starts_on=today,
        ends_on=last_day + timedelta(days=1),
    )
    access.log("overrode a score", f"{account.name}: {score:g} until {last_day}: {reason}")
    _show(access, account, row)
    return row


@transaction.atomic
def end_override(access: Access, account_id: str) -> bool:
    """Have the computed score count again from today on; whether there was something to end."""
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    ended = _end(access, account, clock.today(access.workspace.zone))
    if ended:
        access.log("ended an override", account.name)
        _show(access, account, None)
    return ended


def _end(access: Access, account: Account, today: date) -> bool:
    """End what holds; the days it held before today keep it."""
    rows = access.of(HealthOverride).filter(account=account, ends_on__gt=today)
    return bool(rows.update(ends_on=today, ended_by=access.who))


def _show(access: Access, account: Account, row: HealthOverride | None) -> None:
    """Have lists show it at once; history and warnings follow with the refresh that the fact asks for."""
    today = clock.today(access.workspace.zone)
    standing = access.of(Standing).filter(account=account).first()
    if standing and standing.basis != Basis.FORMER:
        profile = versions_of(access.workspace).on(standing.profile, today)
        standing.score = row.score if row else standing.computed
        standing.band, standing.override = profile.band(standing.score), row
        standing.save(update_fields=["score", "band", "override"])
    fact = RecordsChanged(
        workspace_id=access.workspace.id,
        table="health_override",
        account_ids=(account.pk,),
        first_day=today.isoformat(),
    )
    outbox.record(fact)
    changes.touch(access.workspace.id, fact.table)
    live.publish(access.workspace.id, TOPIC, [account.pk])
