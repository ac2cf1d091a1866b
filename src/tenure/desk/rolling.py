"""Figures of a family: an account with all that stand below it, taken together, each in its own way.

Sums where a sum means something (ARR, seats, open tickets), distinct people where somebody may use several
accounts, and of scores the mean weighted by ARR.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import pyarrow as pa
from django.db import transaction
from django.db.models import Count

from tenure.accounts import families
from tenure.accounts.models import Account
from tenure.accounts.queries import in_chunks
from tenure.conversations.models import TicketVersion
from tenure.desk.models import RollUp
from tenure.events import views
from tenure.health.models import Standing
from tenure.health.profile import DEFAULT
from tenure.health.versions import versions_of
from tenure.kit import clock
from tenure.revenue import products
from tenure.revenue.models import RunningTerm
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.models import Workspace

DAYS = 28  # in which people count as active
MANY = 2000  # accounts from which on all families are looked at
MOST_PARTS = 500  # that a page lists; the figures are of all

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """One account of a family. None is "no data"; `level` 0 is the account on top."""

    id: str
    name: str
    parent_id: str | None
    level: int
    arr_minor: int | None = None
    score: float | None = None
    outcomes: float | None = None
    experience: float | None = None
    band: str = ""
    renews_on: date | None = None
    last_active_on: date | None = None
    seats: int | None = None
    is_seatless: bool = False  # a contract of theirs does not say how many
    tickets: int | None = None  # open ones; None where nothing is known of any of the workspace's


@dataclass(frozen=True)
class Figures:
    """A family's figures. None is "no data"."""

    accounts: int
    arr_minor: int | None
    score: float | None
    outcomes: float | None
    experience: float | None
    band: str
    weighted_by: str  # "ARR", or "" where each counts the same because nobody's is known
    people: int | None
    seats: int | None
    tickets: int | None
    renews_on: date | None
    last_active_on: date | None

    @property
    def seat_use(self) -> float | None:
        """Active people by seats, where both are known."""
        return self.people / self.seats if self.people is not None and self.seats else None


@dataclass(frozen=True)
class Family:
    """An account with all below it, as far as the caller sees them; `hidden` are others' customers."""

    parts: tuple[Part, ...]
    figures: Figures
    hidden: int

    @property
    def top(self) -> Part:
        """The account it is asked of."""
        return self.parts[0]

    @property
    def below(self) -> tuple[Part, ...]:
        """The others."""
        return self.parts[1:]


def family(access: Access, account_id: str) -> Family | None:
    """An account's family now; None where nothing stands below it. Http404 for a stranger's."""
    top = access.get(Account, account_id)
    levels = {key: level for _, key, level in families.below([top.pk])}
    return _family(access, top, levels) if len(levels) > 1 else None


def together(access: Access, account_id: str) -> Family:
    """An account's family now, even if it is itself alone. Http404 for a stranger's."""
    top = access.get(Account, account_id)
    return _family(access, top, {key: level for _, key, level in families.below([top.pk])})


def _family(access: Access, top: Account, levels: Mapping[str, int]) -> Family:
    parts = _parts(access, levels)
    people = _people(access.workspace, {top.pk: [one.id for one in parts]})
    figures = combine(parts, people.get(top.pk), _banded(access.workspace))
    return Family(parts, figures, len(levels) - len(parts))


def combine(parts: Sequence[Part], people: int | None, banded: Callable[[float | None], str]) -> Figures:
    """Put the figures of a family together; `people` are the distinct ones active in 28 days."""
    weights = [(one.arr_minor or 0) if one.arr_minor is not None else 0 for one in parts]
    is_weighted = any(weight and one.score is not None for weight, one in zip(weights, parts, strict=True))
    if not is_weighted:
        weights = [1] * len(parts)
    score = _mean([one.score for one in parts], weights)
    return Figures(
        accounts=len(parts),
        arr_minor=_sum(one.arr_minor for one in parts),
        score=score,
        outcomes=_mean([one.outcomes for one in parts], weights),
        experience=_mean([one.experience for one in parts], weights),
        band=banded(score),
        weighted_by="ARR" if is_weighted else "",
        people=people,
        seats=None if any(one.is_seatless for one in parts) else _sum(one.seats for one in parts),
        tickets=_sum(one.tickets for one in parts),
        renews_on=min((one.renews_on for one in parts if one.renews_on), default=None),
        last_active_on=max((one.last_active_on for one in parts if one.last_active_on), default=None),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _mean(values: Sequence[float | None], weights: Sequence[int]) -> float | None:
    """The weighted mean of what is known; None where nothing that counts is."""
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def _banded(workspace: Workspace) -> Callable[[float | None], str]:
    """The default profile's bands: a family may have accounts of several."""
    today = clock.today(workspace.zone)
    return versions_of(workspace).on(DEFAULT, today).band


def _parts(access: Access, levels: Mapping[str, int]) -> tuple[Part, ...]:
    """These accounts as parts, the highest first, in a handful of queries."""
    accounts = _rows(levels, lambda ids: access.of(Account).filter(pk__in=ids).select_related("standing"))
    seats, seatless = _seats(access, [one.pk for one in accounts])
    tickets = _tickets(access, [one.pk for one in accounts])
    parts = [_part(one, levels[one.pk], seats.get(one.pk), one.pk in seatless, tickets) for one in accounts]
    return tuple(sorted(parts, key=lambda one: (one.level, one.name.lower(), one.id)))


def _part(
    one: Account, level: int, seats: int | None, is_seatless: bool, tickets: Mapping[str, int] | None
) -> Part:
    standing: Standing | None = getattr(one, "standing", None)
    figures: dict[str, Any] = {name: getattr(standing, name) for name in _FIGURES} if standing else {}
    figures |= {"seats": seats, "is_seatless": is_seatless}
    figures["tickets"] = None if tickets is None else tickets.get(one.pk, 0)
    return Part(
        one.pk,
        one.name,
        one.parent_id,
        level,
        **figures,
    )


_FIGURES = ("arr_minor", "score", "outcomes", "experience", "band", "renews_on", "last_active_on")


def _rows(ids: Collection[str], read: Callable[[list[str]], Iterable[T]]) -> list[T]:
    return [row for chunk in in_chunks(ids) for row in read(chunk)]


def _seats(access: Access, ids: Collection[str]) -> tuple[dict[str, int], set[str]]:
    """Seats of the contracts that run today by account; and the accounts with one that does not say."""
    today = clock.today(access.workspace.zone)
    terms = _rows(
        ids,
        lambda some: products.on(RunningTerm.objects.filter(account__in=some), today).values_list(
            "account_id", "seats"
        ),
    )
    found: defaultdict[str, int] = defaultdict(int)
    seatless = set()
    for account_id, seats in terms:
        found[account_id] += seats or 0
        seatless |= {account_id} if seats is None else set()
    return {key: seats for key, seats in found.items() if key not in seatless}, seatless


def _tickets(access: Access, ids: Collection[str]) -> dict[str, int] | None:
    """Open tickets by account; None where the workspace has no tickets at all."""
    if not TicketVersion.objects.filter(workspace=access.workspace).exists():
        return None
    is_open = {"superseded_at": None, "solved_at": None}
    rows = _rows(
        ids,
        lambda some: (
            TicketVersion.objects.filter(account__in=some, **is_open)
            .values("account_id")
            .annotate(number=Count("pk"))
            .values_list("account_id", "number")
        ),
    )
    return dict(rows)


def _people(workspace: Workspace, members: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Distinct people active in 28 days by family; none at all where no events of the workspace came in."""
    today = clock.today(workspace.zone)
    first = today - timedelta(days=DAYS - 1)
    pairs = [(top, key) for top, keys in members.items() for key in keys]
    some = sorted({key for _, key in pairs}) if len(members) == 1 else None
    with views.connect(workspace, first, today, account_ids=some) as lake:
        lake.register("members", _table(pairs))
        rows = lake.execute(_ACTIVE, {"first": first, "last": today}).fetchall()
        is_heard = bool(rows) or _is_heard(workspace)
    return dict.fromkeys(members, 0) | dict(rows) if is_heard else {}


def _is_heard(workspace: Workspace) -> bool:
    """Whether product events of anybody ever came in."""
    return Standing.objects.filter(workspace=workspace, last_active_on__isnull=False).exists()


def _table(pairs: Sequence[tuple[str, str]]) -> pa.Table:
    tops, keys = zip(*pairs, strict=True) if pairs else ((), ())
    return pa.table({"top": pa.array(tops, pa.string()), "account_id": pa.array(keys, pa.string())})


_ACTIVE = """
    SELECT top, count(DISTINCT person_id)
    FROM use_people JOIN members USING (account_id)
    WHERE day BETWEEN $first AND $last
    GROUP BY top"""


def refresh(workspace: Workspace, account_ids: Collection[str] | None = None) -> int:
    """Bring the kept roll-ups of these accounts (None: all) and of all above them up to date."""
    access = access_for_machine(workspace)
    known = access.of(RollUp)
    parents = access.of(Account).filter(parent__isnull=False).order_by().values_list("parent_id", flat=True)
    tops = set(parents.distinct())
    if not tops and not known.exists():
        return 0
    is_many = account_ids is None or len(account_ids) > MANY
    looked_at = tops if is_many else families.above(account_ids or ())
    rows = _rolled_up(access, tops & looked_at)
    with transaction.atomic():
        gone = set(known.values_list("pk", flat=True)) - tops
        for chunk in in_chunks([*gone, *(row.pk for row in rows)]):
            known.filter(pk__in=chunk).delete()
        RollUp.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _rolled_up(access: Access, tops: Collection[str]) -> list[RollUp]:
    """The roll-ups of these, with one look at every table."""
    workspace, members = access.workspace, defaultdict[str, list[str]](list)
    levels: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for top, key, level in families.below(tops):
        levels[top][key] = level
        members[top].append(key)
    everybody = {key: 0 for keys in members.values() for key in keys}
    parts = {one.id: one for one in _parts(access, everybody)}
    people, banded = (_people(workspace, members) if members else {}), _banded(workspace)
    today = clock.today(workspace.zone)
    figures = {
        top: combine([parts[key] for key in keys if key in parts], people.get(top), banded)
        for top, keys in members.items()
    }
    return [_row(workspace, top, one, today) for top, one in figures.items() if top in parts]


def _row(workspace: Workspace, top: str, one: Figures, today: date) -> RollUp:
    kept = {name: getattr(one, name) for name in KEPT}
    return RollUp(account_id=top, workspace=workspace, as_of=today, **kept)


KEPT = (
    "accounts",
    "arr_minor",
    "score",
    "outcomes",
    "experience",
    "band",
    "people",
    "seats",
    "tickets",
    "renews_on",
    "last_active_on",
)
