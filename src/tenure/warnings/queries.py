"""Who needs somebody, in the order of what a timely step is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet, Sum

from tenure.accounts.models import Account, Person
from tenure.accounts.stakeholders import CHAMPION, USER
from tenure.feedback.models import Response
from tenure.health.models import Standing
from tenure.kit.prepared import Prepared
from tenure.metrics.models import MetricValue
from tenure.segments.rules import Rule
from tenure.segments.standpoint import Standpoint
from tenure.warnings.loss import Chance
from tenure.warnings.models import EarlyWarning, Priority
from tenure.warnings.priorities import chances
from tenure.warnings.rules import (
    CAUSES,
    DATA,
    GROWS,
    HEARD_DAYS,
    Cause,
    worth_of_growing,
    worth_of_saving,
)
from tenure.workspaces.access import Access

M = TypeVar("M", bound=Model)

TOP = 10


@dataclass(frozen=True)
class Reason:
    """An open warning, as it is read."""

    id: str
    cause: str
    says: str
    pill: str
    is_opportunity: bool
    opened_on: date


@dataclass(frozen=True)
class Need:
    """A customer who needs somebody: why, what to do, and what that is worth. None is "no data"."""

    account_id: str
    name: str
    owner: str
    band: str
    score: float | None
    arr_minor: int | None
    chance: Chance
    reasons: tuple[Reason, ...]
    is_by_hand: bool = False  # a person set the score, and so the band

    @property
    def lead(self) -> Cause:
        """The most urgent cause: it says the next step."""
        return CAUSES[self.reasons[0].cause]

    @property
    def quiet_days(self) -> int:
        """How long nothing is heard of it once the step is done."""
        return min(CAUSES[reason.cause].quiet_days for reason in self.reasons)

    @property
    def is_opportunity(self) -> bool:
        """Whether there is nothing to fear and something to win."""
        return all(reason.is_opportunity for reason in self.reasons)

    @property
    def gain_minor(self) -> float | None:
        """By how much they may grow, a year."""
        return None if self.arr_minor is None else self.arr_minor * GROWS

    @property
    def worth_minor(self) -> float | None:
        """What the next step is worth on average, a year: the order of the list."""
        if self.arr_minor is None:
            return None
        if self.is_opportunity:
            return worth_of_growing(self.arr_minor)
        return worth_of_saving(self.arr_minor, self.chance.share)


@dataclass(frozen=True)
class Sums:
    """Customers alike in size, danger and cause: how many, what they pay, how much of it is new."""

    is_small: bool
    is_at_risk: bool
    lead: str
    count: int
    arr: int | None
    new_arr: int | None
    known: int


@dataclass(frozen=True)
class Pool:
    """Small customers with the same most urgent cause, as one line."""

    cause: Cause
    count: int
    arr_minor: int | None


@dataclass(frozen=True)
class Fold:
    """Customers beyond those listed."""

    count: int
    arr_minor: int | None


@dataclass(frozen=True)
class Total:
    """All who need somebody. `arr_minor` is what those at risk pay a year, `new_arr_minor` the part of it
    whose first open warning came since yesterday; `unknown` of those at risk have no such figure.
    """

    count: int
    at_risk: int
    arr_minor: int | None
    new_arr_minor: int | None
    unknown: int
    growing: int


@dataclass(frozen=True)
class Worklist:
    """What a success manager works through: the top of the list, the rest in sums."""

    needs: list[Need]
    more: Fold
    pools: list[Pool]
    total: Total
    chances: Mapping[str, Chance]


@dataclass(frozen=True)
class Checked:
    """A cause, and whether there are data to look for it; else what would bring them."""

    cause: Cause
    missing: str = ""


@dataclass(frozen=True)
class Asked:
    """Whose needs are asked for: customers of `rule`, as of today; with `cause`, only those it leads."""

    access: Access
    standpoint: Standpoint
    rule: Rule = field(default_factory=Rule)
    cause: str = ""

    @property
    def places(self) -> QuerySet[Priority]:
        """Where they stand, in no order."""
        rows = of_meant(self.access, Priority, self.rule, self.standpoint)
        rows = rows.filter(visible_from__lte=self.standpoint.today)
        return rows.filter(lead=self.cause) if self.cause else rows


def of_meant(access: Access, model: type[M], rule: Rule, standpoint: Standpoint) -> QuerySet[M]:
    """The rows of a table that belong to a rule's accounts; the workspace's where everybody is meant.

    The accounts are the workspace's, so it is not asked for again: without statistics SQLite would start
    from all rows of the workspace, and not from the few accounts.
    """
    if not rule:
        return access.of(model)
    meant = access.of(Account).filter(rule.q(standpoint))
    return model._default_manager.filter(account_id__in=meant.values("pk"))


def visible(access: Access, today: date) -> QuerySet[EarlyWarning]:
    """Open warnings that nobody has put off or dealt with."""
    quiet = Q(snoozed_until__gt=today)
    return access.of(EarlyWarning).filter(~quiet | Q(snoozed_until=None), closed_on=None)


def waiting(access: Access, today: date) -> QuerySet[Priority]:
    """One row per account that needs somebody."""
    return access.of(Priority).filter(visible_from__lte=today)


def count_waiting(access: Access, today: date) -> int:
    """How many accounts of the whole workspace need somebody."""
    return sum(access.asked(_WAITING, today))


_WAITING = Prepared(
    Priority,
    lambda workspace_id, today: (
        Priority.objects.filter(workspace_id=workspace_id, visible_from__lte=today)
        .values("workspace_id")
        .annotate(count=Count("*"))
        .values_list("count", flat=True)
    ),
)


def needs(access: Access, standpoint: Standpoint, rule: Rule | None = None, most: int = TOP) -> list[Need]:
    """The customers who need somebody most, whatever their size."""
    asked = Asked(access, standpoint, rule or Rule())
    return _needs(asked, asked.places, most, chances(access))


def worklist(asked: Asked, most: int = TOP) -> Worklist:
    """The top of the list, the rest counted and added up, small customers pooled by cause."""
    by_band = chances(asked.access)
    pooled = not asked.cause  # a pool that was opened lists its small customers
    # `is_small__in`, since Django writes `=False` as NOT, which no index answers.
    sums = _sums(asked)
    listed = [one for one in sums if not (pooled and one.is_small)]
    top = _needs(asked, asked.places.filter(is_small__in=[False]) if pooled else asked.places, most, by_band)
    return Worklist(
        needs=top,
        more=_fold(listed, top),
        pools=_pools(one for one in sums if pooled and one.is_small),
        total=_total(sums),
        chances=by_band,
    )


def of_account(access: Access, account_id: str, today: date) -> list[Reason]:
    """An account's open warnings that are not quiet, most urgent first."""
    return _reasons(visible(access, today).filter(account_id=account_id))[account_id]


def need_of(access: Access, account_id: str, standpoint: Standpoint) -> Need | None:
    """One account's need, or None if it has none now."""
    if not access.has(Priority, account_id=account_id):  # most have none
        return None
    asked = Asked(access, standpoint)
    found = _needs(asked, asked.places.filter(pk=account_id), 1, chances(access))
    return found[0] if found else None


def checked(access: Access, today: date) -> list[Checked]:
    """Which causes can be looked for in this workspace: no warning is good news only about those."""
    heard = access.of(Standing).filter(last_active_on__gte=today - timedelta(days=HEARD_DAYS)).exists()
    there = {
        "events": heard,
        "seats": heard and access.of(MetricValue).filter(metric="seat_use").exists(),
        "renewals": access.of(Standing).filter(renews_on__isnull=False).exists(),
        "answers": access.of(Response).filter(survey="nps").exists(),
        "champions": access.of(Person).filter(part=CHAMPION).exists(),
        "people": heard or access.of(Person).exclude(part__in=("", USER)).exists(),
        "scores": access.of(Standing).filter(score__isnull=False).exists(),
    }
    return [Checked(cause, "" if there.get(cause.needs, True) else DATA[cause.needs]) for cause in CAUSES]


def _needs(asked: Asked, places: QuerySet[Priority], most: int, by_band: Mapping[str, Chance]) -> list[Need]:
    """The first of the places as needs, with all their reasons."""
    columns = ("band", "score", "arr_minor", "override_id")
    paths = ("account__name", "account__owner", *(f"account__standing__{one}" for one in columns))
    rows = list(places.order_by("-sort_key", "pk").values_list("pk", *paths)[:most])
    open_now = visible(asked.access, asked.standpoint.today)
    reasons = _reasons(open_now.filter(account_id__in=[row[0] for row in rows]))
    return [
        Need(
            account_id=key,
            name=name,
            owner=owner,
            band=band or "",
            score=score,
            arr_minor=arr,
            chance=by_band[band or ""],
            reasons=tuple(reasons[key]),
            is_by_hand=hand is not None,
        )
        for key, name, owner, band, score, arr, hand in rows
        if key in reasons  # handled since the first query
    ]


def _reasons(warnings: QuerySet[EarlyWarning]) -> dict[str, list[Reason]]:
    """Warnings by account, dangers before chances, most urgent first."""
    columns = ("pk", "cause", "says", "pill", "is_opportunity", "opened_on")
    found: dict[str, list[Reason]] = defaultdict(list)
    for key, *about in warnings.order_by("is_opportunity", "rank").values_list("account_id", *columns):
        found[key].append(Reason(*about))
    return found


def _sums(asked: Asked) -> list[Sums]:
    """Count and ARR by size, danger and cause, in one pass over the narrow rows."""
    new = Q(since__gte=asked.standpoint.today - timedelta(days=1))
    rows = asked.places.order_by().values_list("is_small", "is_at_risk", "lead")
    arr = "arr_minor"
    return [
        Sums(*row)
        for row in rows.annotate(
            count=Count("*"), arr=Sum(arr), new_arr=Sum(arr, filter=new), known=Count(arr)
        )
    ]


def _added(sums: Iterable[int | None]) -> int | None:
    """The sum of what is known; None if nothing is."""
    known = [one for one in sums if one is not None]
    return sum(known) if known else None


def _fold(sums: Sequence[Sums], top: Sequence[Need]) -> Fold:
    """What is left of the listed ones below the top."""
    count = sum(one.count for one in sums) - len(top)
    arr = (_added(one.arr for one in sums) or 0) - (_added(need.arr_minor for need in top) or 0)
    return Fold(max(count, 0), arr or None)


def _pools(sums: Iterable[Sums]) -> list[Pool]:
    """Small customers by their most urgent cause, the most money first."""
    found = [Pool(CAUSES[one.lead], one.count, one.arr) for one in sums if one.lead in CAUSES]
    return sorted(found, key=lambda pool: -(pool.arr_minor or 0))


def _total(sums: Sequence[Sums]) -> Total:
    """Everybody, counted and added up."""
    risks = [one for one in sums if one.is_at_risk]
    return Total(
        count=sum(one.count for one in sums),
        at_risk=sum(one.count for one in risks),
        arr_minor=_added(one.arr for one in risks),
        new_arr_minor=_added(one.new_arr for one in risks),
        unknown=sum(one.count - one.known for one in risks),
        growing=sum(one.count for one in sums if not one.is_at_risk),
    )
