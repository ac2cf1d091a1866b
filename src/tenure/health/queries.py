"""Reads of health: how an account stands, stood, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from tenure.accounts.models import Account
from tenure.accounts.queries import within
from tenure.health import history as histories
from tenure.health import profile as profiles
from tenure.health import rules, scoring
from tenure.health.history import Day
from tenure.health.models import HealthProfile, Standing
from tenure.health.profile import Profile
from tenure.health.rating import rate
from tenure.health.scoring import Change, Item, Score
from tenure.kit import clock
from tenure.metrics import wording
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

COMPARED_DAYS = 28


def profile_of(workspace: Workspace) -> Profile:
    """The profile in force: the workspace's newest version, else the shipped one."""
    row = HealthProfile.objects.filter(workspace=workspace).order_by("-version").first()
    return profiles.read(row.body) if row else profiles.default()


def standing(access: Access, account_id: str) -> Standing | None:
    """How an account stands as of the last refresh; None before the first."""
    account = access.get(Account, account_id)
    return access.of(Standing).filter(account=account).first()


def history(access: Access, account_id: str) -> list[Day]:
    """An account's daily scores, oldest first, as last computed."""
    account = access.get(Account, account_id)
    return histories.of_account(access.workspace.id, account.pk)


@dataclass(frozen=True)
class Line:
    """One metric's part in a score and in its change. Points and weight are those of now."""

    metric: str
    title: str
    side: str
    dimension: str
    value: float | None
    says: str  # the value as it is written, or "no data"
    says_before: str
    points: float | None
    weight: float  # effective: what it counts now, 0 without data
    pulls_down: float  # points of the score that it would give at its best and does not
    change: float | None  # its part of the score's change; None where there is no change to explain
    because: str
    missing: str  # what would supply the data; empty where there are any


@dataclass(frozen=True)
class Explanation:
    """Why a score is what it is, and why it changed: the lines' changes sum to `change`."""

    account_id: str
    external_id: str
    name: str
    as_of: date
    since: date
    score: Score
    before: Score
    change: float | None
    lines: tuple[Line, ...]
    weakest: Line | None
    coverage: str

    @property
    def marked(self) -> str:
        """`outcomes only`, `no data` and the like; empty where both sides have data."""
        return self.score.basis.says


def explain(
    access: Access, account_id: str, as_of: date | None = None, since: date | None = None
) -> Explanation:
    """An account's score as of a day (today) against an earlier one (28 days before), by today's profile."""
    account = access.get(Account, account_id)
    return explanations(access, [account.pk], as_of, since)[0]


def explanations(
    access: Access,
    account_ids: Collection[str] | None = None,
    as_of: date | None = None,
    since: date | None = None,
) -> list[Explanation]:
    """The same for many accounts (None: all), by name. ValueError if `since` is after `as_of`."""
    as_of = as_of or clock.today(access.workspace.zone)
    since = since or as_of - timedelta(days=COMPARED_DAYS)
    if since > as_of:
        raise ValueError(f"{since} is after {as_of}; a change goes from an earlier day to a later one")
    account_ids = within(access, account_ids)
    accounts = access.of(Account) if account_ids is None else access.of(Account).filter(pk__in=account_ids)
    known = {account.pk: account for account in accounts}
    with open_tables(access.workspace, account_ids) as tables:
        rating = rate(tables, profile_of(access.workspace), sorted({since, as_of}), account_ids)
    currency, step = access.workspace.currency, 2 if since < as_of else 1
    ids = rating.values["account_id"].to_pylist()
    found = [
        _explanation(
            known[ids[row]], (since, as_of), (rating.score(row), rating.score(row + step - 1)), currency
        )
        for row in range(0, len(rating), step)
        if ids[row] in known
    ]
    return sorted(found, key=lambda one: (one.name, one.external_id))


def _explanation(
    account: Account, days: tuple[date, date], scores: tuple[Score, Score], currency: str
) -> Explanation:
    (since, as_of), (before, now) = days, scores
    changes = scoring.decompose(before, now)
    lines = tuple(
        _line(old, new, change, currency)
        for old, new, change in zip_longest(before.items, now.items, changes)
    )
    return Explanation(
        account_id=account.pk,
        external_id=account.external_id,
        name=account.name,
        as_of=as_of,
        since=since,
        score=now,
        before=before,
        change=scoring.difference(before, now),
        lines=lines,
        weakest=max(lines, key=lambda line: line.pulls_down) if now.weakest else None,
        coverage=rules.coverage_sentence(now),
    )


def _line(old: Item, new: Item, change: Change | None, currency: str) -> Line:
    metric = new.part.metric
    return Line(
        metric=metric.name,
        title=metric.title,
        side=new.part.side,
        dimension=new.part.dimension,
        value=new.value,
        says=wording.figure(metric, new.value, currency),
        says_before=wording.figure(metric, old.value, currency),
        points=new.points,
        weight=new.weight,
        pulls_down=new.pulls_down,
        change=change.change if change else None,
        because=rules.because(change) if change else "",
        missing=metric.missing if new.points is None else "",
    )
