"""Reads of health: how an account stands, stood, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenure.accounts.models import Account
from tenure.accounts.queries import within
from tenure.health import belonging, changes, rules
from tenure.health import history as histories
from tenure.health.changes import Change, Story
from tenure.health.history import Day
from tenure.health.models import Standing
from tenure.health.overrides import Override
from tenure.health.plan import plan_of
from tenure.health.profile import DEFAULT, Profile
from tenure.health.rating import Rating, rate
from tenure.health.scoring import Item, Score
from tenure.kit import clock
from tenure.metrics import wording
from tenure.metrics.tables import open_tables
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace

COMPARED_DAYS = 28
TOLD = 0.005  # points of the score; what is less is not listed


def standing(access: Access, account_id: str) -> Standing | None:
    """How an account stands as of the last refresh; None before the first."""
    account = access.get(Account, account_id)
    return access.of(Standing).filter(account=account).select_related("override").first()


def profile_of(access: Access, account_id: str) -> Profile:
    """The profile an account has today, in the version in force."""
    account = access.get(Account, account_id)
    return plan_of(access.workspace, [account.pk]).profile_of(account.pk, clock.today(access.workspace.zone))


def history(access: Access, account_id: str) -> list[Day]:
    """An account's daily scores, oldest first, as last computed."""
    account = access.get(Account, account_id)
    return histories.of_account(access.workspace.id, account.pk)


def bands(access: Access, account_ids: Collection[str], as_of: date) -> dict[str, str | None]:
    """Bands of accounts as of a day: as they stand, from the history, or worked out where it has none."""
    if as_of >= clock.today(access.workspace.zone):
        found: dict[str, str | None] = dict(access.of(Standing).values_list("account_id", "band"))
    else:
        found = histories.bands(access.workspace.id, as_of)
    return (
        {one: found.get(one) or None for one in account_ids} if found else _rated(access, account_ids, as_of)
    )


def _rated(access: Access, account_ids: Collection[str], as_of: date) -> dict[str, str | None]:
    ids = within(access, account_ids)
    if not ids:
        return {}
    with open_tables(access.workspace, ids) as tables:
        rating = rate(tables, plan_of(access.workspace, ids), [as_of], ids)
    return {
        one: str(band) if band else None for one, band in zip(rating.account_ids, rating.bands, strict=True)
    }


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
class Other:
    """What moved a score beside its measures: another profile, or a person. Lines are its own parts."""

    title: str
    says: str
    change: float
    lines: tuple[tuple[str, str, float], ...] = ()  # measure, what became of it, points


@dataclass(frozen=True)
class Explanation:
    """Why a score is what it is, and why it changed: the changes of lines and others sum to `change`."""

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
    others: tuple[Other, ...] = ()
    belongs: str = ""  # why it has its profile
    override: Override | None = None

    @property
    def profile(self) -> Profile:
        """The profile in force as of the day."""
        return self.score.profile

    @property
    def marked(self) -> str:
        """`outcomes only`, `no data` and the like; empty where both sides have data."""
        return self.score.basis.says


def explain(
    access: Access, account_id: str, as_of: date | None = None, since: date | None = None
) -> Explanation:
    """An account's score as of a day (today) against an earlier one (28 days before).

    Each by the profile that was the account's on that day, in the version in force then.
    """
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
    days = sorted({since, as_of})
    with open_tables(access.workspace, account_ids) as tables:
        rating = rate(tables, plan_of(access.workspace, account_ids), days, account_ids)
    found = [
        _explanation(access, known[account_id], rating, row * len(days), len(days))
        for row, account_id in enumerate(rating.account_ids)
        if account_id in known
    ]
    return sorted(found, key=lambda one: (one.name, one.external_id))


def _explanation(access: Access, account: Account, rating: Rating, row: int, step: int) -> Explanation:
    last = row + step - 1
    before, now = rating.read(row), rating.read(last)
    known = () if before.profile == now.profile else (rating.known(row), rating.known(last))
    told = changes.story(before, now, *known)
    lines = _lines(before, now, told, access.workspace.currency)
    override = rating.plan.override(account.pk, rating.days[-1]) if now.given is not None else None
    return Explanation(
        account_id=account.pk,
        external_id=account.external_id,
        name=account.name,
        as_of=rating.days[-1],
        since=rating.days[0],
        score=now,
        before=before,
        change=changes.difference(before, now),
        lines=lines,
        weakest=max(lines, key=lambda line: line.pulls_down) if now.weakest else None,
        coverage=rules.coverage_sentence(now),
        others=tuple(_others(before, now, told)),
        belongs=_belongs(access.workspace, now.profile, rating.days[-1]),
        override=override,
    )


def _lines(before: Score, now: Score, told: Story | None, currency: str) -> tuple[Line, ...]:
    """A line per measure of today's profile, and of those that only moved under the profile of then."""
    moved = {one.item.part.metric.name: one for one in told.measures} if told else {}
    old = {item.part.metric.name: item for item in before.items}
    here = {item.part.metric.name: item for item in now.items}
    gone = {name: change.item for name, change in moved.items() if name not in here}
    return tuple(
        _line(old.get(name), item, moved.get(name), told is not None, currency)
        for name, item in {**here, **gone}.items()
    )


def _line(old: Item | None, new: Item, change: Change | None, is_told: bool, currency: str) -> Line:
    metric = new.part.metric
    before = change.before if change else old
    return Line(
        metric=metric.name,
        title=metric.title,
        side=new.part.side,
        dimension=new.part.dimension,
        value=new.value,
        says=wording.figure(metric, new.value, currency),
        says_before=wording.figure(metric, before.value if before else None, currency),
        points=new.points,
        weight=new.weight,
        pulls_down=new.pulls_down,
        change=change.change if change else 0.0 if is_told else None,
        because=rules.because(change) if change else "",
        missing=metric.missing if new.points is None else "",
    )


def _others(before: Score, now: Score, told: Story | None) -> Iterator[Other]:
    """The profile's part in a change, and that of people who set the score."""
    if told and told.profile:
        old, new = before.profile, now.profile
        lines = tuple(
            (one.item.part.metric.title, rules.because_of_profile(one, old, new), one.change)
            for one in told.profile
            if abs(one.change) >= TOLD
        )
        says = f"{old.title} v{old.version} before, {new.title} v{new.version} now"
        yield Other("The profile changed", says, sum(one.change for one in told.profile), lines)
    if told and (before.given is not None or now.given is not None):
        yield Other("Set by hand", rules.by_hand(before, now), told.override)


def _belongs(workspace: Workspace, profile: Profile, day: date) -> str:
    """Why an account has its profile: the rule that fits."""
    if profile.name == DEFAULT:
        return "the default, since no other profile is for them"
    return f"the first that fits: {profile.rule.says(belonging.standpoint_of(workspace, day))}"
